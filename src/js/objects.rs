//! The way to guard objects: a Durable Object namespace, asked by name over the objects' own fetch.

use js_sys::Object;
use js_sys::Reflect;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;

use super::{failed, settled};
use crate::error::{Error, Result};
use crate::guard::{Ask, Call, Told};
use crate::ports::Guard;
use crate::record::Record;

#[wasm_bindgen]
extern "C" {
    /// A Durable Object namespace, by its methods.
    #[derive(Clone)]
    pub(crate) type Namespace;
    type Stub;

    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn get_by_name(this: &Namespace, name: &str) -> core::result::Result<Stub, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Stub, url: &str, init: &JsValue) -> core::result::Result<JsValue, JsValue>;
}

/// The objects of a namespace.
pub(crate) struct Objects(pub(crate) Namespace);

impl Guard for Objects {
    async fn ask(&self, name: &str, previous: Option<&str>, ask: Ask) -> Result<Told> {
        let call = Call { ask, previous: previous.map(str::to_owned) };
        let answer = self.post(name, &call.to_json()).await.map_err(failed)?;
        answer.as_string().and_then(|text| Told::from_json(&text)).ok_or(Error::Storage)
    }
}

impl Objects {
    async fn post(&self, name: &str, body: &str) -> core::result::Result<JsValue, JsValue> {
        let init = Object::new();
        Reflect::set(&init, &"method".into(), &"POST".into())?;
        Reflect::set(&init, &"body".into(), &body.into())?;
        let stub = self.0.get_by_name(name)?;
        // The address is never resolved; it only has to be one.
        let response: Response = settled(stub.fetch("https://guard/", &init)).await?.unchecked_into();
        settled(response.text().map(JsValue::from)).await
    }
}
