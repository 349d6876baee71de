//! Who may call: `Authorization: Bearer <key>`.

use std::cell::RefCell;
use std::net::IpAddr;

use edge_otp_core::keys::CallerKeys;
use edge_otp_core::ports::Clock;
use edge_otp_core::wrong_keys::WrongKeys;

use crate::error::ApiError;
use crate::handlers::Exchange;

/// How long the response to a wrong key is delayed after ten from the same address.
const DELAY_MS: u32 = 1_000;

thread_local! {
    static WRONG_KEYS: RefCell<WrongKeys> = const { RefCell::new(WrongKeys::new()) };
}

/// Checks that a request carries one of the keys, and returns it.
///
/// # Errors
/// 401; later if its address has presented wrong keys before.
pub(crate) async fn check_key<'a>(
    exchange: &'a Exchange<'_>,
    known: &CallerKeys,
) -> Result<&'a str, ApiError> {
    let token = exchange.request.authorization.as_deref().and_then(bearer_token);
    check_presented(exchange, known, token).await?;
    token.ok_or(ApiError::Unauthorized)
}

/// Checks that one of the keys was presented.
///
/// # Errors
/// As [`check_key`].
pub(crate) async fn check_presented(
    exchange: &Exchange<'_>,
    known: &CallerKeys,
    presented: Option<&str>,
) -> Result<(), ApiError> {
    let Exchange { request, deployment } = exchange;
    match presented {
        Some(token) if known.contains(&deployment.keys.current, token) => Ok(()),
        _ => {
            // Only Cloudflare's network sets this header; it replaces one that a client sends.
            let address = request.connecting_ip.as_deref().and_then(|text| text.parse::<IpAddr>().ok());
            let platform = &deployment.platform;
            let is_delayed =
                |address| WRONG_KEYS.with_borrow_mut(|keys| keys.record(address, platform.now()));
            if address.is_some_and(is_delayed) {
                platform.sleep(DELAY_MS).await;
            }
            Err(ApiError::Unauthorized)
        }
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
