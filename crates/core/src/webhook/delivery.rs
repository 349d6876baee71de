//! Sending a notice: a few attempts with one timeout each, all within the 30 s that Workers give after a response.

use super::Webhook;
use super::notice::Notice;
use crate::ports::{Clock, HttpClient, HttpError, RandomSource};

/// The deadline of an attempt, in milliseconds.
pub const TIMEOUT_MS: u32 = 5_000;
/// How long is waited before each attempt, in milliseconds.
pub const WAITS_MS: [u32; 3] = [0, 1_000, 4_000];

/// A notice that was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFailure {
    /// The notice's `webhook-id`.
    pub id: String,
    /// The status of the last response, if there was one.
    pub status: Option<u16>,
}

/// Sends a notice until a response is 2xx; at most as often as [`WAITS_MS`] has entries. A redirect is not followed. A
/// status that another attempt would not change ends it: a redirect, a 4xx but for 408 and 429.
///
/// # Errors
/// If no response was 2xx, or there are no random bytes for an id.
pub async fn deliver_notice(
    platform: &(impl HttpClient + Clock + RandomSource),
    webhook: &Webhook,
    notice: &Notice,
) -> Result<(), DeliveryFailure> {
    let mut failure = DeliveryFailure { id: String::new(), status: None };
    let Ok(random) = platform.bytes::<16>() else { return Err(failure) };
    failure.id = format!("msg_{}", hex::encode(random));
    let body = serde_json::to_string(notice).unwrap_or_default();
    for wait_ms in WAITS_MS {
        if wait_ms > 0 {
            platform.sleep(wait_ms).await;
        }
        let Ok(request) = webhook.build_request(&failure.id, platform.now(), &body) else { break };
        match platform.send(request, TIMEOUT_MS).await {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => {
                let status = response.status().as_u16();
                failure.status = Some(status);
                if is_final(status) {
                    break;
                }
            }
            Err(HttpError::NotReached(_) | HttpError::TimedOut | HttpError::Unreadable) => {}
        }
    }
    Err(failure)
}

const fn is_final(status: u16) -> bool {
    status < 500 && !matches!(status, 408 | 429)
}
