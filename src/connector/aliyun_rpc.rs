//! What Aliyun's two SMS services share: the RPC request with its signature
//! (<https://help.aliyun.com/document_detail/315526.html>) and the answer
//! (<https://help.aliyun.com/document_detail/101346.html>). A kit for their two files, no provider of its own.
//!
//! Oddities: business failures come as 200, those of the gateway as 4xx, both in one shape. The answer to a wrong
//! signature repeats the signed text, so number and code with it: only `Code` is read. The message service puts
//! `isv.`, `isp.` or `biz.` before a code where the authentication service often does not.

use alloc::vec;

use super::outcome::{Codes, class_of};
use super::{Class, Config, Outcome};
use crate::json::Value;
use crate::message::Message;
use crate::sign::aliyun_rpc;
use crate::wire::{Request, Response, Stamp};

/// One call: where, what, and what is the call's own.
pub(super) struct Call<'a> {
    pub(super) host: &'a str,
    pub(super) action: &'a str,
    /// The fields that say who gets it.
    pub(super) phone: &'a [(&'a str, &'a str)],
    /// JSON; Aliyun takes texts as values only.
    pub(super) template_param: &'a str,
}

/// Codes without their `isv.`, `isp.` or `biz.`.
pub(super) const CODES: Codes = &[
    (
        Class::Throttled(None),
        "BUSINESS_LIMIT_CONTROL DAY_LIMIT_CONTROL MONTH_LIMIT_CONTROL FREQUENCY FREQUENCY_FAIL Throttling",
    ),
    (
        Class::Credentials,
        "InvalidAccessKeyId MissingAccessKeyId SignatureDoesNotMatch IncompleteSignature SignatureNonceUsed \
         InvalidTimeStamp Forbidden NoPermission RAM_PERMISSION_DENY ACCOUNT_NOT_EXISTS ACCOUNT_ABNORMAL \
         PRODUCT_UNSUBSCRIBE PRODUCT_UN_SUBSCRIPT FUNCTION_NOT_OPENED DENY_IP_RANGE",
    ),
    (
        Class::Recipient,
        "MOBILE_NUMBER_ILLEGAL MOBILE_COUNT_OVER_LIMIT DOMESTIC_NUMBER_NOT_SUPPORTED NOT_SUPPORTED_COUNTRY",
    ),
    (
        Class::Content,
        "SMS_TEMPLATE_ILLEGAL SMS_SIGNATURE_ILLEGAL SMS_SIGN_ILLEGAL SMS_SIGNATURE_SCENE_ILLEGAL SMS_CONTENT_ILLEGAL \
         TEMPLATE_MISSING_PARAMETERS TEMPLATE_PARAMS_ILLEGAL INVALID_JSON_PARAM BLACK_KEY_CONTROL_LIMIT \
         PARAM_LENGTH_LIMIT PARAM_NOT_SUPPORT_URL EXTEND_CODE_ERROR",
    ),
    (Class::Balance, "AMOUNT_NOT_ENOUGH OUT_OF_SERVICE"),
];

impl Call<'_> {
    /// The signed request.
    pub(super) fn request(&self, config: &Config, message: &Message<'_>, stamp: &Stamp) -> Request {
        let timestamp = stamp.now.rfc3339();
        let mut fields = vec![
            ("Action", self.action),
            ("Format", "json"),
            ("RegionId", "cn-hangzhou"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("Version", "2017-05-25"),
            ("AccessKeyId", config.text("accessKeyId")),
        ];
        fields.extend_from_slice(self.phone);
        fields.extend_from_slice(&[
            ("SignName", config.text("signName")),
            ("TemplateCode", message.registered_id()),
            ("TemplateParam", self.template_param),
            ("SignatureNonce", &stamp.nonce),
            ("Timestamp", &timestamp),
        ]);
        let signature = aliyun_rpc("POST", &fields, config.text("accessKeySecret"));
        fields.push(("Signature", &signature));
        Request::form(["https://", self.host, "/"].concat(), &fields)
    }
}

/// Reads an answer. `proof` are the members beside `Code` that a success has.
pub(super) fn outcome(response: &Response, proof: &[&str]) -> Outcome {
    let body = response.json().unwrap_or(Value::Null);
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match text("Code") {
        Some("OK") if response.is_success() && proof.iter().all(|name| text(name).is_some()) => {
            Outcome::Accepted
        }
        None | Some("OK") => Outcome::by_status(response),
        Some(code) => {
            let bare = ["isv.", "isp.", "biz."].iter().find_map(|prefix| code.strip_prefix(prefix));
            Outcome::refused(response, class_of(response, CODES, bare.unwrap_or(code)), code)
        }
    }
}
