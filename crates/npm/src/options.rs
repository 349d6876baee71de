//! The options of `createOtp` and of the guard class. A wrong option is a mistake in the program: a `TypeError` that names
//! it.

use std::rc::Rc;

use edge_otp_core::connector::ensure_mock_allowed;
use edge_otp_core::error::Issue;
use edge_otp_core::keys::KeyRing;
use edge_otp_core::policy::Policy;
use edge_otp_core::provider::{AllowedAddresses, find_provider};
use edge_otp_core::settings::LIMITS;
use js_sys::{Function, Object, Reflect, TypeError};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};

use crate::catalog::connector_ids;
use crate::deployment::{ConnectorOption, Deployment};
use crate::memo;
use crate::platform::guard::{Guard, ObjectNamespace};
use crate::platform::kv::KvObject;
use crate::platform::kv_guard::RecentWrites;
use crate::policy_options::{Settings, name_options, parse_policy, read_environment, read_policy};
use crate::value::{has_method, member, member_names, to_json};

const CREATE_OTP: &str = "createOtp";
const VERIFICATION_GUARD: &str = "VerificationGuard";
const KV_RULE: &str = "must have KV's methods get(key), put(key, value, {expirationTtl}) and delete(key)";
const SECRET_RULE: &str = "must be text of at least 32 characters";
const GUARD_RULE: &str = "must be a Durable Object namespace bound to VerificationGuard, or a store with load(key) and \
                          swap(key, expected, next, ttlSeconds)";
const OTP_OPTIONS: [&str; 9] =
    ["kv", "secret", "secretPrevious", "guard", "connector", "policy", "fetch", "now", "acceptWeakGuard"];

/// What is wrong with an option. The text holds no value.
#[derive(Debug)]
pub(crate) struct InvalidOption(String);

impl InvalidOption {
    pub(crate) fn new(caller: &str, path: &str, rule: &str) -> Self {
        Self(format!("{caller}: option `{path}` {rule}"))
    }

    /// Describes every issue; `path_of` makes the option's path of an issue's.
    fn of_issues(issues: &[Issue], path_of: impl Fn(&str) -> String) -> Self {
        let text = |issue: &Issue| {
            let path = path_of(&issue.path);
            format!("option `{}` {}", path.trim_end_matches('.'), name_options(&issue.message))
        };
        let texts: Vec<String> = issues.iter().map(text).collect();
        Self(format!("{CREATE_OTP}: {}", texts.join("; ")))
    }

    /// The option's getter threw.
    pub(crate) fn unreadable(caller: &str, path: &str) -> Self {
        Self::new(caller, path, "cannot be read: its getter threw")
    }

    pub(crate) fn unknown(caller: &str, path: &str, known: &[&str]) -> Self {
        Self(format!("{caller}: there is no option `{path}`; there are {}", known.join(", ")))
    }
}

impl From<InvalidOption> for JsValue {
    fn from(InvalidOption(message): InvalidOption) -> Self {
        TypeError::new(&message).into()
    }
}

type OptionResult<T> = Result<T, InvalidOption>;

/// The options as they are given.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Given {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    kv: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    secret: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    secret_previous: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    guard: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    connector: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    policy: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    fetch: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    now: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    accept_weak_guard: JsValue,
}

/// Reads the options of `createOtp`.
///
/// # Errors
/// The option that is wrong.
pub(crate) fn read_otp_options(options: &JsValue) -> OptionResult<Deployment> {
    let given = read(CREATE_OTP, options)?;
    check_names(options)?;
    let keys = read_keys(CREATE_OTP, &given, "")?;
    let kv = check_kv(CREATE_OTP, given.kv, "")?;
    let mut settings = read_policy(CREATE_OTP, &given.policy)?;
    if given.guard.is_undefined() {
        switch_limits_off(&mut settings)?;
    }
    let guard = read_guard(given.guard, &kv, &settings)?;
    let is_flag = given.accept_weak_guard.is_undefined() || given.accept_weak_guard.as_bool().is_some();
    require("acceptWeakGuard", is_flag, "must be true or false")?;
    let policy = parse_policy(&settings);
    Ok(Deployment {
        guard,
        connector: read_connector(&given.connector, &keys, policy.as_ref().ok())?,
        policy,
        fetch: read_function("fetch", given.fetch, "must be a function like fetch")?,
        now: read_function("now", given.now, "must be a function that gives milliseconds")?,
        kv,
        keys,
    })
}

/// Without a guard counts would be kept in KV, which takes one write a second of the key that counts a whole country.
fn switch_limits_off(settings: &mut Settings) -> OptionResult<()> {
    let mode = settings.entry(LIMITS.name.to_owned()).or_insert_with(|| "off".to_owned());
    let rule = "must be off, or not given, without the option `guard`";
    if mode == "off" { Ok(()) } else { Err(InvalidOption::new(CREATE_OTP, "policy.limits", rule)) }
}

/// What a guard object is made with.
#[derive(Debug)]
pub(crate) struct ObjectOptions {
    pub(crate) kv: KvObject,
    pub(crate) keys: Rc<KeyRing>,
    /// The namespace of the objects, for the state of one that a rotation has left.
    pub(crate) namespace: Option<ObjectNamespace>,
    /// In force where the caller gives none.
    pub(crate) settings: Settings,
}

/// Reads the options of a guard object: those that are given, else the bindings and settings of the documentation.
///
/// # Errors
/// The option that is wrong.
pub(crate) fn read_object_options(options: &JsValue, env: &JsValue) -> OptionResult<ObjectOptions> {
    let (given, settings) = if options.is_undefined() {
        let given = Given {
            kv: member(env, "OTP_KV"),
            secret: member(env, "OTP_SECRET"),
            secret_previous: member(env, "OTP_SECRET_PREVIOUS"),
            guard: member(env, "GUARD"),
            ..Given::default()
        };
        (given, read_environment(env))
    } else {
        let given = read(VERIFICATION_GUARD, options)?;
        let settings = read_policy(VERIFICATION_GUARD, &given.policy)?;
        (given, settings)
    };
    Ok(ObjectOptions {
        kv: check_kv(VERIFICATION_GUARD, given.kv.clone(), "; by default it is the binding OTP_KV")?,
        keys: read_keys(VERIFICATION_GUARD, &given, "; by default it is OTP_SECRET")?,
        namespace: ObjectNamespace::new(given.guard),
        settings,
    })
}

fn read(caller: &str, options: &JsValue) -> OptionResult<Given> {
    let not_an_object = || InvalidOption(format!("{caller}: the options must be an object"));
    if !options.is_object() {
        return Err(not_an_object());
    }
    // A getter's error must not pass through the wasm, which would be in an unknown state then.
    let plain = Object::new();
    for name in OTP_OPTIONS {
        let value =
            Reflect::get(options, &name.into()).map_err(|_| InvalidOption::unreadable(caller, name))?;
        // Setting a member of a fresh object does not fail.
        let _ = Reflect::set(&plain, &name.into(), &value);
    }
    serde_wasm_bindgen::from_value(plain.into()).map_err(|_| not_an_object())
}

fn check_names(options: &JsValue) -> OptionResult<()> {
    let unknown = member_names(options).into_iter().find(|name| !OTP_OPTIONS.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(InvalidOption::unknown(CREATE_OTP, &name, &OTP_OPTIONS)))
}

fn require(name: &str, fits: bool, rule: &str) -> OptionResult<()> {
    if fits { Ok(()) } else { Err(InvalidOption::new(CREATE_OTP, name, rule)) }
}

fn check_kv(caller: &str, kv: JsValue, hint: &str) -> OptionResult<KvObject> {
    let is_kv = ["get", "put", "delete"].iter().all(|name| has_method(&kv, name));
    if is_kv {
        return Ok(kv.unchecked_into());
    }
    let hint = client_hint(&kv, "Kv").unwrap_or_else(|| hint.to_owned());
    Err(InvalidOption::new(caller, "kv", &format!("{KV_RULE}{hint}")))
}

/// Tells what makes a store of a database client that was given in its place; `store` is `Kv` or `Guard`.
fn client_hint(client: &JsValue, store: &str) -> Option<String> {
    let clients = [
        ("eval", "Redis client", "redis"),
        ("query", "Postgres client", "postgres"),
        ("prepare", "SQLite database", "sqlite"),
    ];
    let (_, kind, prefix) = clients.into_iter().find(|(method, ..)| has_method(client, method))?;
    Some(format!("; of a {kind}, {prefix}{store}() of edge-otp/stores makes one"))
}

fn read_keys(caller: &str, given: &Given, hint: &str) -> OptionResult<Rc<KeyRing>> {
    let invalid = |name: &str| InvalidOption::new(caller, name, &format!("{SECRET_RULE}{hint}"));
    let secret = given.secret.as_string().ok_or_else(|| invalid("secret"))?;
    let previous = given.secret_previous.as_string();
    if previous.is_none() && !given.secret_previous.is_undefined() {
        return Err(invalid("secretPrevious"));
    }
    memo::key_ring(&secret, previous.as_deref()).map_err(|issue| {
        if issue.path == "OTP_SECRET" {
            invalid("secret")
        } else if previous.as_deref() == Some(&secret) {
            InvalidOption::new(caller, "secretPrevious", "must differ from `secret`")
        } else {
            invalid("secretPrevious")
        }
    })
}

fn read_guard(guard: JsValue, kv: &KvObject, settings: &Settings) -> OptionResult<Guard> {
    let invalid = |hint: &str| InvalidOption::new(CREATE_OTP, "guard", &format!("{GUARD_RULE}{hint}"));
    if guard.is_undefined() {
        return Ok(Guard::Kv(RecentWrites::of(kv)));
    }
    if let Some(namespace) = ObjectNamespace::new(guard.clone()) {
        // The settings go along, so that the object enforces what createOtp was given.
        let settings = (!settings.is_empty()).then(|| serde_json::to_string(settings).unwrap_or_default());
        return Ok(Guard::Objects { namespace, settings });
    }
    let is_store = has_method(&guard, "load") && has_method(&guard, "swap");
    if is_store {
        return Ok(Guard::Store(guard.unchecked_into()));
    }
    Err(invalid(&client_hint(&guard, "Guard").unwrap_or_default()))
}

/// Reads the option `connector`, and checks its config at once.
fn read_connector(
    connector: &JsValue,
    keys: &Rc<KeyRing>,
    policy: Option<&Policy>,
) -> OptionResult<ConnectorOption> {
    if connector.is_undefined() {
        return Ok(ConnectorOption::Stored);
    }
    let config = member(connector, "config");
    let id = member(connector, "connectorId").as_string();
    let is_connector = id.is_some() && (config.is_object() || config.is_null());
    require("connector", is_connector, "must be {connectorId, config}")?;
    let provider = id.as_deref().and_then(find_provider).ok_or_else(|| {
        let rule = format!("must be one of {}", connector_ids());
        InvalidOption::new(CREATE_OTP, "connector.connectorId", &rule)
    })?;
    let text = to_json(connector)
        .map_err(|_| InvalidOption::new(CREATE_OTP, "connector", "must be {connectorId, config}"))?;
    let allowed = policy.map_or(AllowedAddresses::Public, |policy| policy.allowed_addresses);
    let loaded = memo::connector(&text, keys, allowed);
    if let Err(issues) = &*loaded {
        return Err(InvalidOption::of_issues(issues, |path| format!("connector.config.{path}")));
    }
    let allow_mock = policy.is_some_and(|policy| policy.allow_mock);
    ensure_mock_allowed(provider, allow_mock)
        .map_err(|issues| InvalidOption::of_issues(&issues, |path| format!("connector.{path}")))?;
    Ok(ConnectorOption::InCode { connector: loaded, text })
}

fn read_function(name: &str, value: JsValue, rule: &str) -> OptionResult<Option<Function>> {
    if value.is_undefined() {
        return Ok(None);
    }
    value.dyn_into().map(Some).map_err(|_| InvalidOption::new(CREATE_OTP, name, rule))
}
