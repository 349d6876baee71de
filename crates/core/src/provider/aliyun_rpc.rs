//! What Aliyun's two SMS services share: the RPC request with its signature
//! (<https://help.aliyun.com/document_detail/315526.html>) and the response
//! (<https://help.aliyun.com/document_detail/101346.html>). Not a provider of its own.
//!
//! Oddities: business failures come as 200, those of the gateway as 4xx, both in one shape. The response to a wrong
//! signature repeats the signed text, and with it number and code: only `Code` is read. The message service puts
//! `isv.`, `isp.` or `biz.` before a code where the authentication service often does not.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use sha1::Sha1;

use super::request::{ProviderRequest, to_json};
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, ProviderConfig, ProviderResponse, RejectionKind,
    RequestContext,
};
use crate::message::Message;

/// One call: where it goes, what it does, and the fields that only this action has.
pub(super) struct RpcCall<'a> {
    pub(super) host: &'a str,
    pub(super) action: &'a str,
    /// The fields that hold the recipient.
    pub(super) recipient: &'a [(&'a str, &'a str)],
    pub(super) template_param: TemplateParam<'a>,
}

/// The variables of a template, which must be strings.
#[derive(Serialize)]
pub(super) struct TemplateParam<'a> {
    pub(super) code: &'a str,
    /// The minutes of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<&'a str>,
}

/// `ServiceUnavailable` is the gateway's: the request has failed before it reached the service. Unknown are errors inside
/// the service, which Aliyun explains with no more than "system error, call again" (`SYSTEM_ERROR`, `UNKNOWN`,
/// `UnknownError`, `InternalError`), the failed call of the module that sends (`GATEWAY_ERROR`), and timeouts.
pub(super) const ERROR_CODES: ErrorCodeTable = ErrorCodeTable {
    families: &["isv.", "isp.", "biz."],
    rejected: &[
        (
            RejectionKind::Throttled(None),
            &[
                "BUSINESS_LIMIT_CONTROL",
                "DAY_LIMIT_CONTROL",
                "MONTH_LIMIT_CONTROL",
                "FREQUENCY",
                "FREQUENCY_FAIL",
                "Throttling",
            ],
        ),
        (
            RejectionKind::Credentials,
            &[
                "InvalidAccessKeyId",
                "MissingAccessKeyId",
                "SignatureDoesNotMatch",
                "IncompleteSignature",
                "InvalidTimeStamp",
                "Forbidden",
                "NoPermission",
                "RAM_PERMISSION_DENY",
                "ACCOUNT_NOT_EXISTS",
                "ACCOUNT_ABNORMAL",
                "PRODUCT_UNSUBSCRIBE",
                "PRODUCT_UN_SUBSCRIPT",
                "FUNCTION_NOT_OPENED",
                "DENY_IP_RANGE",
            ],
        ),
        (
            RejectionKind::Recipient,
            &[
                "MOBILE_NUMBER_ILLEGAL",
                "MOBILE_COUNT_OVER_LIMIT",
                "DOMESTIC_NUMBER_NOT_SUPPORTED",
                "NOT_SUPPORTED_COUNTRY",
            ],
        ),
        (
            RejectionKind::Content,
            &[
                "SMS_TEMPLATE_ILLEGAL",
                "SMS_SIGNATURE_ILLEGAL",
                "SMS_SIGN_ILLEGAL",
                "SMS_SIGNATURE_SCENE_ILLEGAL",
                "SIGN_STATE_ILLEGAL",
                "SMS_CONTENT_ILLEGAL",
                "TEMPLATE_MISSING_PARAMETERS",
                "TEMPLATE_PARAMS_ILLEGAL",
                "INVALID_JSON_PARAM",
                "BLACK_KEY_CONTROL_LIMIT",
                "PARAM_LENGTH_LIMIT",
                "PARAM_NOT_SUPPORT_URL",
                "EXTEND_CODE_ERROR",
            ],
        ),
        (RejectionKind::Balance, &["AMOUNT_NOT_ENOUGH", "OUT_OF_SERVICE"]),
        (RejectionKind::Other, &["ServiceUnavailable"]),
    ],
    unknown: &[
        // A nonce is new for each send: the same request has arrived before, and may have been carried out.
        "SignatureNonceUsed",
        "SYSTEM_ERROR",
        "SYSTEM_BUSY",
        "UNKNOWN",
        "UNKNOWN_ERROR",
        "GATEWAY_ERROR",
        "TIMEOUT",
        "InternalError",
        "UnknownError",
        "Timeout",
        "ServiceTimeout",
    ],
};

impl RpcCall<'_> {
    /// Builds the signed request.
    pub(super) fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        context: &RequestContext,
    ) -> http::Result<Delivery> {
        let timestamp = context.now.rfc3339();
        let template_param = to_json(&self.template_param);
        let mut fields = vec![
            ("Action", self.action),
            ("Format", "json"),
            ("RegionId", "cn-hangzhou"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("Version", "2017-05-25"),
            ("AccessKeyId", config.text("accessKeyId")),
        ];
        fields.extend_from_slice(self.recipient);
        fields.extend_from_slice(&[
            ("SignName", config.text("signName")),
            ("TemplateCode", message.registered_template_id()),
            ("TemplateParam", &template_param),
            ("SignatureNonce", &context.nonce),
            ("Timestamp", &timestamp),
        ]);
        let signature = signature("POST", &fields, config.text("accessKeySecret"));
        fields.push(("Signature", &signature));
        ProviderRequest::post_form(&format!("https://{}/", self.host), &fields).finish()
    }
}

/// Parses a response. `proof` are the members beside `Code` that a success has.
pub(super) fn parse_response(response: &ProviderResponse, proof: &[&str]) -> DeliveryOutcome {
    let body = response.json();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match text("Code") {
        Some("OK") if response.is_success() && proof.iter().all(|name| text(name).is_some()) => {
            DeliveryOutcome::Accepted
        }
        None | Some("OK") => DeliveryOutcome::from_status(response),
        Some(code) => DeliveryOutcome::from_code(response, ERROR_CODES, code),
    }
}

/// Everything but `A-Z a-z 0-9 - _ . ~` (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn percent_encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// Computes the RPC signature 1.0 over all fields but itself: the pairs, percent-encoded and sorted by their bytes, are
/// encoded once more; the key is the secret and `&`.
pub fn signature(method: &str, fields: &[(&str, &str)], secret: &str) -> String {
    let mut pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
        .collect();
    pairs.sort_unstable();
    let query = pairs.join("&");
    let string_to_sign = format!("{method}&%2F&{}", percent_encode(&query));
    BASE64_STANDARD.encode(hmac_sha1(format!("{secret}&").as_bytes(), string_to_sign.as_bytes()))
}

/// HMAC accepts a key of any length, so there is always a MAC.
fn hmac_sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha1>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn hmac_sha1_agrees_with_the_vectors_of_wycheproof() {
        let vectors = crate::wycheproof::vectors("hmacSha1");
        assert_eq!(vectors.len(), 170);
        for vector in vectors {
            let [key, message, tag] = &*vector.values else { panic!("three values") };
            let computed = hmac_sha1(key, message);
            assert_eq!(computed[..tag.len()] == tag[..], vector.is_valid, "{}", vector.id);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn percent_encode_keeps_unreserved_characters_only() {
        let encode = |text| percent_encode(text).to_string();
        assert_eq!(encode("aZ09-_.~"), "aZ09-_.~");
        assert_eq!(encode(" *+!'()é"), "%20%2A%2B%21%27%28%29%C3%A9");
    }
}
