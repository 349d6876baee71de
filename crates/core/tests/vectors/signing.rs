//! The signatures of Aliyun and Tencent Cloud over captured requests.

use edge_otp_core::provider::{aliyun_rpc, tc3::Tc3Request};
use edge_otp_core::time::Timestamp;
use serde_json::Value;

use super::data::{Vector, has};
use super::decoded::DecodedRequest;
use super::request::ensure_equal;
use crate::support::text;

/// Signs an example of the documentation.
pub(super) fn documented_signature(vector: &Vector) -> String {
    let json = &vector.json;
    if has(json, "params") {
        let params = json["params"].as_object().expect("an object").iter();
        let fields: Vec<_> =
            params.map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
        return aliyun_rpc::signature(text(json, "method"), &fields, text(json, "secret"));
    }
    let request = Tc3Request {
        secret_id: text(json, "secret_id"),
        secret_key: text(json, "secret_key"),
        service: text(json, "service"),
        host: text(json, "host"),
        content_type: text(json, "content_type"),
        now: Timestamp(json["timestamp"].as_u64().expect("seconds") * 1_000),
        body: text(json, "body"),
    };
    request.signature()
}

fn signed_pairs(fields: &Value) -> Vec<(&str, &str)> {
    let members = fields.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| *name != "Signature")
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
        .collect()
}

/// Signs a request as captured; returns where its signature belongs and what it is. `None` if the provider signs nothing.
fn sign(vector: &Vector, request: &DecodedRequest) -> Option<(&'static str, String)> {
    let config = vector.config();
    let secret = text(&config, "accessKeySecret");
    match vector.provider.id() {
        "aliyun-short-message-service" | "aliyun-short-message-auth-service" => {
            let fields = signed_pairs(&request.fields);
            Some(("Signature", aliyun_rpc::signature(&request.method, &fields, secret)))
        }
        "tencent-short-message-service" => {
            let content_type = request.headers.iter().find(|(name, _)| name == "content-type");
            let signed = Tc3Request {
                secret_id: text(&config, "accessKeyId"),
                secret_key: secret,
                service: "sms",
                host: "sms.tencentcloudapi.com",
                content_type: content_type.map(|(_, value)| value.as_str()).unwrap_or_default(),
                now: vector.context().now,
                body: &request.body,
            };
            Some(("authorization", signed.authorization()))
        }
        _ => None,
    }
}

/// Signs a captured request, also one that we would not send: the signature must be the captured one.
pub(super) fn verify_signature(vector: &Vector, request: &DecodedRequest) -> Result<(), String> {
    let Some((name, ours)) = sign(vector, request) else { return Ok(()) };
    let header = request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    ensure_equal("signature", &header.unwrap_or(text(&request.fields, name)), &ours.as_str())
}

/// Replaces the signature after a change to the request.
pub(super) fn sign_again(vector: &Vector, request: &mut DecodedRequest) {
    let Some((name, signature)) = sign(vector, request) else { return };
    match request.headers.iter_mut().find(|(known, _)| known == name) {
        Some(header) => header.1 = signature,
        None => request.fields[name] = Value::from(signature),
    }
}
