//! Futures handed to JavaScript.

use std::task::{Context, Poll, Waker};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// Runs a future up to the first thing that it waits for. One that waits for nothing, such as the refusal of a wrong key,
/// returns its value; any other goes on as a promise. A promise and its turns cost as much as the rest of a refusal
/// (bench/).
pub(crate) fn run_until_wait(
    future: impl Future<Output = Result<JsValue, JsValue>> + 'static,
) -> Result<JsValue, JsValue> {
    let mut future = Box::pin(future);
    // What it waits for wakes the task of the promise, which polls it again first.
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Ok(future_to_promise(future).into()),
    }
}
