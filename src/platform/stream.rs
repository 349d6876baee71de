//! Reading a stream up to a limit.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

/// Reads a stream until it ends or holds more than `limit` bytes, and cancels the rest. The result may be longer than
/// the limit, by the part that exceeded it.
pub(crate) async fn read_limited(stream: Option<ReadableStream>, limit: usize) -> Result<Vec<u8>, JsValue> {
    let mut bytes = Vec::new();
    let Some(stream) = stream else { return Ok(bytes) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    while bytes.len() <= limit {
        let part = JsFuture::from(reader.read()).await?;
        if Reflect::get(&part, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        bytes.extend(Uint8Array::from(Reflect::get(&part, &"value".into())?).to_vec());
    }
    let _ = reader.cancel();
    Ok(bytes)
}
