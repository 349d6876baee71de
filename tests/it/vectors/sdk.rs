//! What the providers' official kits send for the same input.

use serde_json::Value as Json;

use super::Verdict;
use super::data::Vector;
use super::request::{compare, deliver, prove_signature};
use super::shape::Shape;
use crate::code::Code;

/// The fields are compared all the same, where the code is made of digits.
const ACS3: &str = "signed as ACS3, where we sign RPC 1.0 as Logto does";

pub(super) fn check(vector: &Vector) -> Result<Verdict, String> {
    let mut expected = Shape::read(&vector.json["request"]);
    let kit = vector.id().split('/').nth(1).unwrap_or_default();
    let acs3 = kit == "dysmsapi" || kit == "dypnsapi";
    if !acs3 {
        prove_signature(vector, &expected)?;
    }
    let code = vector.payload().get("code").and_then(Json::as_str).and_then(Code::parse);
    if code.is_none() {
        let why = if acs3 { ACS3 } else { "the code is not made of digits; the signature is proven" };
        return Ok(Verdict::Inapplicable(why));
    }
    let connector = match vector.connector() {
        Ok(connector) => connector,
        Err(issues) => return super::refusal(&issues).map(Verdict::Inapplicable),
    };
    let ours = deliver(vector, &connector)?;
    // Headers by which a kit names itself or repeats its fields.
    expected.headers.retain(|(name, _)| !name.starts_with("x-sdk-") && !name.starts_with("x-acs-"));
    expected.headers.retain(|(name, _)| name != "x-tc-traceid" && name != "x-tc-requestclient");
    match kit {
        "dysmsapi" | "dypnsapi" => {
            lend_envelope(&mut expected, &ours.body);
            compare(vector, expected, &ours)?;
            Ok(Verdict::Inapplicable(ACS3))
        }
        "pop-core-get" => {
            lend_envelope(&mut expected, &ours.body);
            compare(vector, expected, &ours)?;
            Ok(Verdict::Changed("sent as GET; signature proven, fields equal"))
        }
        "tencent-default" => {
            let fields: Json = serde_json::from_str(&ours.body).map_err(|error| error.to_string())?;
            if fields != expected.fields {
                return Err(format!("{fields} is not {}", expected.fields));
            }
            Ok(Verdict::Changed("members in another order; signature proven, fields equal"))
        }
        "smsaero" => {
            expected.fields.as_object_mut().ok_or("no object")?.retain(|_, value| !value.is_null());
            compare(vector, expected, &ours)
        }
        _ => compare(vector, expected, &ours),
    }
}

/// Takes over what belongs to the other way of sending: method, headers, and our fields of the envelope.
fn lend_envelope(expected: &mut Shape, our_body: &str) {
    let headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let ours = Shape::read(&serde_json::json!({
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
