//! Sending and verifying codes, and their counterparts in Logto's management API.

use super::{answer, narrowed, schema};
use crate::errors::ErrorResponse;
use crate::errors::shared::{
    BAD_PHONE, CODE_REFUSED, CONNECTOR_NOT_FOUND, INTERNAL, INTERNAL_OR_CONNECTOR, LOCKED, PHONE_NOT_ALLOWED,
    PROVIDER_REJECTED, SEND_LIMITED, STORAGE_UNAVAILABLE,
};
use crate::examples;
use crate::examples::named;
use crate::operations::Operation;
use edge_otp_core::api::MAX_BODY;
use edge_otp_core::error::ErrorCode;
use serde_json::{Map, Value, json};

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

pub(super) fn send() -> Operation {
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

pub(super) fn verify() -> Operation {
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

pub(super) fn logto_codes() -> Vec<Operation> {
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
