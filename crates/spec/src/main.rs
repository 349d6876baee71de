//! `edge-otp-spec [--check]`: writes the generated files, or names those that are not up to date.

use std::fs::{create_dir_all, read_dir, read_to_string, remove_file, write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use edge_otp_spec::{GeneratedFile, generate};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let check = std::env::args().any(|argument| argument == "--check");
    match run(&root, check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, check: bool) -> Result<(), String> {
    let files = generate(root)?;
    let is_stale =
        |file: &&GeneratedFile| read_to_string(root.join(&file.path)).ok().as_ref() != Some(&file.text);
    let stale: Vec<_> = files.iter().filter(is_stale).collect();
    let surplus = find_surplus(root, &files);
    if check {
        let names = stale.iter().map(|file| file.path.clone());
        let names: Vec<_> = names.chain(surplus.iter().map(|path| path.display().to_string())).collect();
        if names.is_empty() {
            return Ok(());
        }
        return Err(format!("not up to date: {}; run `npm run generate`", names.join(", ")));
    }
    for file in stale {
        let path = root.join(&file.path);
        let folder = path.parent().unwrap_or(root);
        create_dir_all(folder)
            .and_then(|()| write(&path, &file.text))
            .map_err(|e| format!("{}: {e}", file.path))?;
        println!("{}", file.path);
    }
    for path in surplus {
        remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Finds the schemas of connectors that do not exist any more.
fn find_surplus(root: &Path, files: &[GeneratedFile]) -> Vec<PathBuf> {
    let entries = read_dir(root.join("docs/schemas")).into_iter().flatten().flatten();
    let is_known = |path: &PathBuf| files.iter().any(|file| root.join(&file.path) == *path);
    entries.map(|entry| entry.path()).filter(|path| !is_known(path)).collect()
}
