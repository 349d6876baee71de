//! The house rules that a machine can hold: every file says what it is, rooms stay small, arrows point down.
//! Reads the sources, so it runs on the host only.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of code a file may have, its tests aside.
const MOST_LINES: usize = 300;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("text");
                into.push((path, text));
            }
        }
    }
    let mut all = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    all
}

fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default()
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}

#[test]
fn rooms_stay_small() {
    for (path, text) in sources() {
        let lines = without_tests(&text).lines().count();
        assert!(lines <= MOST_LINES, "{}: {lines} lines", path.display());
    }
}

#[test]
fn arrows_point_down() {
    // Who may not be named where. That no one names the platform, `no_std` and the empty list of dependencies see to.
    let laws: &[(&str, &[&str])] = &[
        (
            "connector/",
            &["service", "guard", "ledger", "claim", "challenge", "keys", "world", "edge", "door"],
        ),
        (
            "ledger.rs",
            &["connector", "guard", "service", "world", "api", "keys", "challenge", "edge", "door"],
        ),
        ("challenge.rs", &["connector", "guard", "service", "world", "ledger", "edge", "door"]),
        ("claim.rs", &["connector", "guard", "service", "world", "ledger", "edge", "door"]),
        ("guard/", &["connector", "service", "edge", "door", "wire", "template", "message"]),
        ("world.rs", &["connector", "service", "guard", "ledger", "edge", "door"]),
        ("service.rs", &["edge", "door", "ledger", "challenge"]),
        ("management/", &["edge", "door", "ledger", "challenge", "guard", "service"]),
        ("template.rs", &["connector", "guard", "service", "world", "edge", "door"]),
        ("error/", &["connector", "guard", "service", "world", "edge", "door", "ledger"]),
        ("edge/", &["door", "ledger", "challenge", "guard"]),
    ];
    for (path, text) in sources() {
        let name = path.to_string_lossy().replace('\\', "/");
        let name = name.split("/src/").nth(1).expect("below src").to_owned();
        for (place, forbidden) in laws.iter().filter(|(place, _)| name.starts_with(place)) {
            for module in *forbidden {
                let import = format!("use crate::{module}::");
                assert!(!without_tests(&text).contains(&import), "{name} ({place}) may not import {module}");
            }
        }
    }
}
