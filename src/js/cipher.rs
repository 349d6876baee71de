//! AES-256-GCM by the runtime's WebCrypto: no cipher travels in the wasm.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::ambient::Runtime;
use super::{failed, settled};
use crate::error::Result;
use crate::ports::Cipher;

#[wasm_bindgen]
extern "C" {
    type SubtleCrypto;

    #[wasm_bindgen(thread_local_v2, js_namespace = crypto, js_name = subtle)]
    static SUBTLE: SubtleCrypto;

    #[wasm_bindgen(method, catch, js_name = importKey)]
    fn import_key(
        this: &SubtleCrypto,
        format: &str,
        key: &Uint8Array,
        algorithm: &str,
        extractable: bool,
        usages: &Array,
    ) -> core::result::Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn encrypt(
        this: &SubtleCrypto,
        algorithm: &Object,
        key: &JsValue,
        data: &Uint8Array,
    ) -> core::result::Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn decrypt(
        this: &SubtleCrypto,
        algorithm: &Object,
        key: &JsValue,
        data: &Uint8Array,
    ) -> core::result::Result<Promise, JsValue>;
}

impl Cipher for Runtime {
    async fn seal(&self, key: &[u8; 32], nonce: &[u8], place: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let key = imported(key).await.map_err(failed)?;
        let algorithm = algorithm(nonce, place).map_err(failed)?;
        let sealed = SUBTLE.with(|subtle| subtle.encrypt(&algorithm, &key, &Uint8Array::from(plain)));
        let sealed = settled(sealed.map(JsValue::from)).await.map_err(failed)?;
        Ok(Uint8Array::new(&sealed).to_vec())
    }

    async fn open(
        &self,
        key: &[u8; 32],
        nonce: &[u8],
        place: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        let key = imported(key).await.map_err(failed)?;
        let algorithm = algorithm(nonce, place).map_err(failed)?;
        let plain = SUBTLE.with(|subtle| subtle.decrypt(&algorithm, &key, &Uint8Array::from(sealed)));
        // WebCrypto rejects what does not authenticate.
        Ok(settled(plain.map(JsValue::from)).await.ok().map(|plain| Uint8Array::new(&plain).to_vec()))
    }
}

async fn imported(key: &[u8]) -> core::result::Result<JsValue, JsValue> {
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let key = Uint8Array::from(key);
    let imported = SUBTLE.with(|subtle| subtle.import_key("raw", &key, "AES-GCM", false, &usages));
    settled(imported.map(JsValue::from)).await
}

fn algorithm(nonce: &[u8], place: &[u8]) -> core::result::Result<Object, JsValue> {
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &"AES-GCM".into())?;
    Reflect::set(&algorithm, &"iv".into(), &Uint8Array::from(nonce))?;
    Reflect::set(&algorithm, &"additionalData".into(), &Uint8Array::from(place))?;
    Ok(algorithm)
}
