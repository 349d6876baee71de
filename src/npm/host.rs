//! The caller's world: the objects that JavaScript hands over with every call, behind the ports.

use std::rc::Rc;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::connector::Connector;
use crate::error::Result;
use crate::guard::{Ask, Keeper, Told};
use crate::js::{Codes, Kv, Namespace, Objects, Outbound, Runtime, failed, from_js_time, settled};
use crate::keys::Keys;
use crate::management::CONNECTOR;
use crate::policy::Policy;
use crate::ports::{Ambient, Cipher, ConnectorStore, Guard, LedgerStore, Shelf};
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::vault::Vault;

#[wasm_bindgen]
extern "C" {
    /// What JavaScript hands over.
    pub type Host;

    /// A KV namespace.
    #[wasm_bindgen(method, getter, js_name = kv)]
    fn js_kv(this: &Host) -> Kv;

    #[wasm_bindgen(method, getter, js_name = fetch)]
    fn js_fetch(this: &Host) -> Function;

    /// A clock in milliseconds, or undefined.
    #[wasm_bindgen(method, getter, js_name = now)]
    fn js_now(this: &Host) -> Option<Function>;

    /// The namespace of guard objects, or undefined.
    #[wasm_bindgen(method, getter, js_name = guard)]
    fn js_guard(this: &Host) -> Option<Namespace>;

    #[wasm_bindgen(method, getter, js_name = store)]
    fn js_store(this: &Host) -> Store;

    /// A connector in its stored form, or undefined: then KV has it.
    #[wasm_bindgen(method, getter, js_name = connector)]
    fn js_connector(this: &Host) -> Option<String>;

    /// Settings by name, as in the Worker's environment.
    #[wasm_bindgen(method, getter, js_name = settings)]
    fn js_settings(this: &Host) -> JsValue;

    /// A store with an atomic exchange.
    #[derive(Clone)]
    pub(super) type Store;

    #[wasm_bindgen(method, catch, js_name = load)]
    fn js_load(this: &Store, key: &str) -> core::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = swap)]
    fn js_swap(
        this: &Store,
        key: &str,
        expected: Option<&str>,
        next: Option<&str>,
        ttl: u32,
    ) -> core::result::Result<JsValue, JsValue>;
}

impl Host {
    pub(super) fn kv(&self) -> Kv {
        self.js_kv()
    }

    pub(super) fn codes(&self) -> Codes {
        Codes(self.js_kv())
    }

    pub(super) fn store(&self) -> Store {
        self.js_store()
    }

    pub(super) fn transport(&self) -> Outbound {
        Outbound(self.js_fetch())
    }

    pub(super) fn ambient(&self) -> HostAmbient {
        HostAmbient(self.js_now())
    }
}

/// Keys and limits of one call.
pub(super) struct Setup {
    pub(super) keys: Keys,
    pub(super) policy: Policy,
}

impl Setup {
    /// # Errors
    /// `config.invalid` naming the setting that is wrong.
    pub(super) fn of(host: &Host) -> Result<Self> {
        let settings = host.js_settings();
        let text =
            |name: &str| Reflect::get(&settings, &name.into()).ok().and_then(|value| value.as_string());
        let secret = |name: &str| text(name).map(Secret::new);
        Ok(Self {
            keys: Keys::derive(secret("OTP_SECRET").as_ref(), secret("OTP_SECRET_PREVIOUS").as_ref())?,
            policy: Policy::parse(text)?,
        })
    }
}

/// The runtime's dice, and the host's clock if it has one.
pub(super) struct HostAmbient(Option<Function>);

impl Ambient for HostAmbient {
    fn now(&self) -> Timestamp {
        let own = self.0.as_ref().and_then(|now| now.call0(&JsValue::UNDEFINED).ok()?.as_f64());
        own.map_or_else(|| Runtime.now(), from_js_time)
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        Runtime.fill_random(buffer)
    }

    async fn sleep(&self, ms: u32) {
        Runtime.sleep(ms).await;
    }
}

impl Cipher for HostAmbient {
    async fn seal(&self, key: &[u8; 32], nonce: &[u8], place: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        Runtime.seal(key, nonce, place, plain).await
    }

    async fn open(
        &self,
        key: &[u8; 32],
        nonce: &[u8],
        place: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        Runtime.open(key, nonce, place, sealed).await
    }
}

/// The connector that the host was given, or the one in its KV.
pub(super) struct Connectors<'a> {
    pub(super) host: &'a Host,
    pub(super) keys: &'a Keys,
}

impl ConnectorStore for Connectors<'_> {
    async fn load(&self) -> Result<Option<Rc<Connector>>> {
        let text = match self.host.js_connector() {
            Some(text) => Some(text),
            None => self.host.js_kv().get(CONNECTOR).await?,
        };
        let Some(text) = text else { return Ok(None) };
        let (provider, config) = Connector::stored(&text)?;
        let ambient = self.host.ambient();
        let vault = Vault { keys: self.keys, ambient: &ambient };
        Connector::new(provider, &vault.opened(provider, &config).await?).map(Rc::new).map(Some)
    }
}

/// The guard objects of the host, or its own story over the host's store.
pub(super) struct HostGuard<'a> {
    pub(super) host: &'a Host,
    pub(super) setup: &'a Setup,
}

impl Guard for HostGuard<'_> {
    async fn ask(&self, name: &str, previous: Option<&str>, ask: Ask) -> Result<Told> {
        if let Some(namespace) = self.host.js_guard() {
            return Objects(namespace).ask(name, previous, ask).await;
        }
        let (name, previous) = (name.to_owned(), previous.map(str::to_owned));
        let keeper = Keeper {
            cell: &Cell { store: self.host.js_store(), name, previous },
            codes: &self.host.codes(),
            ambient: &self.host.ambient(),
            keys: &self.setup.keys,
            policy: &self.setup.policy,
        };
        Ok(keeper.answer(ask).await)
    }
}

/// One cell of the host's store. While a rotation of the secret runs, it begins with what the cell of the secret
/// before holds.
pub(super) struct Cell {
    pub(super) store: Store,
    pub(super) name: String,
    pub(super) previous: Option<String>,
}

impl Cell {
    async fn text(&self, name: &str) -> Result<Option<String>> {
        Ok(settled(self.store.js_load(name)).await.map_err(failed)?.as_string())
    }
}

impl LedgerStore for Cell {
    async fn load(&self) -> Result<Option<String>> {
        match (self.text(&self.name).await?, &self.previous) {
            (None, Some(previous)) => self.text(previous).await,
            (text, _) => Ok(text),
        }
    }

    async fn swap(&self, expected: Option<&str>, next: Option<&str>, ttl: u32) -> Result<bool> {
        // A text that came from the cell before is not in this one yet.
        let adopted = self.previous.is_some() && self.text(&self.name).await?.is_none();
        let expected = expected.filter(|_| !adopted);
        let swapped = settled(self.store.js_swap(&self.name, expected, next, ttl)).await.map_err(failed)?;
        Ok(swapped.unchecked_into::<js_sys::Boolean>().value_of())
    }
}
