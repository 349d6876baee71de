//! Delivering the codes of other auth servers.

use super::{answer, schema};
use crate::errors::ErrorResponse;
use crate::errors::shared::{
    BAD_PHONE, CONNECTOR_NOT_FOUND, INTERNAL, INTERNAL_OR_CONNECTOR, NOT_FOUND, PHONE_NOT_ALLOWED,
    PROVIDER_REJECTED, STORAGE_UNAVAILABLE,
};
use crate::examples::named;
use crate::openapi::reference;
use crate::operations::Operation;
use edge_otp_core::api::{MAX_BODY, MAX_DELIVERY_BODY};
use edge_otp_core::bridge::{BridgeDialect, DIALECTS};
use edge_otp_core::error::ErrorCode;
use serde_json::{Map, Value, json};

const TEXT_OR_CODE: &str = "Delivers a message whose code another server has made. The same recipient and code within 600 \
    seconds get the same answer and no second message. The limits of sends apply; those of wrong codes do not.";

pub(super) fn deliveries() -> Vec<Operation> {
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

pub(super) fn bridges() -> Vec<Operation> {
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
