//! KV: Workers KV, or anything with its `get`, `put` and `delete`. KV is eventually consistent and caches what it
//! did not find, so a code's key is a fresh random id that no one has read before it is written.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{failed, settled};
use crate::error::Result;
use crate::ports::{CodeStore, Shelf};
use crate::time::CODE_LIFETIME;

#[wasm_bindgen]
extern "C" {
    /// A KV namespace, by its methods.
    #[derive(Clone)]
    pub(crate) type Kv;

    #[wasm_bindgen(method, catch, js_name = get)]
    fn js_get(this: &Kv, key: &str) -> core::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = put)]
    fn js_put(this: &Kv, key: &str, value: &str, options: &JsValue)
    -> core::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = delete)]
    fn js_delete(this: &Kv, key: &str) -> core::result::Result<JsValue, JsValue>;
}

impl Shelf for Kv {
    async fn get(&self, key: &str) -> Result<Option<String>> {
        Ok(settled(self.js_get(key)).await.map_err(failed)?.as_string())
    }

    async fn put(&self, key: &str, text: &str, ttl: Option<u32>) -> Result<()> {
        let options = Object::new();
        if let Some(ttl) = ttl {
            Reflect::set(&options, &"expirationTtl".into(), &ttl.into()).map_err(failed)?;
        }
        settled(self.js_put(key, text, &options)).await.map(drop).map_err(failed)
    }

    async fn delete(&self, key: &str) -> Result<()> {
        settled(self.js_delete(key)).await.map(drop).map_err(failed)
    }
}

/// Code records under `code:<verification id>`.
pub(crate) struct Codes(pub(crate) Kv);

impl CodeStore for Codes {
    async fn put(&self, id: &str, record: &str) -> Result<()> {
        self.0.put(&key(id), record, Some(CODE_LIFETIME.0)).await
    }

    async fn get(&self, id: &str) -> Result<Option<String>> {
        self.0.get(&key(id)).await
    }

    async fn delete(&self, id: &str) -> Result<()> {
        self.0.delete(&key(id)).await
    }
}

fn key(id: &str) -> String {
    ["code:", id].concat()
}
