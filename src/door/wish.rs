//! Wishes as JSON, for the JavaScript that grants them: `{"put": {"key": …, "text": …}}`.

use alloc::string::String;

use crate::json::{Map, Value};
use crate::record::{Record, object, tagged};
use crate::wire::Request;
use crate::world::Wish;

/// A wish with its one member: what is wanted.
pub(super) fn written(wish: Wish) -> Value {
    match wish {
        Wish::Random(length) => tagged("random", length.into()),
        Wish::Sleep(ms) => tagged("sleep", ms.into()),
        Wish::Connector => tagged("connector", true.into()),
        Wish::Get(key) => tagged("get", key.into()),
        Wish::Put { key, text, ttl } => {
            tagged("put", object([("key", key.into()), ("text", text.into()), ("ttl", ttl.write())]))
        }
        Wish::Delete(key) => tagged("delete", key.into()),
        Wish::Load(cell) => tagged("load", cell.into()),
        Wish::Swap { cell, expected, next, ttl } => tagged(
            "swap",
            object([
                ("cell", cell.into()),
                ("expected", expected.write()),
                ("next", next.write()),
                ("ttl", ttl.into()),
            ]),
        ),
        Wish::Guard { name, call } => tagged("guard", object([("name", name.into()), ("call", call)])),
        Wish::Fetch { request, timeout_ms } => fetch(request, timeout_ms),
        Wish::Body(limit) => tagged("body", limit.into()),
        Wish::Asset(path) => tagged("asset", path.into()),
        Wish::Show(line) => tagged("show", line.into()),
        Wish::Seal { key, nonce, place, text } => tagged("seal", sealing(key, nonce, place, text)),
        Wish::Open { key, nonce, place, sealed } => tagged("open", sealing(key, nonce, place, sealed)),
    }
}

fn fetch(request: Request, timeout_ms: u32) -> Value {
    let mut headers = Map::new();
    for (name, value) in request.headers {
        headers.insert(name, value);
    }
    tagged(
        "fetch",
        object([
            ("method", request.method.into()),
            ("url", request.url.into()),
            ("headers", headers.into()),
            ("body", request.body.into()),
            ("timeoutMs", timeout_ms.into()),
        ]),
    )
}

fn sealing(key: String, nonce: String, place: String, text: String) -> Value {
    object([("key", key.into()), ("nonce", nonce.into()), ("place", place.into()), ("text", text.into())])
}
