//! The table of operations.

use edge_otp_core::api::{MAX_BODY, MAX_CONFIG_BODY, MAX_DELIVERY_BODY};
use edge_otp_core::bridge::{BridgeDialect, DIALECTS};
use edge_otp_core::error::ErrorCode;
use edge_otp_core::provider::REGISTRY;
use serde_json::{Map, Value, json};

use super::Operation;
use crate::errors::ErrorResponse;
use crate::errors::shared::{
    BAD_CONFIG, BAD_PHONE, BAD_QUERY, CODE_REFUSED, CONNECTOR_NOT_FOUND, ENTITY_CONFLICT, INTERNAL,
    INTERNAL_OR_CONNECTOR, LOCKED, NOT_FOUND, PHONE_NOT_ALLOWED, PROVIDER_REJECTED, SEND_LIMITED,
    STORAGE_UNAVAILABLE,
};
use crate::examples::{self, named};
use crate::openapi::{content, reference};

/// Lists the operations; those of one path in the order of its `Allow`.
pub fn list() -> Vec<Operation> {
    [
        vec![send(), verify()],
        deliveries(),
        service(),
        messages(),
        factories(),
        connectors(),
        archive(),
        bridges(),
        vec![unlock(), identify()],
        limits(),
        logto_codes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn schema(name: &str) -> Value {
    reference("schemas", name)
}

fn narrowed(name: &str, property: &str, value: &str) -> Value {
    json!({ "allOf": [schema(name), { "properties": { property: { "const": value } } }] })
}

fn answer(value: Value) -> Map<String, Value> {
    named([("answer", value)])
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "1 to 255 printable ASCII characters. The same key and body within 600 seconds gives the \
            same answer and no second message.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[!-~](?:[ -~]*[!-~])?$",
        },
        "example": "0d7f9c1e-4a53-4f3b-9c31-6f2f6f0c9a77",
    })
}

fn send_examples() -> Map<String, Value> {
    named([
        ("shortest", json!({ "phone": "+14155550123" })),
        (
            "full",
            json!({
                "phone": "+14155550124",
                "usageType": "SignIn",
                "locale": "zh-CN",
                "ip": "203.0.113.7",
            }),
        ),
    ])
}

/// Links from a send to its verification.
fn verify_link() -> Value {
    json!({
        "verify": {
            "operationId": "verifyCode",
            "description": "Verifies the code that was sent.",
            "requestBody": {
                "phone": "$request.body#/phone",
                "usageType": "$response.body#/usageType",
                "verificationId": "$response.body#/verificationId",
                "code": "000000",
            },
        },
    })
}

fn send() -> Operation {
    Operation::new("POST", "/send", "sendCode", "Send a code")
        .describe(
            "Makes a code, stores a MAC of it for 600 seconds and gives it to the provider, once. An older code of the \
             same phone and usage type is void from then on.",
        )
        .parameter(idempotency_key())
        .body(
            "SendRequest",
            MAX_BODY,
            send_examples(),
        )
        .answers(
            202,
            "The provider may or may not have accepted the message: it did not answer in time, or not readably. The \
             code is valid and nothing is retried.",
            narrowed("SendReceipt", "status", "unknown"),
            answer(examples::receipt("unknown")),
        )
        .answers(
            200,
            "The provider accepted the message.",
            narrowed("SendReceipt", "status", "sent"),
            answer(examples::receipt("sent")),
        )
        .links(verify_link())
        .fails([
            BAD_PHONE,
            PHONE_NOT_ALLOWED,
            ErrorResponse::own(
                "The key was used with another body; or the connector has no template for this usage type, or does not \
                 serve this number.",
                &[
                    ErrorCode::IdempotencyConflict,
                    ErrorCode::TemplateNotFound,
                    ErrorCode::NumberNotSupported,
                ],
            ),
            SEND_LIMITED,
            INTERNAL_OR_CONNECTOR,
            CONNECTOR_NOT_FOUND,
            PROVIDER_REJECTED,
            STORAGE_UNAVAILABLE,
        ])
}

fn verify() -> Operation {
    Operation::new("POST", "/verify", "verifyCode", "Verify a code")
        .describe(
            "A code is good once, for the phone and usage type it was sent for. The attempt is counted before its \
             outcome is known.",
        )
        .body(
            "VerifyRequest",
            MAX_BODY,
            named([
                ("shortest", json!({ "phone": "+14155550123", "code": "173619" })),
                (
                    "full",
                    json!({
                        "phone": "+14155550123",
                        "code": "173619",
                        "usageType": "SignIn",
                        "verificationId": examples::REQUEST_ID,
                    }),
                ),
            ]),
        )
        .answers(
            200,
            "The code was right, and cannot be used again.",
            schema("VerifyReceipt"),
            answer(examples::verified()),
        )
        .fails([CODE_REFUSED, LOCKED, INTERNAL, STORAGE_UNAVAILABLE])
}

const TEXT_OR_CODE: &str = "Delivers a message whose code another server has made. The same recipient and code within 600 \
    seconds get the same answer and no second message. The limits of sends apply; those of wrong codes do not.";

fn deliveries() -> Vec<Operation> {
    let generic =
        Operation::new("POST", "/deliver/generic", "deliverCode", "Deliver a code of another server")
            .describe(TEXT_OR_CODE)
            .body(
                "DeliverRequest",
                MAX_DELIVERY_BODY,
                named([
                    ("shortest", json!({ "to": "+14155550128", "code": "173619" })),
                    (
                        "full",
                        json!({
                            "to": "+14155550129",
                            "code": "173619",
                            "text": "Your code is 173619.",
                            "usageType": "SignIn",
                            "locale": "zh-CN",
                            "ip": "203.0.113.7",
                        }),
                    ),
                ]),
            )
            .or_form()
            .answers(
                200,
                "The message was handed to the provider, now or by an earlier request.",
                schema("DeliverReceipt"),
                answer(json!({ "status": "sent", "connectorId": "twilio-short-message-service" })),
            )
            .fails([
                BAD_PHONE,
                PHONE_NOT_ALLOWED,
                ErrorResponse::own(
                    "The connector has no template for this usage type, or does not serve this number.",
                    &[ErrorCode::TemplateNotFound, ErrorCode::NumberNotSupported],
                ),
                ErrorResponse::own(
                    "A cooldown or a limit of this phone (`data.limit`); or the provider throttles.",
                    &[ErrorCode::MessageRateLimited, ErrorCode::ProviderThrottled],
                )
                .retry(),
                INTERNAL_OR_CONNECTOR,
                CONNECTOR_NOT_FOUND,
                PROVIDER_REJECTED,
                STORAGE_UNAVAILABLE,
            ]);
    vec![generic, deliver_in_dialect()]
}

/// The dialects of auth servers: their requests and answers are described where they are documented.
fn deliver_in_dialect() -> Operation {
    let ids: Vec<_> = DIALECTS.map(BridgeDialect::id).into_iter().filter(|id| *id != "generic").collect();
    let logto = json!({ "to": "14155550130", "type": "SignIn", "payload": { "code": "173619" } });
    let authentik =
        json!({ "From": "edge-otp", "To": "+14155550131", "Body": "173619", "Message": "173619" });
    let operation = Operation::new("POST", "/deliver/{dialect}", "deliverInDialect", "Deliver a code of an auth server")
        .describe(
            "As `deliverCode`, with the request as the auth server makes it and the answer that it expects (`docs/bridges/`). \
             Supabase, ZITADEL, Authgear and Clerk sign; without their secret the path does not exist. The others send one \
             of `API_KEYS` as a Bearer token, as the password of Basic credentials, or as the whole header.",
        )
        .parameter(json!({
            "name": "dialect",
            "in": "path",
            "required": true,
            "description": "The auth server.",
            "schema": { "type": "string", "enum": ids },
            "example": "logto",
        }))
        .body("DialectRequest", MAX_DELIVERY_BODY, named([("logto", logto), ("authentik", authentik)]))
        .or_form()
        .answers_empty(204, "As 200, for an auth server that expects no body; or there is nothing to deliver.");
    let answers = [
        (200, "The message was handed to the provider, or what was refused must not be repeated."),
        (400, "The request is not understood, or the number is not valid."),
        (403, "Numbers of this country are not allowed, or it is a service number."),
        (404, "There is no such dialect, or its secret is not set."),
        (422, "The connector has no template for this usage type, or does not serve this number."),
        (429, "Too many messages."),
        (500, "A setting or the stored connector is wrong; or a defect."),
        (501, "No connector is set up."),
        (502, "The provider refused."),
        (503, "Nothing was sent; the same request may succeed later."),
    ];
    let operation = operation.responds(401, dialect_response("No key, or no valid signature of now."));
    answers.into_iter().fold(operation, |operation, (status, description)| {
        operation.responds(status, dialect_response(description))
    })
}

/// A response whose body is the auth server's affair: JSON, or a text for the user.
fn dialect_response(description: &str) -> Value {
    json!({
        "description": description,
        "headers": {
            "X-Request-Id": reference("headers", "XRequestId"),
            "Retry-After": reference("headers", "RetryAfter"),
        },
        "content": {
            "application/json": { "schema": { "type": "object" } },
            "text/plain": { "schema": { "type": "string" } },
        },
    })
}

fn bridges() -> Vec<Operation> {
    let count = DIALECTS.len();
    let all = json!({ "type": "array", "items": schema("Bridge"), "minItems": count, "maxItems": count });
    vec![
        Operation::new("GET", "/api/bridges", "listBridges", "The auth servers whose codes can be delivered")
            .answers(200, "All, in the order in which they are offered.", all, Map::new())
            .fails([INTERNAL]),
        Operation::new("POST", "/api/bridges/{dialect}/test", "testBridge", "Play an auth server")
            .describe(
                "Makes and signs a request as the auth server does, with a code that is drawn for it, and delivers that. \
                 The limits of sends apply.",
            )
            .parameter(json!({
                "name": "dialect",
                "in": "path",
                "required": true,
                "description": "The auth server.",
                "schema": schema("DialectId"),
                "example": "logto",
            }))
            .body("BridgeTestRequest", MAX_BODY, named([("e164", json!({ "phone": "+14155550132" }))]))
            .answers(
                200,
                "What the auth server would be answered.",
                schema("BridgeTest"),
                answer(json!({
                    "status": "sent",
                    "responseStatus": 200,
                    "responseBody": "{\"status\":\"sent\",\"connectorId\":\"twilio-short-message-service\"}",
                })),
            )
            .fails([BAD_PHONE, NOT_FOUND, INTERNAL]),
    ]
}

fn service() -> Vec<Operation> {
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
                "Counts of sends and verifications by outcome and connector, from Analytics Engine. `recorded` says \
                 whether this deployment has the binding `ACTIVITY`, `readable` whether it has `ACTIVITY_ACCOUNT` and \
                 `ACTIVITY_TOKEN` to read the counts with. `rows` is null where they cannot be read.",
            )
            .answers(200, "The counts.", schema("Activity"), answer(examples::activity()))
            .fails([INTERNAL]),
    ]
}

fn messages() -> Vec<Operation> {
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

fn factory_parameter(name: &str, example: &str) -> Value {
    json!({
        "name": name,
        "in": "path",
        "required": true,
        "description": "A factory's id.",
        "schema": schema("ConnectorId"),
        "example": example,
    })
}

fn connector_parameter() -> Value {
    json!({
        "name": "id",
        "in": "path",
        "required": true,
        "description": "The connector's id.",
        "schema": { "type": "string", "pattern": "^[0-9a-z-]{8,64}$" },
        "example": "v1p9q0n3x7ab",
    })
}

fn condition_parameter() -> Value {
    json!({
        "name": "If-Match",
        "in": "header",
        "required": false,
        "description": "The `ETag` of a response, several, or `*`: the connector must not have been changed since.",
        "schema": { "type": "string" },
        "example": "*",
    })
}

fn target_parameter() -> Value {
    json!({
        "name": "target",
        "in": "query",
        "required": false,
        "description": "Logto's filter: only a connector whose factory has this `target`.",
        "schema": { "type": "string" },
        "example": "twilio-sms",
    })
}

fn factories() -> Vec<Operation> {
    let all = json!({
        "type": "array",
        "items": schema("FactoryWithGuide"),
        "minItems": REGISTRY.len(),
        "maxItems": REGISTRY.len(),
    });
    vec![
        Operation::new("GET", "/api/connector-factories", "listFactories", "All factories")
            .answers(200, "All, in the order in which they are offered.", all, Map::new())
            .fails([INTERNAL]),
        Operation::new(
            "GET",
            "/api/connector-factories/{id}",
            "getFactory",
            "One factory, with its set-up guide",
        )
        .parameter(factory_parameter("id", "http-sms"))
        .answers(200, "The factory.", schema("FactoryWithGuide"), Map::new())
        .fails([NOT_FOUND, INTERNAL]),
    ]
}

/// Links from a connector that was changed to what can be done with it.
fn connector_links() -> Value {
    let link = |id: &str, description: &str| json!({ "operationId": id, "description": description, "parameters": { "id": "$response.body#/id" } });
    json!({
        "show": link("getConnector", "Shows it."),
        "edit": link("patchConnector", "Replaces its config."),
        "delete": link("deleteConnector", "Deletes it."),
    })
}

fn saved() -> Map<String, Value> {
    answer(examples::connector(json!({ "effectiveWithinSeconds": 90 })))
}

fn connectors() -> Vec<Operation> {
    let one = examples::connector(json!({}));
    let list = json!({ "type": "array", "items": schema("Connector"), "maxItems": 1 });
    vec![
        Operation::new("GET", "/api/connectors", "listConnectors", "The active connector, if there is one")
            .parameter(target_parameter())
            .answers(200, "None or one.", list, answer(json!([one])))
            .fails([INTERNAL, STORAGE_UNAVAILABLE]),
        Operation::new("POST", "/api/connectors", "saveConnector", "Replace whatever is active")
            .describe(
                "One write: there is never a moment with two connectors, or with none. The one before goes to the \
                 archive.",
            )
            .body("ConnectorInput", MAX_CONFIG_BODY, examples::connectors())
            .answers(200, "It is the active one.", schema("SavedConnector"), saved())
            .links(connector_links())
            .fails([
                BAD_CONFIG,
                ErrorResponse::own("There is no factory with this id.", &[ErrorCode::UnknownFactory]),
                INTERNAL,
                STORAGE_UNAVAILABLE,
            ]),
        Operation::new("GET", "/api/connectors/{id}", "getConnector", "The active connector, by its id")
            .parameter(connector_parameter())
            .answers(200, "The active connector.", schema("Connector"), answer(one))
            .fails([NOT_FOUND, INTERNAL, STORAGE_UNAVAILABLE]),
        Operation::new(
            "PATCH",
            "/api/connectors/{id}",
            "patchConnector",
            "Replace the active connector's config",
        )
        .describe(
            "Confidential fields that are left out, or sent back redacted, keep their values; `null` clears a field. \
             They are not kept if a field that they are bound to changes: a URL, a host, an account.",
        )
        .parameter(connector_parameter())
        .parameter(condition_parameter())
        .body("ConnectorPatch", MAX_CONFIG_BODY, examples::changes())
        .answers(200, "The connector with its new config.", schema("SavedConnector"), saved())
        .fails([BAD_CONFIG, NOT_FOUND, ENTITY_CONFLICT, INTERNAL, STORAGE_UNAVAILABLE]),
        Operation::new("DELETE", "/api/connectors/{id}", "deleteConnector", "Delete the active connector")
            .describe("It stays in the archive.")
            .parameter(connector_parameter())
            .parameter(condition_parameter())
            .answers_empty(204, "Done.")
            .fails([NOT_FOUND, ENTITY_CONFLICT, INTERNAL, STORAGE_UNAVAILABLE]),
        test_connector(),
        check_config(),
    ]
}

fn test_connector() -> Operation {
    let body = |phone: &str| json!({ "phone": phone, "config": examples::twilio_config() });
    let mut full = body("+14155550123");
    if let Some(object) = full.as_object_mut() {
        object.insert("usageType".to_owned(), "SignIn".into());
        object.insert("locale".to_owned(), "de".into());
    }
    Operation::new(
        "POST",
        "/api/connectors/{factoryId}/test",
        "testConnector",
        "Send code 000000 with a config that need not be saved",
    )
    .describe("No limit counts this message. The number is checked as for a send, but `ALLOWED_COUNTRIES` is not asked.")
    .parameter(factory_parameter("factoryId", "twilio-short-message-service"))
    .body("TestRequest", MAX_CONFIG_BODY, named([("shortest", body("14155550123")), ("full", full)]))
    .answers(
        202,
        "The provider may or may not have accepted the message.",
        narrowed("TestOutcome", "status", "unknown"),
        answer(json!({ "status": "unknown" })),
    )
    .answers_empty(204, "The provider accepted the message.")
    .fails([
        ErrorResponse::own(
            "A body, phone number or config that is not valid.",
            &[ErrorCode::InvalidInput, ErrorCode::PhoneInvalid, ErrorCode::InvalidRequestConfig],
        ),
        ErrorResponse::own(
            "The id is a dot segment, so that the path is another.",
            &[ErrorCode::RouteNotFound],
        ),
        PHONE_NOT_ALLOWED,
        ErrorResponse::own(
            "There is no such factory; or the config has no template for this usage type, or the connector does not \
             serve this number.",
            &[ErrorCode::UnknownFactory, ErrorCode::TemplateNotFound, ErrorCode::NumberNotSupported],
        ),
        ErrorResponse::own("The provider throttles.", &[ErrorCode::ProviderThrottled])
            .retry(),
        INTERNAL,
        PROVIDER_REJECTED,
        STORAGE_UNAVAILABLE,
    ])
}

fn check_config() -> Operation {
    let body = json!({ "config": examples::twilio_config() });
    let issue = json!({ "path": "accountSID", "message": "is required" });
    Operation::new(
        "POST",
        "/api/connectors/{factoryId}/check",
        "checkConfig",
        "Check a config without saving it",
    )
    .describe(
        "Lists everything that saving the config would refuse. Redacted secrets count as they are stored.",
    )
    .parameter(factory_parameter("factoryId", "twilio-short-message-service"))
    .body("CheckRequest", MAX_CONFIG_BODY, named([("config", body)]))
    .answers(200, "What is wrong with it.", schema("ConfigCheck"), answer(json!({ "issues": [issue] })))
    .fails([
        ErrorResponse::own(
            "A body that is not valid, or the mock connector where it is not allowed.",
            &[ErrorCode::InvalidInput, ErrorCode::InvalidRequestConfig],
        ),
        ErrorResponse::own(
            "The id is a dot segment, so that the path is another.",
            &[ErrorCode::RouteNotFound],
        ),
        ErrorResponse::own("There is no such factory.", &[ErrorCode::UnknownFactory]),
        INTERNAL,
        STORAGE_UNAVAILABLE,
    ])
}

fn archive() -> Vec<Operation> {
    let archived = examples::connector(json!({ "archivedAt": "2026-11-22T09:30:00Z" }));
    let list = json!({ "type": "array", "items": schema("ArchivedConnector"), "maxItems": 10 });
    vec![
        Operation::new("GET", "/api/connectors/archive", "listArchive", "What was active before")
            .describe("Not the connector with id `archive`: this path goes before `/api/connectors/{id}`.")
            .answers(200, "The last ten of the last 90 days, newest first.", list, answer(json!([archived])))
            .fails([INTERNAL, STORAGE_UNAVAILABLE]),
        Operation::new(
            "POST",
            "/api/connectors/archive/{id}/restore",
            "restoreConnector",
            "Make an archived connector the active one",
        )
        .describe("One write; the active one takes its place in the archive. No body is read.")
        .parameter(connector_parameter())
        .answers(200, "It is the active one.", schema("SavedConnector"), saved())
        .links(connector_links())
        .becomes_path_of("GET, PATCH, DELETE")
        .fails([
            ErrorResponse::own(
                "The archived config does not pass its check any more.",
                &[ErrorCode::InvalidRequestConfig],
            ),
            NOT_FOUND,
            INTERNAL,
            STORAGE_UNAVAILABLE,
        ]),
        Operation::new(
            "DELETE",
            "/api/connectors/archive/{id}",
            "purgeConnector",
            "Delete an archived connector for good",
        )
        .describe("It cannot be restored. The active connector is not touched.")
        .parameter(connector_parameter())
        .answers_empty(204, "Done.")
        .fails([NOT_FOUND, INTERNAL, STORAGE_UNAVAILABLE]),
    ]
}

fn unlock() -> Operation {
    Operation::new("POST", "/api/phones/unlock", "unlockPhone", "Unlock a phone")
        .describe(
            "Clears the counts of wrong codes of a phone, for support staff. Its sends still count. The request is logged.",
        )
        .body("UnlockRequest", MAX_BODY, named([("e164", json!({ "phone": "+14155550127" }))]))
        .answers_empty(204, "No wrong code counts any more.")
        .fails([BAD_PHONE, INTERNAL, STORAGE_UNAVAILABLE])
}

fn limits() -> Vec<Operation> {
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

fn identify() -> Operation {
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

fn logto_codes() -> Vec<Operation> {
    vec![
        Operation::new(
            "POST",
            "/api/verification-codes",
            "sendCodeAsLogto",
            "Send a code, in Logto's form",
        )
        .describe(
            "For usage type `Generic`. 204 also if the provider may or may not have accepted the message; `/send` tells.",
        )
        .body(
            "LogtoSendRequest",
            MAX_BODY,
            named([
                ("digits", json!({ "phone": "14155550125" })),
                ("e164", json!({ "phone": "+14155550126" })),
            ]),
        )
        .answers_empty(204, "The code is on its way.")
        .fails([
            BAD_PHONE,
            PHONE_NOT_ALLOWED,
            ErrorResponse::own(
                "The connector has no template, or does not serve this number.",
                &[ErrorCode::TemplateNotFound, ErrorCode::NumberNotSupported],
            ),
            SEND_LIMITED,
            INTERNAL_OR_CONNECTOR,
            CONNECTOR_NOT_FOUND,
            PROVIDER_REJECTED,
            STORAGE_UNAVAILABLE,
        ]),
        Operation::new(
            "POST",
            "/api/verification-codes/verify",
            "verifyCodeAsLogto",
            "Verify a code, in Logto's form",
        )
        .describe("For usage type `Generic`.")
        .body(
            "LogtoVerifyRequest",
            MAX_BODY,
            named([("digits", json!({ "phone": "14155550125", "verificationCode": "173619" }))]),
        )
        .answers_empty(204, "The code was right, and cannot be used again.")
        .fails([CODE_REFUSED, LOCKED, INTERNAL, STORAGE_UNAVAILABLE]),
    ]
}
