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
//! - the door: `edge`, the Cloudflare Worker
//!
//! The core has no clock, no dice and no I/O; ARCHITECTURE.md tells who may import whom, `tests/it/tidy.rs` holds it.

// On the host there is no door, so parts of the core have no caller; the wasm build is the judge of dead code.
#![cfg_attr(
    not(all(feature = "worker", target_arch = "wasm32")),
    allow(dead_code, clippy::allow_attributes, reason = "no door here")
)]

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

#[cfg(all(feature = "worker", target_arch = "wasm32"))]
mod edge;
#[cfg(all(feature = "worker", target_arch = "wasm32"))]
mod js;

#[cfg(test)]
#[path = "../tests/it/main.rs"]
mod it;
