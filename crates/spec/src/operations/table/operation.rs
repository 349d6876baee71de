//! Operating the Worker: health, settings, activity, messages, phone numbers and limits.

use super::{answer, schema};
use crate::errors::ErrorResponse;
use crate::errors::shared::{BAD_PHONE, BAD_QUERY, INTERNAL, NOT_FOUND, STORAGE_UNAVAILABLE};
use crate::examples;
use crate::examples::named;
use crate::openapi::content;
use crate::operations::Operation;
use edge_otp_core::api::MAX_BODY;
use edge_otp_core::error::ErrorCode;
use serde_json::{Map, Value, json};

pub(super) fn service() -> Vec<Operation> {
    let runs = "It runs and its settings are valid.";
    let health = answer(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
    let etag = json!({ "ETag": { "description": "For `If-None-Match`.", "schema": { "type": "string" } } });
    let document = "This document.";
    let no_files = "A deployment without static files.";
    let not_found = ErrorResponse::own(no_files, &[ErrorCode::RouteNotFound]).to_json();
    let unchanged = json!({ "description": "Not modified." });
    vec![
        Operation::new("GET", "/health", "getHealth", "Whether the Worker runs")
            .answers(200, runs, schema("Health"), health)
            .fails([INTERNAL]),
        Operation::new("HEAD", "/health", "headHealth", "Whether the Worker runs, without a body")
            .answers_empty(200, runs)
            .answers_empty(500, "A setting of the deployment is wrong."),
        Operation::new("GET", "/openapi.json", "getOpenApi", "This document")
            .describe("A static file: the platform answers, not the Worker, so there is no `X-Request-Id`.")
            .static_file()
            .responds(
                200,
                json!({
                    "description": document,
                    "headers": etag,
                    "content": content(&schema("OpenApi"), Map::new()),
                }),
            )
            .responds(304, unchanged.clone())
            .responds(404, not_found)
            .responds(405, json!({ "description": "Another method on this path; no body." })),
        Operation::new("HEAD", "/openapi.json", "headOpenApi", "This document's headers")
            .static_file()
            .responds(200, json!({ "description": "The headers of this document." }))
            .responds(304, unchanged)
            .answers_empty(404, no_files),
        Operation::new("GET", "/api/settings", "getSettings", "The limits in force")
            .answers(200, "The settings.", schema("Settings"), answer(examples::settings()))
            .fails([INTERNAL]),
        Operation::new("GET", "/api/activity", "getActivity", "What happened in the last 24 hours")
            .describe(
                "Counts of sends and verifications by outcome, connector and limit, from Analytics Engine. `recorded` says \
                 whether this deployment has the binding `ACTIVITY`, `readable` whether it has `ACTIVITY_ACCOUNT` and \
                 `ACTIVITY_TOKEN` to read the counts with. `rows` is null where they cannot be read.",
            )
            .answers(200, "The counts.", schema("Activity"), answer(examples::activity()))
            .fails([INTERNAL]),
    ]
}

pub(super) fn messages() -> Vec<Operation> {
    vec![
        Operation::new("GET", "/api/messages", "listMessages", "The last sends and verifications")
            .describe(
                "Those of the last 24 hours, newest first, if the deployment keeps them (`MESSAGE_LOG=1`); `recorded` says \
                 whether it does. At most 40,000 are kept. An entry appears shortly after its response.",
            )
            .parameter(json!({
                "name": "limit",
                "in": "query",
                "required": false,
                "description": "How many.",
                "schema": { "type": "integer", "minimum": 1, "maximum": 100, "default": 50 },
                "example": 20,
            }))
            .parameter(json!({
                "name": "cursor",
                "in": "query",
                "required": false,
                "description": "The `nextCursor` of a response: the page after that one.",
                "schema": { "type": "string", "pattern": "^[0-9]{1,15}-[0-9a-f]{32}$" },
                "example": "1795341603000-00000000000000000000000000000000",
            }))
            .answers(200, "A page.", schema("Messages"), answer(examples::messages()))
            .fails([BAD_QUERY, INTERNAL, STORAGE_UNAVAILABLE]),
        Operation::new("GET", "/api/messages/summary", "summarizeMessages", "Sends and verifications by hour")
            .describe(
                "Counts of the last 24 hours by hour and event, from the message log; no capacity limits them. The first \
                 hour is the one in which the 24 hours began.",
            )
            .answers(200, "The counts.", schema("MessageSummary"), answer(examples::message_summary()))
            .fails([INTERNAL, STORAGE_UNAVAILABLE]),
    ]
}

pub(super) fn unlock() -> Operation {
    Operation::new("POST", "/api/phones/unlock", "unlockPhone", "Unlock a phone")
        .describe(
            "Clears the counts of wrong codes of a phone, for support staff. Its sends still count. The request is logged.",
        )
        .body("UnlockRequest", MAX_BODY, named([("e164", json!({ "phone": "+14155550127" }))]))
        .answers_empty(204, "No wrong code counts any more.")
        .fails([BAD_PHONE, INTERNAL, STORAGE_UNAVAILABLE])
}

pub(super) fn limits() -> Vec<Operation> {
    let stopped = json!({
        "kind": "prefix",
        "key": "+1415555",
        "country": "US",
        "since": "2026-11-21T10:00:00Z",
        "until": "2026-11-21T22:00:00Z",
    });
    let list = json!({ "type": "array", "items": schema("StoppedSends"), "maxItems": 500 });
    let parameter = |name: &str, description: &str, schema: Value, example: &str| {
        json!({
            "name": name,
            "in": "path",
            "required": true,
            "description": description,
            "schema": schema,
            "example": example,
        })
    };
    vec![
        Operation::new("GET", "/api/limits", "listLimits", "What is stopped against SMS pumping")
            .describe(
                "The prefixes and countries, and the limit of all sends, for which sends are refused, or would be if limits \
                 were not only recorded; newest first. IP addresses are not listed, because none is stored.",
            )
            .answers(200, "At most 500, those that end last.", list, answer(json!([stopped])))
            .fails([INTERNAL, STORAGE_UNAVAILABLE]),
        Operation::new("DELETE", "/api/limits/{kind}/{key}", "liftLimit", "Lift a limit against SMS pumping")
            .describe("The counts of the key begin anew, whether it is listed or not. The request is logged.")
            .parameter(parameter("kind", "What the limit counts by.", schema("LimitKind"), "prefix"))
            .parameter(parameter(
                "key",
                "An IP address, a number prefix with or without its plus, the ISO code of a country (`ZZ` for numbers of no \
                 country), or `all` for the limit of all sends.",
                json!({ "type": "string", "minLength": 1 }),
                "1415555",
            ))
            .answers_empty(204, "Done.")
            .fails([NOT_FOUND, INTERNAL, STORAGE_UNAVAILABLE]),
    ]
}

pub(super) fn identify() -> Operation {
    let phone = named([("e164", json!({ "phone": "+14155550127" }))]);
    let identity = json!({ "phoneId": "d753a3927ef6e32cfc283d8b3e6ca9e4", "diallingCode": "1" });
    Operation::new("POST", "/api/phones/identify", "identifyPhone", "Find a phone in the log")
        .describe(
            "Tells the `phoneId` that log lines, data points and webhooks have in place of a phone number. Nothing is stored.",
        )
        .body("UnlockRequest", MAX_BODY, phone)
        .answers(200, "Its id.", schema("PhoneIdentity"), answer(identity))
        .fails([BAD_PHONE, INTERNAL])
}
