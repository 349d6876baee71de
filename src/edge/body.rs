//! Bodies with a limit: what is too large is not read to its end.

use worker::Request;

use crate::api::{MAX_BODY, MAX_CONFIG_BODY};
use crate::error::{Error, Result};
use crate::js::read;

/// A JSON request body of at most 8 KiB.
///
/// # Errors
/// 415 if it is not declared to be JSON, 413 if it is larger.
pub(super) async fn json(request: &Request) -> Result<Vec<u8>> {
    read_json(request, MAX_BODY).await
}

/// A JSON request body of at most 64 KiB.
///
/// # Errors
/// As [`json`].
pub(super) async fn long_json(request: &Request) -> Result<Vec<u8>> {
    read_json(request, MAX_CONFIG_BODY).await
}

async fn read_json(request: &Request, limit: usize) -> Result<Vec<u8>> {
    let header = |name: &str| request.headers().get(name).ok().flatten().unwrap_or_default();
    let content_type = header("content-type");
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let encoding = header("content-encoding");
    if !media_type.eq_ignore_ascii_case("application/json") || !matches!(encoding.as_str(), "" | "identity") {
        return Err(Error::UnsupportedMediaType);
    }
    if header("content-length").parse::<usize>().is_ok_and(|length| length > limit) {
        return Err(Error::TooLarge);
    }
    let Some(stream) = request.inner().body() else { return Ok(Vec::new()) };
    let bytes = read(&stream, limit + 1).await.map_err(|_| Error::Internal("the body broke off"))?;
    if bytes.len() > limit { Err(Error::TooLarge) } else { Ok(bytes) }
}
