//! Managing the connector.

use super::{answer, narrowed, schema};
use crate::errors::ErrorResponse;
use crate::errors::shared::{
    BAD_CONFIG, ENTITY_CONFLICT, INTERNAL, NOT_FOUND, PHONE_NOT_ALLOWED, PROVIDER_REJECTED,
    STORAGE_UNAVAILABLE,
};
use crate::examples;
use crate::examples::named;
use crate::operations::Operation;
use edge_otp_core::api::MAX_CONFIG_BODY;
use edge_otp_core::error::ErrorCode;
use edge_otp_core::provider::REGISTRY;
use serde_json::{Map, Value, json};

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

pub(super) fn factories() -> Vec<Operation> {
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

pub(super) fn connectors() -> Vec<Operation> {
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
                 archive. Nothing of it is kept but confidential fields that are sent back redacted.",
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

pub(super) fn archive() -> Vec<Operation> {
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
