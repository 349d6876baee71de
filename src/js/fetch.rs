//! The way out to a provider: one request with a deadline, no redirect followed, 64 KiB of answer at most.

use js_sys::futures::JsFuture;
use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    AbortSignal, Headers, ReadableStream, ReadableStreamDefaultReader, RequestInit, RequestRedirect,
    Response, console,
};

use super::settled;
use crate::ports::Transport;
use crate::time::Seconds;
use crate::wire;

/// Longest answer read, in bytes. What a provider says fits in a hundredth of it.
const MAX_ANSWER: usize = 64 * 1_024;

/// A `fetch` function.
pub(crate) struct Outbound(pub(crate) Function);

impl Transport for Outbound {
    async fn exchange(&self, request: wire::Request, timeout_ms: u32) -> Option<wire::Response> {
        exchange(&self.0, request, timeout_ms).await.ok()
    }

    fn show(&self, line: &str) {
        console::log_1(&line.into());
    }
}

async fn exchange(
    fetch: &Function,
    request: wire::Request,
    timeout_ms: u32,
) -> Result<wire::Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    // The signal also ends a body that drips.
    init.set_signal(Some(&AbortSignal::timeout_with_u32(timeout_ms)));
    if request.method == "POST" {
        init.set_body(&JsValue::from(request.body));
    }
    let answer = fetch.call2(&JsValue::UNDEFINED, &JsValue::from(request.url), &init);
    let answer: Response = settled(answer).await?.unchecked_into();
    let retry_after = answer.headers().get("retry-after")?.and_then(|text| text.trim().parse().ok());
    let bytes = match answer.body() {
        Some(stream) => read(&stream, MAX_ANSWER).await?,
        None => Vec::new(),
    };
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(wire::Response { status: answer.status().into(), retry_after: retry_after.map(Seconds), body })
}

/// Reads a stream up to `limit` bytes and lets the rest go.
///
/// # Errors
/// If the stream fails, for instance because its deadline has passed.
pub(crate) async fn read(stream: &ReadableStream, limit: usize) -> Result<Vec<u8>, JsValue> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    while bytes.len() < limit {
        let chunk = JsFuture::from(reader.read()).await?;
        if Reflect::get(&chunk, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = Reflect::get(&chunk, &"value".into())?.unchecked_into();
        let wanted = u32::try_from(limit - bytes.len()).unwrap_or(u32::MAX);
        bytes.extend(chunk.subarray(0, chunk.length().min(wanted)).to_vec());
    }
    let _ = reader.cancel();
    Ok(bytes)
}
