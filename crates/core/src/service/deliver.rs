//! One message to its provider: build the request, send it once, read the response.

use http::Request;
use http::header::{AUTHORIZATION, RETRY_AFTER};

use super::ServiceError;
use crate::connector::Connector;
use crate::message::Message;
use crate::policy::Policy;
use crate::ports::{Clock, HttpClient, MockLog, RandomSource};
use crate::provider::{Delivery, DeliveryOutcome, ProviderResponse, RequestContext};
use crate::time::Seconds;

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
    let Connector { provider, config } = connector;
    let context = RequestContext::new(platform.now(), platform.bytes()?);
    let delivery = provider
        .build_request(config, message, &context)
        .map_err(|_| ServiceError::Internal("the request to the provider is not valid HTTP"))?;
    let request = match delivery {
        Delivery::Request(request) => request,
        Delivery::Log(line) => {
            platform.print(&line);
            return Ok(DeliveryOutcome::Accepted);
        }
    };
    let credentials = plain_credentials(&request);
    let outcome = match platform.send(request, policy.provider_timeout_ms).await {
        Ok(response) => provider.parse_response(&read_response(response)),
        Err(_) => DeliveryOutcome::Unknown,
    };
    let mut sent: Vec<&str> = connector.secrets().collect();
    sent.extend([message.code.as_str(), message.to.digits(), &credentials]);
    Ok(outcome.redact_echoed_code(provider.error_codes(), &sent))
}

/// Returns the credentials that a request carries as they are; a signature is none.
fn plain_credentials(request: &Request<String>) -> String {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let text = header.unwrap_or_default();
    let credentials = text.strip_prefix("Basic ").or_else(|| text.strip_prefix("Bearer "));
    credentials.unwrap_or_default().to_owned()
}

fn read_response(response: http::Response<String>) -> ProviderResponse {
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    ProviderResponse {
        status: response.status().as_u16(),
        retry_after: retry_after.and_then(|text| text.trim().parse().ok()).map(Seconds),
        body: response.into_body(),
    }
}
