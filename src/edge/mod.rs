//! The Worker as a story: a request comes in as a value, an answer and a line of log go out as one. Nothing is decided
//! here but HTTP; the JavaScript around the wasm (pkg/worker.js) moves bytes.

mod activity;
mod api;
mod auth;
mod body;
mod log;
mod management;
mod reply;
mod request;
mod settings;

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::error::{Error, Result};
use crate::json::Value;
use crate::record::object;
use crate::world::World;
use log::Entry;
use reply::Reply;
use request::Request;
use settings::Settings;

/// What a request is answered with.
pub(crate) struct Answered {
    reply: Reply,
    log: Entry,
    request_id: String,
}

impl Answered {
    /// `{status, headers, body?, log, point?}`.
    pub(crate) fn write(self) -> Value {
        let Self { reply, mut log, request_id } = self;
        log.status(reply.status);
        let [headers, body] = reply.write(&request_id);
        let point = log.point();
        object([
            ("status", u32::from(reply.status).into()),
            ("headers", headers),
            ("body", body),
            ("log", log.write()),
            ("point", point),
        ])
    }
}

/// One request: settings, then route, then story. Whatever fails becomes an answer of the contract, and one line of log
/// tells what happened. `request` is `{id, method, path, headers, recorded?}`, `settings` the texts of the environment by
/// name, `missing` a binding that the environment lacks.
pub(crate) fn fetch(world: &World<'_>, request: &Value, settings: &Value, missing: Option<&str>) -> Answered {
    let request = Request::read(request);
    let mut log = Entry::begin(&request);
    let answer = Settings::parse(settings, missing)
        .and_then(|settings| Visit { world, request: &request, settings: &settings }.route(&mut log));
    let reply = answer.unwrap_or_else(|error| {
        log.error(&error);
        Reply::error(&error, request.id)
    });
    Answered { reply, log, request_id: request.id.to_owned() }
}

/// What every route works with.
struct Visit<'a> {
    world: &'a World<'a>,
    request: &'a Request<'a>,
    settings: &'a Settings,
}

impl Visit<'_> {
    fn route(&self, log: &mut Entry) -> Result<Reply> {
        match (self.request.path, self.request.method) {
            ("/send", "POST") => self.send(log),
            ("/verify", "POST") => self.verify(log),
            ("/send" | "/verify", _) => Err(Error::MethodNotAllowed("POST")),
            ("/health", "GET" | "HEAD") => Ok(api::health()),
            ("/health", _) => Err(Error::MethodNotAllowed("GET, HEAD")),
            (path, _) => match path.strip_prefix("/api/") {
                Some(path) => self.manage(path, log),
                None => Err(Error::RouteNotFound),
            },
        }
    }
}
