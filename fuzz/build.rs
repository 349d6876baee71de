//! Writes the crate's root: the modules of ../src/lib.rs, declared here a second time with their paths. The product is
//! a pure cdylib, which nothing can link to, and it stays free of entry points that only a fuzzer needs: compiled into
//! one crate with the sources, the fuzzer reaches what is private to them.

use std::path::Path;
use std::{env, fs};

fn main() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let lib = sources.join("lib.rs");
    println!("cargo::rerun-if-changed={}", lib.display());
    // Under cargo-fuzz's own name for it, the sources show what only tests and fuzzers call.
    println!("cargo::rustc-check-cfg=cfg(fuzzing)");
    println!("cargo::rustc-cfg=fuzzing");
    let text = fs::read_to_string(&lib).expect("../src/lib.rs");
    let mut root = String::new();
    // The wasm's door and the tests stand under a `cfg` and stay out; the Worker's routes come in.
    let mut conditional = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
            let file = [format!("{name}.rs"), format!("{name}/mod.rs")].map(|file| sources.join(file));
            if let Some(path) = file.iter().find(|path| path.is_file()).filter(|_| !conditional) {
                root.push_str(&format!("#[path = {path:?}]\nmod {name};\n"));
            }
        }
        conditional = line.starts_with("#[") && line != "#[cfg(feature = \"worker\")]";
    }
    let out = Path::new(&env::var("OUT_DIR").expect("OUT_DIR")).join("modules.rs");
    fs::write(out, root).expect("modules.rs");
}
