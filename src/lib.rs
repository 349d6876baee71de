//! edge-otp: SMS one-time codes at the edge.
//!
//! A pure core that decides and thin shells that act. The modules in reading order:
//!
//! - what a caller says: [`phone`], [`usage`], [`code`], [`api`] (read with [`document`], told with [`error`], written with
//!   [`record`], all over [`json`])
//! - what is decided: [`ledger`] and [`claim`] under a [`policy`] ([`country`]), [`challenge`] under [`keys`]
//! - what is sent: [`template`], [`message`], [`connector`] (with [`wire`], [`sign`], [`text`])
//! - the stories: [`guard`] inside the phone's guard object, [`service`] around it, [`management`] beside it (with
//!   [`vault`], [`catalog`]), all over [`world`]
//! - the doors: [`edge`], HTTP requests and answers as values; `door`, the way in and out of the wasm
//!
//! The core has no clock, no dice and no I/O: what it needs of the world it wishes, see [`world`]. ARCHITECTURE.md tells
//! who may import whom, `tests/it/tidy.rs` holds it.

// The artefact can name no file, no socket, no clock and no thread.
#![cfg_attr(all(target_arch = "wasm32", not(test)), no_std)]
// Without its door the core has no caller; the wasm is the judge of dead code.
#![cfg_attr(
    not(all(feature = "worker", target_arch = "wasm32")),
    allow(dead_code, clippy::allow_attributes, reason = "the door's")
)]

extern crate alloc;

mod api;
mod catalog;
mod challenge;
mod claim;
mod code;
mod connector;
mod country;
mod dispatch;
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
mod record;
mod secret;
mod service;
mod sign;
mod template;
mod text;
mod time;
mod usage;
mod vault;
mod wire;
mod world;

#[cfg(all(target_arch = "wasm32", not(test)))]
mod door;
#[cfg(feature = "worker")]
mod edge;

#[cfg(test)]
#[path = "../tests/it/main.rs"]
mod it;
