//! Fuzzing on any tool chain: a deterministic mutational driver over the parsers, and the segment counter on a pipe.
//!
//!   edge-otp-fuzz [INPUTS [TARGET…]]      INPUTS (default 100000) for each target whose name holds one of TARGET
//!   edge-otp-fuzz replay TARGET FILE      one input again
//!   edge-otp-fuzz seeds FOLDER            the seeds as files, for libFuzzer
//!   edge-otp-fuzz segments                texts as JSON lines in, {"encoding":…,"segments":…} as JSON lines out
//!
//! FUZZ_SEED=<number> gives other inputs; without it they are the same each time.

#![allow(dead_code, reason = "the wasm's door, a caller of the core, is not here")]
#![allow(
    clippy::disallowed_methods,
    clippy::type_complexity,
    reason = "the driver measures how long it takes"
)]

extern crate alloc;

include!(concat!(env!("OUT_DIR"), "/modules.rs"));

mod fuzz;

use std::io::{BufRead, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["segments"] => segments(),
        ["seeds", folder] => seeds(folder.as_ref()),
        ["replay", target, file] => {
            let input = std::fs::read(file).expect("the file");
            let target = fuzz::targets::all().into_iter().find(|known| known.name == target);
            (target.expect("a target").run)(&input);
            println!("no crash");
            ExitCode::SUCCESS
        }
        [] => fuzz::run(100_000, &[]),
        [inputs, ref targets @ ..] => fuzz::run(inputs.parse().expect("a number of inputs"), targets),
    }
}

/// Each seed behind the byte that selects its target.
fn seeds(folder: &std::path::Path) -> ExitCode {
    std::fs::create_dir_all(folder).expect("the folder");
    for (number, target) in (0_u8..).zip(fuzz::targets::all()) {
        for (index, seed) in (target.seeds)().into_iter().enumerate() {
            let file = folder.join(format!("{number}-{index}"));
            std::fs::write(file, [&[number][..], &seed].concat()).expect("a file");
        }
    }
    ExitCode::SUCCESS
}

fn segments() -> ExitCode {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line.expect("a line")).expect("a JSON string");
        let encoding = match message::encoding(&text) {
            message::Encoding::Gsm7 => "GSM-7",
            message::Encoding::Ucs2 => "UCS-2",
        };
        let count = message::segments(&text);
        writeln!(out, r#"{{"encoding":"{encoding}","segments":{count}}}"#).expect("a pipe");
    }
    ExitCode::SUCCESS
}
