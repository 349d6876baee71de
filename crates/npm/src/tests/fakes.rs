//! The caller's side: KV and guard in memory, a provider behind `fetch`, the storage of a Durable Object. In one module
//! of JavaScript: the fewer there are, the fewer connections Chromium opens at once (see `testInChromium` in
//! scripts/checks.mjs).

use js_sys::Reflect;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::object;
use crate::otp::Otp;

#[wasm_bindgen(inline_js = r#"
export const memoryKv = () => {
  const values = new Map();
  return {
    get: async (key) => values.get(key),
    put: async (key, value) => { values.set(key, value); },
    delete: async (key) => { values.delete(key); },
  };
};

export const memoryGuard = () => {
  const values = new Map();
  const load = (key) => values.get(key) ?? null;
  return {
    load: async (key) => load(key),
    swap: async (key, expected, next) => {
      if (load(key) !== expected) return false;
      if (next === null) values.delete(key);
      else values.set(key, next);
      return true;
    },
  };
};

export class Provider {
  inits = [];
  status = 201;
  body = '{"sid":"SM1","status":"accepted","error_code":null}';
  cancelled = false;

  constructor() {
    this.fetch = async (_url, init) => {
      this.inits.push(init);
      const bytes = new TextEncoder().encode(this.body);
      let at = 0;
      const stream = new ReadableStream({
        pull: (controller) => {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(bytes.subarray(at, at + 10_000));
          at += 10_000;
        },
        cancel: () => { this.cancelled = true; },
      });
      return new Response(stream, { status: this.status });
    };
  }

  code() {
    return /\d{6,10}/.exec(new URLSearchParams(this.inits.at(-1).body).get("Body"))[0];
  }
}

export const objectStorage = () => {
  const values = new Map();
  const storage = {
    writes: [],
    get: async (key) => values.get(key),
    put: async (key, value) => { storage.writes.push("put"); values.set(key, value); },
    delete: async (key) => { storage.writes.push("delete"); values.delete(key); },
    deleteAll: async () => { storage.writes.push("deleteAll"); values.clear(); },
    list: async ({ limit, startAfter = "" }) =>
      new Map([...values].sort().filter(([key]) => key > startAfter).slice(0, limit)),
    getAlarm: async () => storage.alarm ?? null,
    setAlarm: async (at) => { storage.writes.push("setAlarm"); storage.alarm = at; },
  };
  return storage;
};
"#)]
extern "C" {
    #[wasm_bindgen(js_name = memoryKv)]
    pub(super) fn memory_kv() -> JsValue;

    /// The storage of a Durable Object, with the names of its writes in `writes` and its alarm.
    #[wasm_bindgen(js_name = objectStorage)]
    pub(super) fn object_storage() -> JsValue;

    #[wasm_bindgen(js_name = memoryGuard)]
    pub(super) fn memory_guard() -> JsValue;

    pub(super) type Provider;

    #[wasm_bindgen(constructor)]
    pub(super) fn new() -> Provider;

    #[wasm_bindgen(method)]
    pub(super) fn code(this: &Provider) -> String;
}

impl Provider {
    fn member(&self, name: &str) -> JsValue {
        Reflect::get(self, &name.into()).expect("an object")
    }

    fn set(&self, name: &str, value: &JsValue) {
        Reflect::set(self, &name.into(), value).expect("an object");
    }

    pub(super) fn answer_with(&self, status: u16, body: &str) {
        self.set("status", &status.into());
        self.set("body", &body.into());
    }

    pub(super) fn request_count(&self) -> u32 {
        self.member("inits").unchecked_into::<js_sys::Array>().length()
    }

    pub(super) fn last_init(&self) -> JsValue {
        let inits: js_sys::Array = self.member("inits").unchecked_into();
        inits.get(inits.length() - 1)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.member("cancelled").is_truthy()
    }
}

/// Returns the options of `createOtp` with everything in memory and the connector in code.
pub(super) fn create_options(provider: &Provider) -> JsValue {
    let template = object(&[("usageType", "Generic".into()), ("content", "Your code is {{code}}.".into())]);
    let config = object(&[
        ("accountSID", "AC00000000000000000000000000000001".into()),
        ("authToken", "test-auth-token".into()),
        ("fromMessagingServiceSID", "MG00000000000000000000000000000002".into()),
        ("templates", js_sys::Array::of1(&template).into()),
    ]);
    let connector = object(&[("connectorId", "twilio-short-message-service".into()), ("config", config)]);
    object(&[
        ("kv", memory_kv()),
        ("guard", memory_guard()),
        ("secret", "0123456789abcdef0123456789abcdef".into()),
        ("fetch", provider.member("fetch")),
        ("connector", connector),
    ])
}

pub(super) fn otp_from(options: &JsValue) -> Otp {
    Otp::new(options).expect("valid options")
}

pub(super) fn create_otp(provider: &Provider) -> Otp {
    otp_from(&create_options(provider))
}
