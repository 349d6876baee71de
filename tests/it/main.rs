//! Tests of more than one module, compiled into the unit-test binary (the crate is a pure cdylib, which nothing
//! can link to), so that they run in wasm as well.

mod contract;
pub(crate) mod data;
mod errors;
mod guard;
mod ledger;
mod service;
mod stored;
pub(crate) mod telling;
#[cfg(not(target_arch = "wasm32"))]
mod tidy;
mod vault;
mod vectors;
mod world;
