//! A request vector against the request that our provider builds.

use edge_otp_core::code::Code;
use edge_otp_core::connector::Connector;
use edge_otp_core::message::Message;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::provider::{Delivery, MOCK_ID};
use edge_otp_core::segments::{Encoding, detect_encoding};
use edge_otp_core::template::{TemplateBody, select_template};
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::data::{Vector, explain_refusal, has};
use super::decoded::DecodedRequest;
use super::signing::{sign_again, verify_signature};
use super::{Verdict, render};
use crate::support::text;

pub(super) fn check(vector: &Vector) -> Result<Verdict, String> {
    let expected = expected(vector);
    if let Some(expected) = &expected {
        verify_signature(vector, expected)?;
    }
    if let Some(reason) = inapplicable(vector) {
        return Ok(Verdict::Inapplicable(reason));
    }
    let connector = match vector.connector() {
        Ok(connector) => connector,
        // Logto finds out when it sends, we when the config is saved.
        Err(issues) if expected.is_none() && !issues.is_empty() => return Ok(Verdict::Exact),
        Err(issues) => return explain_refusal(&issues).map(Verdict::Inapplicable),
    };
    let phone = vector.phone().ok_or("no number")?;
    let is_supported = connector.provider.supports_recipient(&connector.config, &phone);
    let has_template = connector.template(vector.usage_type().ok_or("no usage type")?, None).is_ok();
    match expected {
        None if !is_supported || !has_template => Ok(Verdict::Exact),
        None => Err("Logto sends nothing, we would".to_owned()),
        Some(_) if !is_supported || !has_template => Err("Logto sends, we do not".to_owned()),
        Some(expected) => compare(vector, expected, &build_request(vector, &connector)?),
    }
}

/// Returns why a vector does not apply to us, by rules of which each is a deliberate difference; what we do instead is
/// checked where there is something to check.
fn inapplicable(vector: &Vector) -> Option<&'static str> {
    let (id, payload) = (vector.provider.id(), vector.payload());
    let Some(phone) = vector.phone() else { return Some("the number is not E.164: refused as input") };
    if vector.usage_type().is_none() {
        return Some("Logto's usage type Test is not one of the nine");
    }
    if payload.get("code").and_then(Value::as_str).and_then(Code::parse).is_none() {
        return Some("there is no code, or it is not made of digits");
    }
    let Ok(connector) = vector.connector() else { return None };
    let template = select_template(connector.config.templates(), text(&vector.json["send"], "type"), None);
    let is_used = |name: &str| match template.map(|template| &template.body) {
        Some(TemplateBody::Text(text)) if id != MOCK_ID => render::refers_to(text, name),
        Some(TemplateBody::Named { .. }) => false,
        _ => true,
    };
    if payload.keys().any(|name| !["code", "locale"].contains(&name.as_str()) && is_used(name)) {
        return Some("there are no variables beyond code and locale here");
    }
    let is_supported = connector.provider.supports_recipient(&connector.config, &phone);
    let is_sent = has(&vector.json, "request");
    match (id, text(&vector.json, "logto")) {
        ("smsbao-sms", _) if is_sent && !is_supported => {
            Some("smsbao: it gets no requests for numbers outside mainland China")
        }
        ("tencent-short-message-service", _) if is_sent && !is_supported => {
            Some("a message to mainland China needs a signature; Logto sends it without")
        }
        ("yunpian-sms", "ok") if !is_sent && !is_supported => {
            Some("Logto silently drops the message, we refuse the number")
        }
        ("tencent-short-message-service" | "smsaero-short-message-service", "template_not_found") => {
            let is_generic = template.is_some_and(|template| template.usage_type == "Generic");
            is_generic.then_some("Logto has no fallback to Generic here, we have")
        }
        ("aliyun-short-message-service", _) if is_mistaken_for_chinese(vector) => {
            Some("Logto takes a bare number of 11 digits for Chinese; our numbers have their country code")
        }
        ("whatsapp-short-message-service", _) if vector.id().ends_with("/language/absent-in-config") => {
            Some("Logto sends no language, we send en")
        }
        _ => None,
    }
}

/// Tells whether this is Logto's mistake of issue 7050: +1 and ten digits, given without the plus.
fn is_mistaken_for_chinese(vector: &Vector) -> bool {
    let config = vector.config();
    let by_region =
        config["templates"].as_array().is_some_and(|list| list.iter().any(|t| t["templateCode"].is_object()));
    let is_strict = config["strictPhoneRegionNumberCheck"] == Value::Bool(true);
    by_region && !is_strict && vector.to().len() == 11 && vector.to().starts_with('1')
}

/// Builds our request for a vector's send; the mock connector's record takes the place of one.
pub(super) fn build_request(vector: &Vector, connector: &Connector) -> Result<http::Request<String>, String> {
    let payload = vector.payload();
    let member = |name: &str| payload.get(name).and_then(Value::as_str);
    let phone = vector.phone().ok_or("no number")?;
    let code = member("code").and_then(Code::parse).ok_or("no code")?;
    let usage_type = vector.usage_type().ok_or("no usage type")?;
    let template = connector.template(usage_type, member("locale")).map_err(|error| error.to_string())?;
    let ip = Some(text(&vector.json["send"], "ip")).filter(|ip| !ip.is_empty());
    let message = Message { to: &phone, usage_type, code: &code, locale: member("locale"), ip, template };
    match connector.provider.build_request(&connector.config, &message, &vector.context()) {
        Ok(Delivery::Request(request)) => Ok(request),
        Ok(Delivery::Log(line)) => {
            let record = line.strip_prefix("mock SMS ").ok_or("no record")?;
            let mut record: Map<String, Value> =
                serde_json::from_str(record).map_err(|error| error.to_string())?;
            record.remove("text");
            let request = http::Request::post("/").header(CONTENT_TYPE, "application/json");
            request.body(Value::Object(record).to_string()).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Returns what Logto sent. The mock connector's record takes the place of a request.
fn expected(vector: &Vector) -> Option<DecodedRequest> {
    if has(&vector.json, "record") {
        return Some(DecodedRequest {
            method: "POST".to_owned(),
            url: "/".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            fields: vector.json["record"].clone(),
            body: String::new(),
        });
    }
    has(&vector.json, "request").then(|| DecodedRequest::from_vector(&vector.json["request"]))
}

/// Returns the field that holds the number, and the number as the provider's documentation spells it. `None` for a
/// provider that Logto has not: its vectors have the documented form.
fn documented_number(id: &str, phone: &PhoneNumber) -> Option<(&'static [&'static str], String)> {
    let (plus, digits) = (phone.e164().to_owned(), phone.digits().to_owned());
    let china_mobile = phone.china_mobile_number().map(str::to_owned);
    Some(match id {
        "twilio-short-message-service" => (&["To"], plus),
        "aliyun-short-message-service" => {
            (&["PhoneNumbers"], if digits.starts_with("86") { plus } else { digits })
        }
        "aliyun-short-message-auth-service" => {
            (&["PhoneNumber"], phone.national_number("86").unwrap_or_default().to_owned())
        }
        "tencent-short-message-service" => (&["PhoneNumberSet", "0"], plus),
        "vonage-sms" => (&["to"], digits),
        "yunpian-sms" if digits.starts_with("861") && digits.as_bytes()[3] >= b'3' => {
            (&["mobile"], china_mobile.unwrap_or(plus))
        }
        "yunpian-sms" => (&["mobile"], plus),
        "smsbao-sms" => (&["m"], china_mobile.unwrap_or_default()),
        "smsaero-short-message-service" => (&["number"], digits),
        "gatewayapi-sms" => (&["recipients", "0", "msisdn"], digits),
        "mock-short-message-service" => (&["phone"], plus),
        "http-sms" | "whatsapp-short-message-service" => (&["to"], plus),
        _ => return None,
    })
}

fn member<'a>(fields: &'a mut Value, path: &[&str]) -> &'a mut Value {
    path.iter().fold(fields, |value, step| match (value, step.parse::<usize>()) {
        (Value::Array(items), Ok(index)) => &mut items[index],
        (object, _) => &mut object[*step],
    })
}

/// Compares after the deliberate changes, of which there are two: the number in its documented form (and the request
/// signed again), and the encoding named for a text outside GSM-7.
pub(super) fn compare(
    vector: &Vector,
    mut expected: DecodedRequest,
    request: &http::Request<String>,
) -> Result<Verdict, String> {
    let id = vector.provider.id();
    let ours = DecodedRequest::from_http(request);
    let mut verdict = Verdict::Exact;
    if let Some((path, number)) = documented_number(id, &vector.phone().ok_or("no number")?) {
        let fields = if expected.fields.is_array() { &mut expected.fields[1] } else { &mut expected.fields };
        let place = member(fields, path);
        if place.as_str() != Some(number.as_str()) {
            let theirs = core::mem::replace(place, Value::from(number.as_str()));
            let (theirs, number) = (theirs.to_string(), Value::from(number).to_string());
            expected.body = expected.body.replace(&theirs, &number);
            sign_again(vector, &mut expected);
            verdict = Verdict::Changed("the number in its documented form");
        }
    }
    for (provider, text, name, value) in
        [("vonage-sms", "text", "type", "unicode"), ("gatewayapi-sms", "message", "encoding", "UCS2")]
    {
        let is_ucs2 =
            expected.fields[text].as_str().is_some_and(|text| detect_encoding(text) == Encoding::Ucs2);
        if id == provider && is_ucs2 && !has(&expected.fields, name) {
            expected.fields[name] = Value::from(value);
            verdict = Verdict::Changed("the number in its documented form, the encoding named");
        }
    }
    if id == "whatsapp-short-message-service" {
        expected.url = expected.url.replace("/v19.0/", "/v26.0/");
        verdict =
            Verdict::Changed("the Graph API version that is in force, the number in its documented form");
    }
    ensure_equal("method", &expected.method, &ours.method)?;
    ensure_equal("URL", &expected.url, &ours.url)?;
    ensure_equal("headers", &expected.headers, &ours.headers)?;
    ensure_equal("fields", &expected.fields, &ours.fields)?;
    if id == "tencent-short-message-service" {
        ensure_equal("bytes", &expected.body, &ours.body)?;
    }
    Ok(verdict)
}

pub(super) fn ensure_equal<T: PartialEq + core::fmt::Debug>(
    what: &str,
    expected: &T,
    ours: &T,
) -> Result<(), String> {
    if expected == ours { Ok(()) } else { Err(format!("{what}: expected {expected:?}, got {ours:?}")) }
}
