//! A request vector against the request that our connector makes.

use serde_json::{Map, Value as Json};

use super::data::{Vector, has, refusal, text};
use super::shape::Shape;
use super::{Verdict, render};
use crate::code::Code;
use crate::connector::{Connector, Delivery};
use crate::message::{Encoding, Message, encoding, mainland_mobile};
use crate::phone::PhoneNumber;
use crate::sign::{Tc3, aliyun_rpc};
use crate::template::{TemplateBody, choose};
use crate::wire::Request;

const BEYOND: &str = "what is beyond code and locale does not exist here";

pub(super) fn check(vector: &Vector) -> Result<Verdict, String> {
    let expected = expected(vector);
    if let Some(expected) = &expected {
        prove_signature(vector, expected)?;
    }
    if let Some(reason) = inapplicable(vector) {
        return Ok(Verdict::Inapplicable(reason));
    }
    let connector = match vector.connector() {
        Ok(connector) => connector,
        // Logto finds out when it sends, we when it is saved.
        Err(issues) if expected.is_none() && !issues.is_empty() => return Ok(Verdict::Exact),
        Err(issues) => return refusal(&issues).map(Verdict::Inapplicable),
    };
    let phone = vector.phone().ok_or("no number")?;
    let served = connector.provider.serves(&connector.config, &phone);
    let found = connector.template(vector.usage().ok_or("no usage type")?, None).is_ok();
    match expected {
        None if !served || !found => Ok(Verdict::Exact),
        None => Err("Logto sends nothing, we would".to_owned()),
        Some(_) if !served || !found => Err("Logto sends, we do not".to_owned()),
        Some(expected) => compare(vector, expected, &deliver(vector, &connector)?),
    }
}

/// The rules by which a vector says nothing about us. Each is a deliberate difference; what we do instead is
/// checked where there is something to check.
fn inapplicable(vector: &Vector) -> Option<&'static str> {
    let (id, payload) = (vector.provider.id(), vector.payload());
    let Some(phone) = vector.phone() else { return Some("the number is not E.164: refused at the door") };
    if vector.usage().is_none() {
        return Some("Logto's usage type Test is not one of the nine");
    }
    if payload.get("code").and_then(Json::as_str).and_then(Code::parse).is_none() {
        return Some("there is no code, or it is not made of digits");
    }
    let Ok(connector) = vector.connector() else { return None };
    let template = choose(connector.config.templates(), text(&vector.json["send"], "type"), None);
    let beyond: Vec<_> = payload.keys().filter(|name| !["code", "locale"].contains(&name.as_str())).collect();
    let used = |name: &&String| match template.map(|template| &template.body) {
        Some(TemplateBody::Text(text)) if id != "mock-short-message-service" => render::refers_to(text, name),
        Some(TemplateBody::Named { .. }) => false,
        _ => true,
    };
    if beyond.iter().any(used) {
        return Some(BEYOND);
    }
    let served = connector.provider.serves(&connector.config, &phone);
    let sent = has(&vector.json, "request");
    match (id, text(&vector.json, "logto")) {
        ("smsbao-sms", _) if sent && !served => Some("smsbao: outside mainland China nothing is asked of it"),
        ("yunpian-sms", "ok") if !sent && !served => {
            Some("Logto drops the message in silence, we refuse the number")
        }
        ("tencent-short-message-service" | "smsaero-short-message-service", "template_not_found") => {
            let generic = template.is_some_and(|template| template.usage == "Generic");
            generic.then_some("Logto has no fallback to Generic here, we have")
        }
        ("aliyun-short-message-service", _) if is_taken_for_chinese(vector) => {
            Some("Logto takes a bare number of 11 digits for Chinese; our numbers say their country")
        }
        ("whatsapp-short-message-service", _) if vector.id().ends_with("/language/absent-in-config") => {
            Some("Logto sends no language, we send en")
        }
        _ => None,
    }
}

/// Whether this is Logto's mistake of issue 7050: +1 and ten digits, given without the plus.
fn is_taken_for_chinese(vector: &Vector) -> bool {
    let config = vector.config();
    let by_region =
        config["templates"].as_array().is_some_and(|list| list.iter().any(|t| t["templateCode"].is_object()));
    let strict = config["strictPhoneRegionNumberCheck"] == Json::Bool(true);
    by_region && !strict && vector.to().len() == 11 && vector.to().starts_with('1')
}

/// Our request for a vector's send; the mock connector's record stands for one.
pub(super) fn deliver(vector: &Vector, connector: &Connector) -> Result<Request, String> {
    let payload = vector.payload();
    let member = |name: &str| payload.get(name).and_then(Json::as_str);
    let (phone, code) =
        (vector.phone().ok_or("no number")?, member("code").and_then(Code::parse).ok_or("no code")?);
    let usage = vector.usage().ok_or("no usage type")?;
    let template = connector.template(usage, member("locale")).map_err(|error| error.code().to_owned())?;
    let ip = Some(text(&vector.json["send"], "ip")).filter(|ip| !ip.is_empty());
    let message = Message { to: &phone, usage, code: &code, locale: member("locale"), ip, template };
    match connector.provider.delivery(&connector.config, &message, &vector.stamp()) {
        Delivery::Http(request) => Ok(request),
        Delivery::Terminal(line) => {
            let record = line.strip_prefix("mock SMS ").ok_or("no record")?;
            let mut record: Map<String, Json> =
                serde_json::from_str(record).map_err(|error| error.to_string())?;
            record.remove("text");
            Ok(Request::json("", Json::Object(record).to_string()))
        }
    }
}

/// What Logto sent. The mock connector's record stands for a request.
fn expected(vector: &Vector) -> Option<Shape> {
    if has(&vector.json, "record") {
        let fields = vector.json["record"].clone();
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        return Some(Shape {
            method: "POST".to_owned(),
            url: "/".to_owned(),
            headers,
            fields,
            raw: String::new(),
        });
    }
    has(&vector.json, "request").then(|| Shape::read(&vector.json["request"]))
}

/// Where the number stands, and how the provider's documentation spells it.
fn documented(id: &str, phone: &PhoneNumber) -> (&'static [&'static str], String) {
    let (plus, digits) = (phone.e164().to_owned(), phone.digits().to_owned());
    let mainland = mainland_mobile(phone).map(str::to_owned);
    match id {
        "twilio-short-message-service" => (&["To"], plus),
        "aliyun-short-message-service" => {
            (&["PhoneNumbers"], if digits.starts_with("86") { plus } else { digits })
        }
        "aliyun-short-message-auth-service" => {
            (&["PhoneNumber"], phone.national("86").unwrap_or_default().to_owned())
        }
        "tencent-short-message-service" => (&["PhoneNumberSet", "0"], plus),
        "vonage-sms" => (&["to"], digits),
        "yunpian-sms" if digits.starts_with("861") && digits.as_bytes()[3] >= b'3' => {
            (&["mobile"], mainland.unwrap_or(plus))
        }
        "yunpian-sms" => (&["mobile"], plus),
        "smsbao-sms" => (&["m"], mainland.unwrap_or_default()),
        "smsaero-short-message-service" => (&["number"], digits),
        "gatewayapi-sms" => (&["recipients", "0", "msisdn"], digits),
        "mock-short-message-service" => (&["phone"], plus),
        "http-sms" | "whatsapp-short-message-service" => (&["to"], plus),
        other => panic!("{other} has no documented form here"),
    }
}

fn member<'a>(fields: &'a mut Json, path: &[&str]) -> &'a mut Json {
    path.iter().fold(fields, |value, step| match (value, step.parse::<usize>()) {
        (Json::Array(items), Ok(index)) => &mut items[index],
        (object, _) => &mut object[*step],
    })
}

/// Compares after the deliberate changes, of which there are two: the number in its documented form (and the request
/// signed anew), and the encoding named for a text outside GSM-7.
pub(super) fn compare(vector: &Vector, mut expected: Shape, ours: &Request) -> Result<Verdict, String> {
    let id = vector.provider.id();
    let headers = ours.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let got = Shape::of(ours.method, &ours.url, headers, &ours.body);
    let mut verdict = Verdict::Exact;
    let (path, number) = documented(id, &vector.phone().ok_or("no number")?);
    let own = if expected.fields.is_array() { &mut expected.fields[1] } else { &mut expected.fields };
    let place = member(own, path);
    if place.as_str() != Some(number.as_str()) {
        let theirs = core::mem::replace(place, Json::from(number.as_str()));
        let (theirs, number) = (theirs.to_string(), Json::from(number).to_string());
        expected.raw = expected.raw.replace(&theirs, &number);
        sign_anew(vector, &mut expected);
        verdict = Verdict::Changed("the number in its documented form");
    }
    for (connector, text, name, value) in
        [("vonage-sms", "text", "type", "unicode"), ("gatewayapi-sms", "message", "encoding", "UCS2")]
    {
        let foreign = expected.fields[text].as_str().is_some_and(|text| encoding(text) == Encoding::Ucs2);
        if id == connector && foreign && !has(&expected.fields, name) {
            expected.fields[name] = Json::from(value);
            verdict = Verdict::Changed("the number in its documented form, the encoding named");
        }
    }
    same("method", &expected.method, &got.method)?;
    same("URL", &expected.url, &got.url)?;
    same("headers", &expected.headers, &got.headers)?;
    same("fields", &expected.fields, &got.fields)?;
    if id == "tencent-short-message-service" {
        same("bytes", &expected.raw, &got.raw)?;
    }
    Ok(verdict)
}

fn same<T: PartialEq + core::fmt::Debug>(what: &str, expected: &T, got: &T) -> Result<(), String> {
    if expected == got { Ok(()) } else { Err(format!("{what}: expected {expected:?}, got {got:?}")) }
}

fn pairs(fields: &Json) -> Vec<(&str, &str)> {
    let members = fields.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| *name != "Signature")
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
        .collect()
}

/// The signature of a request as captured, made with our kit. None if the connector signs nothing.
fn signature(vector: &Vector, request: &Shape) -> Option<(&'static str, String)> {
    let config = vector.config();
    match vector.provider.id() {
        "aliyun-short-message-service" | "aliyun-short-message-auth-service" => Some((
            "Signature",
            aliyun_rpc(&request.method, &pairs(&request.fields), text(&config, "accessKeySecret")),
        )),
        "tencent-short-message-service" => {
            let content_type = request.headers.iter().find(|(name, _)| name == "content-type");
            let signed = Tc3 {
                secret_id: text(&config, "accessKeyId"),
                secret_key: text(&config, "accessKeySecret"),
                service: "sms",
                host: "sms.tencentcloudapi.com",
                content_type: content_type.map(|(_, value)| value.as_str()).unwrap_or_default(),
                now: vector.stamp().now,
                body: &request.raw,
            };
            Some(("authorization", signed.authorization()))
        }
        _ => None,
    }
}

/// Our signing kit on every captured request, those too that we would not send: its signature must be theirs.
pub(super) fn prove_signature(vector: &Vector, request: &Shape) -> Result<(), String> {
    let Some((name, ours)) = signature(vector, request) else { return Ok(()) };
    let header = request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    same("signature", &header.unwrap_or(text(&request.fields, name)), &ours.as_str())
}

fn sign_anew(vector: &Vector, expected: &mut Shape) {
    let Some((name, signature)) = signature(vector, expected) else { return };
    match expected.headers.iter_mut().find(|(known, _)| known == name) {
        Some(header) => header.1 = signature,
        None => expected.fields[name] = Json::from(signature),
    }
}
