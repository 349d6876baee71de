//! One message to its provider: build the request, send it once, read the response.

use std::time::SystemTime;

use http::Request;
use http::header::{AUTHORIZATION, RETRY_AFTER};

use super::ServiceError;
use crate::connector::Connector;
use crate::event::Trace;
use crate::message::Message;
use crate::policy::Policy;
use crate::ports::{Clock, HttpClient, HttpError, MockLog, RandomSource};
use crate::provider::{Delivery, DeliveryOutcome, FailureCause, ProviderResponse, Rejection, RequestContext};
use crate::time::{Seconds, Timestamp};

/// Sends a message through a connector.
///
/// # Errors
/// If there are no random bytes, or a value cannot be part of a request: then nothing was sent.
pub(super) async fn deliver(
    platform: &(impl HttpClient + MockLog + Clock + RandomSource),
    policy: &Policy,
    connector: &Connector,
    message: &Message<'_>,
) -> Result<DeliveryOutcome, ServiceError> {
    deliver_traced(platform, policy, connector, message, &mut Trace::default()).await
}

/// Sends a message as [`deliver`], and notes in `trace` how.
///
/// # Errors
/// As [`deliver`].
pub(super) async fn deliver_traced(
    platform: &(impl HttpClient + MockLog + Clock + RandomSource),
    policy: &Policy,
    connector: &Connector,
    message: &Message<'_>,
    trace: &mut Trace,
) -> Result<DeliveryOutcome, ServiceError> {
    let Connector { provider, config } = connector;
    trace.connector_id = Some(provider.id());
    let began = platform.now();
    let context = RequestContext::new(began, platform.bytes()?);
    let delivery = provider
        .build_request(config, message, &context)
        .map_err(|_| ServiceError::Internal("the request to the provider is not valid HTTP"))?;
    let request = match delivery {
        Delivery::Request(request) => request,
        Delivery::Log(line) => {
            platform.print(&line);
            trace.record_delivery(began, began, None, &DeliveryOutcome::Accepted);
            return Ok(DeliveryOutcome::Accepted);
        }
    };
    let credentials = plain_credentials(&request);
    let response = platform.send(request, policy.provider_timeout_ms).await;
    let ended = platform.now();
    let status = response.as_ref().ok().map(|response| response.status().as_u16());
    let outcome = match response {
        Ok(response) => provider.parse_response(&read_response(response, ended)),
        Err(error) => outcome_of(error),
    };
    trace.record_delivery(began, ended, status, &outcome);
    let mut sent: Vec<&str> = connector.secrets().collect();
    // Of a message whose code is not known, the text holds it.
    let text = if message.code.as_str().is_empty() { message.text() } else { String::new() };
    sent.extend([message.code.as_str(), &text, message.to.digits(), &credentials]);
    Ok(outcome.redact_echoed_code(provider.error_codes(), &sent))
}

/// Returns the credentials that a request carries as they are; a signature is none.
fn plain_credentials(request: &Request<String>) -> String {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let text = header.unwrap_or_default();
    let credentials = text.strip_prefix("Basic ").or_else(|| text.strip_prefix("Bearer "));
    credentials.unwrap_or_default().to_owned()
}

/// A message is rejected only if it certainly has not left.
const fn outcome_of(error: HttpError) -> DeliveryOutcome {
    match error {
        HttpError::NotReached(failure) => DeliveryOutcome::Rejected(Rejection::not_reached(failure)),
        HttpError::TimedOut => DeliveryOutcome::Unknown(FailureCause::Timeout),
        HttpError::Unreadable => DeliveryOutcome::Unknown(FailureCause::Unreadable),
    }
}

fn read_response(response: http::Response<String>, now: Timestamp) -> ProviderResponse {
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    ProviderResponse {
        status: response.status().as_u16(),
        retry_after: retry_after.and_then(|text| parse_retry_after(text.trim(), now)),
        body: response.into_body(),
    }
}

/// Reads `Retry-After` (RFC 9110 §10.2.3): seconds, or a date in one of the three forms of HTTP; 0 if it has passed.
fn parse_retry_after(text: &str, now: Timestamp) -> Option<Seconds> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Seconds(text.parse().unwrap_or(u32::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Some(now.until(Timestamp(since_epoch.as_secs().saturating_mul(1_000))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_retry_after_reads_seconds_and_the_three_forms_of_a_date() {
        // Sun, 06 Nov 1994 08:49:00.5
        let now = Timestamp(784_111_740_500);
        for (text, expected) in [
            ("7", Some(7)),
            ("0", Some(0)),
            ("99999999999999999999", Some(u32::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(37)),
            ("Sun Nov  6 08:49:37 1994", Some(37)),
            ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("", None),
            ("-7", None),
            ("+7", None),
            ("7.5", None),
            ("soon", None),
            ("Sun, 06 Nov 1994", None),
            ("1994-11-06T08:49:37Z", None),
        ] {
            assert_eq!(parse_retry_after(text, now), expected.map(Seconds), "{text}");
        }
    }
}
