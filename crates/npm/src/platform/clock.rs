//! The clock: the option `now`, else `Date.now`.

use edge_otp_core::ports::Clock;
use edge_otp_core::time::Timestamp;
use js_sys::{Date, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::Operation;
use crate::executor::wait;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(task: &js_sys::Function, ms: u32) -> JsValue;

    #[wasm_bindgen(catch, js_name = Number)]
    fn to_number(value: &JsValue) -> Result<f64, JsValue>;
}

/// Returns the current time.
pub(crate) fn system_time() -> Timestamp {
    to_timestamp(Date::now())
}

/// A clock that gives no number stands at 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
const fn to_timestamp(ms: f64) -> Timestamp {
    Timestamp(ms as u64)
}

impl Clock for Operation {
    fn now(&self) -> Timestamp {
        let Some(now) = &self.deployment.now else { return system_time() };
        let ms = now.call0(&JsValue::UNDEFINED).and_then(|ms| to_number(&ms));
        to_timestamp(ms.unwrap_or_default())
    }

    async fn sleep(&self, ms: u32) {
        let promise = Promise::new(&mut |resolve, _reject| {
            set_timeout(&resolve, ms);
        });
        let _ = wait(promise.into()).await;
    }
}
