//! The rules of edge-otp: SMS one-time codes, their limits, and the connectors that send them.
//!
//! This crate is pure. It has no clock, no random source and no I/O of its own: time and random bytes are arguments or
//! come through the traits of [`ports`], which the Worker and the npm package implement over their platforms.
//!
//! | layer | modules |
//! |---|---|
//! | events | [`event`] (what was decided about a request, for the operator), [`webhook`], [`message_log`] |
//! | operations | [`service`] (send, verify, manage connectors), [`guard`] (runs inside the guard object of a phone number) |
//! | ports | [`ports`]: KV, ledger storage, guard client, HTTP client, clock, random source |
//! | rules | [`ledger`], [`idempotency`], [`challenge`], [`keys`], [`wrong_keys`], [`policy`], [`settings`], [`provider`], [`connector`] |
//! | messages | [`template`], [`default_texts`], [`message`], [`segments`] |
//! | numbers | [`phone_check`], [`country`], [`numbering`] |
//! | values | [`phone`], [`code`], [`usage_type`], [`secret`], [`locale`], [`time`] |
//! | other auth servers | [`bridge`]: their requests, signatures and replies |
//! | API | [`api`] (requests and responses), [`optional_fields`], [`error`] (public error codes), [`json`] (strict reading of request bodies) |
//!
//! Each layer depends on those below it only. A provider file never imports another provider, nor the ledger.

pub mod api;
pub mod bridge;
pub mod challenge;
pub mod code;
pub mod connector;
pub mod country;
pub mod default_texts;
pub mod error;
pub mod event;
pub mod guard;
pub mod idempotency;
pub mod json;
pub mod keys;
pub mod ledger;
pub mod limits;
pub mod locale;
pub mod message;
pub mod message_log;
pub mod numbering;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod optional_fields;
pub mod phone;
pub mod phone_check;
pub mod policy;
pub mod ports;
pub mod provider;
pub mod secret;
pub mod segments;
pub mod service;
pub mod settings;
pub mod template;
pub mod time;
pub mod usage_type;
pub mod webhook;
pub mod wrong_keys;
#[cfg(test)]
mod wycheproof;
