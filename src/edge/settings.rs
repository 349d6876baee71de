//! Settings: variables and secrets of the deployment, parsed once per isolate (a change is a new deployment).

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;
use worker::Env;

use crate::error::Result;
use crate::js::{Kv, Namespace, settled};
use crate::keys::Keys;
use crate::policy::{Policy, wrong};
use crate::secret::Secret;

/// Everything that the deployment sets.
pub(super) struct Settings {
    pub(super) keys: Keys,
    pub(super) policy: Policy,
    pub(super) api_keys: Vec<Secret>,
    /// Empty if the deployment has none: then no one may manage it.
    pub(super) admin_key: Vec<Secret>,
}

thread_local! {
    static PARSED: RefCell<Option<Rc<Settings>>> = const { RefCell::new(None) };
}

impl Settings {
    /// The settings of this isolate.
    ///
    /// # Errors
    /// `config.invalid` naming what is wrong, on every request until it is mended.
    pub(super) fn of(env: &Env) -> Result<Rc<Self>> {
        if let Some(parsed) = PARSED.with_borrow(Clone::clone) {
            return Ok(parsed);
        }
        let parsed = Rc::new(Self::parse(env)?);
        PARSED.set(Some(Rc::clone(&parsed)));
        Ok(parsed)
    }

    fn parse(env: &Env) -> Result<Self> {
        let secret = |name: &str| text(env, name).map(Secret::new);
        let api_keys: Vec<Secret> = text(env, "API_KEYS")
            .unwrap_or_default()
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|key| !key.is_empty())
            .map(Secret::new)
            .collect();
        let settings = Self {
            keys: Keys::derive(secret("OTP_SECRET").as_ref(), secret("OTP_SECRET_PREVIOUS").as_ref())?,
            policy: Policy::parse(|name| text(env, name))?,
            api_keys,
            admin_key: secret("ADMIN_KEY").filter(|key| !key.expose().is_empty()).into_iter().collect(),
        };
        if settings.api_keys.is_empty() {
            return Err(wrong("API_KEYS", "must hold one key or more, separated by commas or white space"));
        }
        kv(env)?;
        guard(env)?;
        Ok(settings)
    }
}

/// A setting as text. A number in wrangler.toml arrives as a number; anything else that is not text is nonsense,
/// and its parser will say so.
fn text(env: &Env, name: &str) -> Option<String> {
    let value = get(env, name)?;
    let other = || JSON::stringify(&value).ok().and_then(|text| text.as_string()).unwrap_or_default();
    Some(value.as_string().unwrap_or_else(other))
}

fn get(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &JsValue::from(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// The KV namespace.
///
/// # Errors
/// `config.invalid` if it is not bound.
pub(super) fn kv(env: &Env) -> Result<Kv> {
    binding(env, "OTP_KV")
}

/// The guard's namespace.
///
/// # Errors
/// `config.invalid` if it is not bound.
pub(super) fn guard(env: &Env) -> Result<Namespace> {
    binding(env, "GUARD")
}

fn binding<T: JsCast>(env: &Env, name: &str) -> Result<T> {
    get(env, name).map(JsCast::unchecked_into).ok_or_else(|| wrong(name, "is not bound; see wrangler.toml"))
}

/// A static file of the deployment; None without the ASSETS binding, or if there is no such file.
pub(super) async fn asset(env: &Env, path: &str) -> Option<String> {
    let assets = get(env, "ASSETS")?;
    let fetch: Function = Reflect::get(&assets, &"fetch".into()).ok()?.unchecked_into();
    let url = ["https://assets", path].concat();
    let response: Response = settled(fetch.call1(&assets, &url.into())).await.ok()?.unchecked_into();
    if !response.ok() {
        return None;
    }
    settled(response.text().map(JsValue::from)).await.ok()?.as_string()
}

/// The runtime's own `fetch`.
pub(super) fn fetch() -> Function {
    Reflect::get(&js_sys::global(), &"fetch".into()).unwrap_or_default().unchecked_into()
}
