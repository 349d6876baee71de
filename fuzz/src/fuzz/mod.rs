//! The driver: for each target a pool of inputs that begins with its seeds, and N times one of them, mutated. An input
//! on which the target does something new joins the pool. A panic is a crash; its input is kept.

mod corpus;
mod mutate;
pub(crate) mod targets;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mutate::{Mutator, Random};
use targets::Target;

/// Largest pool of one target.
const POOL: usize = 8_192;
/// No input may take longer, however busy the machine is.
const SLOW: Duration = Duration::from_secs(2);

/// Fuzzes every target whose name holds one of `wanted` (all, if there is none), and tells its speed.
pub(crate) fn run(inputs: u64, wanted: &[&str]) -> ExitCode {
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part));
    let targets: Vec<_> = targets::all().into_iter().filter(|target| chosen(&target.name)).collect();
    // A crash is told below, with its input.
    std::panic::set_hook(Box::new(|_| {}));
    let started = Instant::now();
    let mut crashes = 0;
    for target in &targets {
        let began = Instant::now();
        let found = fuzz(target, inputs, seed);
        let speed = inputs as f64 / began.elapsed().as_secs_f64();
        println!(
            "{:44} {inputs:9} inputs {speed:9.0}/s  {:5} behaviours  slowest {:4.1} ms  {} crashes",
            target.name,
            found.behaviours,
            found.slowest.as_secs_f64() * 1e3,
            found.crashes.len(),
        );
        for crash in &found.crashes {
            println!("    {} ({})", crash.0.display(), crash.1);
        }
        crashes += found.crashes.len();
    }
    let (all, elapsed) = (inputs * targets.len() as u64, started.elapsed().as_secs_f64());
    println!(
        "{} targets, {all} inputs, {elapsed:.0} s, {:.0}/s, {crashes} crashes",
        targets.len(),
        all as f64 / elapsed
    );
    if crashes == 0 && !targets.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Found {
    behaviours: usize,
    slowest: Duration,
    crashes: Vec<(PathBuf, String)>,
}

fn fuzz(target: &Target, inputs: u64, seed: u64) -> Found {
    let mut pool = (target.seeds)();
    assert!(!pool.is_empty(), "{} has no seeds", target.name);
    let mutator = Mutator::new(&pool, target.words);
    let mut random = Random::new(seed ^ name_hash(&target.name));
    let mut seen = HashSet::new();
    let mut found = Found { behaviours: 0, slowest: Duration::ZERO, crashes: Vec::new() };
    for number in 0..inputs {
        // First the seeds as they are.
        let input = match usize::try_from(number).ok().filter(|index| *index < pool.len()) {
            Some(index) if number < 1_000 => pool[index].clone(),
            _ => mutator.mutate(&pool, &mut random),
        };
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        let took = began.elapsed();
        found.slowest = found.slowest.max(took);
        match outcome {
            Ok(_) if took > SLOW => crash(&mut found, target, &input, &format!("took {took:?}")),
            Ok(behaviour) if seen.insert(behaviour) && pool.len() < POOL => pool.push(input),
            Ok(_) => {}
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                crash(&mut found, target, &input, &text.unwrap_or_default());
            }
        }
        if found.crashes.len() >= 10 {
            break;
        }
    }
    found.behaviours = seen.len();
    found
}

fn crash(found: &mut Found, target: &Target, input: &[u8], why: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashes");
    let file = folder.join(format!("{}-{}", target.name.replace(':', "-"), found.crashes.len()));
    let kept = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, input));
    let why =
        if kept.is_ok() { why.to_owned() } else { format!("{why}: {:?}", String::from_utf8_lossy(input)) };
    found.crashes.push((file, why));
}

/// FNV-1a.
fn name_hash(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
