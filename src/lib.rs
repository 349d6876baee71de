//! edge-otp: SMS one-time codes at the edge.
//!
//! A pure core that decides and thin shells that act. The modules in reading order:
//!
//! - what a caller says: [`phone`], [`usage`], [`code`], [`api`] (read with [`document`], told with [`error`], written with
//!   [`record`], all over [`json`])
//! - what is decided: [`ledger`] and [`claim`] under a [`policy`] ([`country`]), [`challenge`] under [`keys`]
//! - what is sent: [`template`], [`message`], [`connector`] (with [`wire`], [`sign`])
//! - the stories: [`guard`] inside the phone's guard object, [`service`] around it, [`management`] beside it (with
//!   [`vault`], [`catalog`]), all over [`ports`]
//! - the doors: `edge`, the Cloudflare Worker; `npm`, the package; both over `js`
//!
//! The core has no clock, no dice and no I/O; ARCHITECTURE.md tells who may import whom, `tests/it/tidy.rs` holds it.

// Not every door calls every part of the core; the Worker's build is the judge of dead code.
#![cfg_attr(
    not(all(feature = "worker", target_arch = "wasm32")),
    allow(dead_code, clippy::allow_attributes, reason = "another door's")
)]

#[cfg(all(feature = "worker", feature = "npm", target_arch = "wasm32"))]
compile_error!(
    "one artefact has one door: every function that `npm` exports would be a public method of the Worker"
);

mod api;
mod catalog;
mod challenge;
mod claim;
mod code;
mod connector;
mod country;
mod document;
mod error;
mod guard;
mod json;
mod keys;
mod ledger;
mod management;
mod message;
mod phone;
mod policy;
mod ports;
mod record;
mod secret;
mod service;
mod sign;
mod template;
mod time;
mod usage;
mod vault;
mod wire;

#[cfg(all(feature = "worker", not(feature = "npm"), target_arch = "wasm32"))]
mod edge;
#[cfg(all(any(feature = "worker", feature = "npm"), target_arch = "wasm32"))]
mod js;
#[cfg(all(feature = "npm", not(feature = "worker"), target_arch = "wasm32"))]
mod npm;

#[cfg(test)]
#[path = "../tests/it/main.rs"]
mod it;
