//! What the providers' official kits send for the same input.

use edge_otp_core::code::Code;
use serde_json::{Value, json};

use super::Verdict;
use super::data::{Vector, explain_refusal};
use super::decoded::DecodedRequest;
use super::request::{build_request, compare};
use super::signing::verify_signature;

/// The fields are compared nevertheless, where the code is made of digits.
const ACS3: &str = "signed as ACS3, where we sign RPC 1.0 as Logto does";

pub(super) fn check(vector: &Vector) -> Result<Verdict, String> {
    let mut expected = DecodedRequest::from_vector(&vector.json["request"]);
    let kit = vector.id().split('/').nth(1).unwrap_or_default();
    let is_acs3 = kit == "dysmsapi" || kit == "dypnsapi";
    if !is_acs3 {
        verify_signature(vector, &expected)?;
    }
    let code = vector.payload().get("code").and_then(Value::as_str).and_then(Code::parse);
    if code.is_none() {
        let why = if is_acs3 { ACS3 } else { "the code is not made of digits; the signature is verified" };
        return Ok(Verdict::Inapplicable(why));
    }
    let connector = match vector.connector() {
        Ok(connector) => connector,
        Err(issues) => return explain_refusal(&issues).map(Verdict::Inapplicable),
    };
    let ours = build_request(vector, &connector)?;
    // Headers by which a kit names itself or repeats its fields.
    expected.headers.retain(|(name, _)| !name.starts_with("x-sdk-") && !name.starts_with("x-acs-"));
    expected.headers.retain(|(name, _)| name != "x-tc-traceid" && name != "x-tc-requestclient");
    match kit {
        "dysmsapi" | "dypnsapi" => {
            copy_envelope(&mut expected, ours.body());
            compare(vector, expected, &ours)?;
            Ok(Verdict::Inapplicable(ACS3))
        }
        "pop-core-get" => {
            copy_envelope(&mut expected, ours.body());
            compare(vector, expected, &ours)?;
            Ok(Verdict::Changed("sent as GET; signature verified, fields equal"))
        }
        "tencent-default" => {
            let fields: Value = serde_json::from_str(ours.body()).map_err(|error| error.to_string())?;
            if fields != expected.fields {
                return Err(format!("{fields} is not {}", expected.fields));
            }
            Ok(Verdict::Changed("members in another order; signature verified, fields equal"))
        }
        "smsaero" => {
            expected.fields.as_object_mut().ok_or("no object")?.retain(|_, value| !value.is_null());
            compare(vector, expected, &ours)
        }
        _ => compare(vector, expected, &ours),
    }
}

/// Copies what belongs to the other way of sending: method, headers, and our fields of the envelope.
fn copy_envelope(expected: &mut DecodedRequest, our_body: &str) {
    let headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let ours = DecodedRequest::from_vector(&json!({
        "method": "POST", "url": "", "headers": {"content-type": headers[0].1}, "body": our_body
    }));
    let own = ["PhoneNumbers", "PhoneNumber", "CountryCode", "SignName", "TemplateCode", "TemplateParam"];
    for (name, value) in ours.fields.as_object().into_iter().flatten() {
        if !own.contains(&name.as_str()) {
            expected.fields[name] = value.clone();
        }
    }
    (expected.method, expected.headers) = ("POST".to_owned(), headers);
}
