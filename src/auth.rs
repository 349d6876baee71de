//! Who may call: `Authorization: Bearer <key>`.

use edge_otp_core::keys::{CallerKeys, KeySet};

use crate::error::ApiError;
use crate::request::IncomingRequest;

/// Checks that a request carries one of the keys, and returns it.
///
/// # Errors
/// 401.
pub(crate) fn check_key<'a>(
    request: &'a IncomingRequest,
    known: &CallerKeys,
    keys: &KeySet,
) -> Result<&'a str, ApiError> {
    match request.authorization.as_deref().and_then(bearer_token) {
        Some(token) if known.contains(keys, token) => Ok(token),
        _ => Err(ApiError::Unauthorized),
    }
}

/// Returns the token of Bearer credentials (RFC 6750 §2.1); the name of the scheme is case-insensitive.
fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn bearer_token_accepts_any_case_and_extra_spaces() {
        for header in ["Bearer key", "bearer key", "BEARER  key "] {
            assert_eq!(bearer_token(header), Some("key"), "{header}");
        }
        for header in ["", "key", "Bearer", "Basic key", "Bearerkey"] {
            assert_eq!(bearer_token(header), None, "{header}");
        }
    }
}
