//! The same targets under libFuzzer, which sees which branches an input takes. The first byte selects the target.

#![no_main]
#![allow(dead_code, reason = "the core's callers, the doors, are not here")]
#![allow(
    clippy::disallowed_methods,
    clippy::type_complexity,
    reason = "the driver measures how long it takes"
)]

include!(concat!(env!("OUT_DIR"), "/modules.rs"));

mod fuzz;

thread_local! {
    static TARGETS: Vec<fuzz::targets::Target> = fuzz::targets::all();
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some((first, rest)) = data.split_first() {
        TARGETS.with(|targets| (targets[usize::from(*first) % targets.len()].run)(rest));
    }
});
