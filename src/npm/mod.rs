//! The package's door: only here are functions exported to JavaScript. They take the caller's host object (KV, fetch,
//! guard or store, settings) and JSON text, and gives JSON text: `{"value": …}` or `{"error": {code, message, status,
//! data}}`. Nothing throws but a defect; the JavaScript around it makes objects and `OtpError`s of the texts.

#![expect(unreachable_pub, reason = "wasm-bindgen exports public items only")]

mod host;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::api::{SendRequest, VerifyRequest, check_idempotency_key, verified};
use crate::catalog::factory;
use crate::connector::REGISTRY;
use crate::error::{Error, Refusal, Result};
use crate::guard::{Call, Keeper, Told};
use crate::json::Value;
use crate::management::Management;
use crate::message::{Encoding, encoding, segments};
use crate::record::{Record, object, tagged};
use crate::service::Service;
use crate::template::render;
use crate::vault::Vault;
use host::{Cell, HostGuard, Setup};

pub(crate) use host::Host;

/// Does one thing: `send` and `verify` take the bodies of those routes (`id` is the idempotency key), `get`, `set`,
/// `edit`, `delete`, `test`, `archive` and `restore` those of the management API (`id` is the connector's, for `test`
/// the factory's). `guard` answers a question to a guard object whose cell the host's store is.
#[wasm_bindgen]
pub async fn call(host: Host, operation: String, id: Option<String>, body: String) -> String {
    let id = id.as_deref();
    match &*operation {
        "guard" => guard(&host, &body).await,
        "send" => told(send(&host, id, &body).await),
        "verify" => told(verify(&host, &body).await),
        _ => told(manage(&host, &operation, id.unwrap_or_default(), body.as_bytes()).await),
    }
}

async fn send(host: &Host, idempotency_key: Option<&str>, request: &str) -> Result<Value> {
    let setup = Setup::of(host)?;
    idempotency_key.map(check_idempotency_key).transpose()?;
    let request = SendRequest::parse(request.as_bytes(), &setup.policy)?;
    Ok(service(host, &setup).send(&request, idempotency_key).await?.write())
}

async fn verify(host: &Host, request: &str) -> Result<Value> {
    let setup = Setup::of(host)?;
    let request = VerifyRequest::parse(request.as_bytes())?;
    let (id, at) = service(host, &setup).verify(&request).await?;
    Ok(verified(&request, &id, at))
}

async fn manage(host: &Host, operation: &str, id: &str, body: &[u8]) -> Result<Value> {
    let setup = Setup::of(host)?;
    let ambient = host.ambient();
    let stories = Management {
        shelf: host.kv(),
        transport: host.transport(),
        vault: Vault { keys: &setup.keys, ambient: &ambient },
        policy: &setup.policy,
    };
    match operation {
        "get" => stories.list().await,
        "set" => stories.replace(body).await,
        "edit" => stories.edit(id, body).await,
        "delete" => stories.delete(id).await.map(|()| Value::Null),
        "test" => stories.test(id, body).await.map(|status| object([("status", status.write())])),
        "archive" => stories.archived().await,
        "restore" => stories.restore(id).await,
        _ => Err(Error::RouteNotFound),
    }
}

async fn guard(host: &Host, call: &str) -> String {
    let (Ok(setup), Some(call)) = (Setup::of(host), Call::from_json(call)) else {
        return Told::Refused(Refusal::Unavailable).to_json();
    };
    let keeper = Keeper {
        cell: &Cell { store: host.store(), name: String::new(), previous: call.previous },
        codes: &host.codes(),
        ambient: &host.ambient(),
        keys: &setup.keys,
        policy: &setup.policy,
    };
    keeper.answer(call.ask).await.to_json()
}

/// When a guard object's text stops to matter, in milliseconds since the epoch; 0 if it does not any more.
#[wasm_bindgen(js_name = idleAt)]
pub fn idle_at(text: &str, now: f64) -> f64 {
    crate::js::to_js_time(crate::guard::idle_at(text, crate::js::from_js_time(now)).unwrap_or_default())
}

/// The catalogue of connectors.
#[wasm_bindgen]
pub fn factories() -> String {
    Value::Array(REGISTRY.into_iter().map(factory).collect()).to_string()
}

/// Fills a template in with the string members of `variables` and tells what the text costs.
#[wasm_bindgen(js_name = renderMessage)]
pub fn render_message(template: &str, variables: &str) -> String {
    let variables = Value::parse(variables).unwrap_or(Value::Null);
    let text = render(template, |name| {
        let (root, rest) = name.split_once('.').map_or((name, None), |(root, rest)| (root, Some(rest)));
        let value = variables.get(root)?.as_str()?;
        Some(if rest.is_some() { String::new() } else { value.to_owned() })
    });
    let encoding = match encoding(&text) {
        Encoding::Gsm7 => "GSM-7",
        Encoding::Ucs2 => "UCS-2",
    };
    let segments = segments(&text);
    object([("text", text.into()), ("encoding", encoding.into()), ("segments", segments.into())]).to_string()
}

fn service<'a>(
    host: &'a Host,
    setup: &'a Setup,
) -> Service<'a, host::Connectors<'a>, HostGuard<'a>, crate::js::Outbound, host::HostAmbient> {
    Service {
        connectors: host::Connectors { host, keys: &setup.keys },
        guard: HostGuard { host, setup },
        transport: host.transport(),
        ambient: host.ambient(),
        keys: &setup.keys,
        policy: &setup.policy,
    }
}

fn told(result: Result<Value>) -> String {
    match result {
        Ok(value) => tagged("value", value),
        Err(error) => {
            let mut body = error.body("");
            if let Value::Object(members) = &mut body {
                members.remove("requestId");
                members.insert("status", u32::from(error.status()));
            }
            tagged("error", body)
        }
    }
    .to_string()
}
