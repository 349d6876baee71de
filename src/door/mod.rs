//! The wasm's door: JavaScript asks with a JSON text and gets one. A story is told as far as its journal goes;
//! JavaScript grants the wish it ends with, and asks again. Nothing is kept here between two calls, and nothing throws
//! but a defect; the JavaScript around it makes objects and `OtpError`s of the texts.

mod memory;
mod wish;

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::ops::ControlFlow;

use crate::api::{SendRequest, VerifyRequest, check_idempotency_key, verified};
use crate::catalog::factory;
use crate::connector::REGISTRY;
use crate::error::{Error, Refusal, Result};
use crate::guard::{Call, Cell, Keeper, Told, idle_at};
use crate::json::Value;
use crate::keys::Keys;
use crate::management::Management;
use crate::message::{Encoding, encoding, segments};
use crate::policy::Policy;
use crate::record::{Record, object, tagged};
use crate::secret::Secret;
use crate::service::Service;
use crate::sign::unhex;
use crate::template::render;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::world::{Answer, Journal, Known, Wish, World, tell};

/// What JavaScript hands over with every call.
struct Input {
    /// `send` and `verify` take the bodies of those routes, `get`, `set`, `edit`, `delete`, `test`, `archive` and
    /// `restore` those of the management API, `guard` a question to a guard object.
    operation: String,
    /// The idempotency key of a send, the name of a guard object's cell; else the id of a connector, for `test` of its
    /// factory.
    id: Option<String>,
    body: String,
    /// Settings by name, as in the Worker's environment.
    settings: Value,
}

impl Input {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(String::read);
        Some(Self {
            operation: text("operation")?,
            id: text("id"),
            body: text("body").unwrap_or_default(),
            settings: value.get("settings")?.clone(),
        })
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.settings.get(name).and_then(String::read)
    }
}

/// Answers a question: `{operation, id?, body?, settings, journal}` for a story, the operations of
/// [`at_once`] for the rest. Gives `{"wish": …}`, `{"value": …}` or `{"error": {code, message, status, data}}`.
fn answer(question: &[u8]) -> String {
    let question = core::str::from_utf8(question).ok().and_then(Value::parse).unwrap_or(Value::Null);
    let answer = match at_once(&question) {
        Some(value) => tagged("value", value),
        None => further(&question),
    };
    answer.json()
}

/// What needs no world.
fn at_once(question: &Value) -> Option<Value> {
    let text = |name: &str| question.get(name).and_then(Value::as_str);
    Some(match text("operation")? {
        "factories" => Value::Array(REGISTRY.into_iter().map(factory).collect()),
        "render" => rendered(text("template")?, question.get("variables")?),
        "idleAt" => idle_at(text("text")?, Timestamp::read(question.get("now")?)?).write(),
        _ => return None,
    })
}

/// Tells a story as far as its journal goes.
fn further(question: &Value) -> Value {
    let parts = Input::read(question).zip(question.get("journal").and_then(journal));
    let Some((input, journal)) = parts else { return told(Err(Error::Internal("the question"))) };
    #[cfg(feature = "worker")]
    if input.operation == "fetch" {
        return turn(tell(&journal, |world| Ok(fetched(world, question, &input.settings))));
    }
    turn(tell(&journal, |world| story(world, &input)))
}

fn turn(turn: ControlFlow<Result<Value>, Wish>) -> Value {
    match turn {
        ControlFlow::Continue(wish) => tagged("wish", wish::written(wish)),
        ControlFlow::Break(end) => told(end),
    }
}

/// A request of the Worker: `{request, missing?}`.
#[cfg(feature = "worker")]
fn fetched(world: &World<'_>, question: &Value, settings: &Value) -> Value {
    let request = question.get("request").unwrap_or(&Value::Null);
    let missing = question.get("missing").and_then(Value::as_str);
    crate::edge::fetch(world, request, settings, missing).write()
}

/// Reads `{begun, known, answers: [{at, value}]}`; an answer without a value has failed.
fn journal(value: &Value) -> Option<Journal> {
    let mut journal = Journal::begin(Timestamp::read(value.get("begun")?)?, known(value.get("known")?));
    for answer in value.get("answers")?.as_array()? {
        let at = Timestamp::read(answer.get("at")?)?;
        journal.add(Answer { at, value: answer.get("value").cloned() });
    }
    Some(journal)
}

/// Reads `{dice?, body?, connector?, cell?}`.
fn known(value: &Value) -> Known {
    let text = |name: &str| value.get(name).and_then(String::read);
    let cell = value.get("cell").and_then(Record::read);
    let dice = text("dice").and_then(|dice| unhex(&dice)).unwrap_or_default();
    Known { dice, body: text("body"), connector: text("connector"), cell }
}

fn story(world: &World<'_>, input: &Input) -> Result<Value> {
    let secret = |name: &str| input.setting(name).map(Secret::new);
    let keys = Keys::derive(secret("OTP_SECRET").as_ref(), secret("OTP_SECRET_PREVIOUS").as_ref())?;
    let policy = Policy::parse(|name| input.setting(name))?;
    let service = Service { world, keys: &keys, policy: &policy };
    let body = input.body.as_bytes();
    match &*input.operation {
        "guard" => Ok(guard(world, input, &keys, &policy).write()),
        "send" => {
            input.id.as_deref().map(check_idempotency_key).transpose()?;
            let request = SendRequest::parse(body, &policy)?;
            Ok(service.send(&request, input.id.as_deref())?.write())
        }
        "verify" => {
            let request = VerifyRequest::parse(body)?;
            let (id, at) = service.verify(&request)?;
            Ok(verified(&request, &id, at))
        }
        operation => {
            let vault = Vault { keys: &keys, world };
            let stories = Management { world, vault, policy: &policy };
            manage(&stories, operation, input.id.as_deref().unwrap_or_default(), body)
        }
    }
}

fn manage(stories: &Management<'_>, operation: &str, id: &str, body: &[u8]) -> Result<Value> {
    match operation {
        "get" => stories.list(),
        "set" => stories.replace(body),
        "edit" => stories.edit(id, body),
        "delete" => stories.delete(id).map(|()| Value::Null),
        "test" => stories.test(id, body).map(|status| object([("status", status.write())])),
        "archive" => stories.archived(),
        "restore" => stories.restore(id),
        _ => Err(Error::RouteNotFound),
    }
}

fn guard(world: &World<'_>, input: &Input, keys: &Keys, policy: &Policy) -> Told {
    let Some(call) = Call::from_json(&input.body) else { return Told::Refused(Refusal::Unavailable) };
    let (name, previous) = (input.id.as_deref().unwrap_or_default(), call.previous.as_deref());
    Keeper { world, cell: Cell::new(world, name, previous), keys, policy }.answer(&call.ask)
}

/// A template, filled in with the string members of `variables`, and what the text costs.
fn rendered(template: &str, variables: &Value) -> Value {
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
    object([("text", text.into()), ("encoding", encoding.into()), ("segments", segments.into())])
}

fn told(result: Result<Value>) -> Value {
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
}
