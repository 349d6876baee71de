//! JavaScript objects behind the ports: KV, a guard's namespace, fetch, the clock. Both doors use it: what runs in
//! a Worker and what runs in the npm package differ only in who hands these objects over. They are taken as they
//! are (anything with the right methods), so no `worker::` and no serde here.

mod ambient;
mod cipher;
mod fetch;
mod kv;
mod objects;

use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::JsValue;

use crate::error::Error;

#[cfg(feature = "npm")]
pub(crate) use ambient::from_js_time;
pub(crate) use ambient::{Runtime, to_js_time};
pub(crate) use fetch::Outbound;
#[cfg(feature = "worker")]
pub(crate) use fetch::read;
pub(crate) use kv::{Codes, Kv};
pub(crate) use objects::{Namespace, Objects};

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Awaits what may be a promise or a plain value.
pub(crate) async fn settled(value: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&value?)).await
}

/// Whatever JavaScript threw: storage did not answer. The reason stays behind, for it may hold anything.
pub(crate) fn failed<E>(_: E) -> Error {
    Error::Storage
}
