//! `POST /deliver/…`: other auth servers hand their codes over; and what the console shows of them.

use edge_otp_core::api::{Bridge, BridgeTest, SendReceipt, parse_phone_request};
use edge_otp_core::bridge::{
    BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, DIALECTS, Proof, Sample, caller_id, caller_key,
    find_dialect,
};
use edge_otp_core::code::Code;
use edge_otp_core::event::Operation;
use edge_otp_core::ports::{Clock, RandomSource};
use edge_otp_core::service::ServiceError;

use super::Exchange;
use crate::auth::check_presented;
use crate::error::{ApiError, is_config_refused};
use crate::operations;
use crate::request_log::RequestLog;
use crate::response::ApiResponse;

/// Routes a request below `/deliver/`. A dialect whose secret is not set does not exist.
pub(crate) async fn route(
    exchange: &Exchange<'_>,
    path: &str,
    method: &str,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let id = path.strip_prefix("/deliver/").unwrap_or_default();
    let dialect = find_enabled(exchange, id).ok_or(ApiError::RouteNotFound)?;
    if method != "POST" {
        return Err(ApiError::MethodNotAllowed("POST"));
    }
    log.event.bridge = Some(dialect.id());
    deliver(exchange, dialect, log).await
}

fn find_enabled(exchange: &Exchange<'_>, id: &str) -> Option<&'static dyn BridgeDialect> {
    find_dialect(id).filter(|dialect| exchange.deployment.bridge_secrets.enables(*dialect))
}

/// Checks who calls, over the raw body where that is signed, and delivers the message.
async fn deliver(
    exchange: &Exchange<'_>,
    dialect: &'static dyn BridgeDialect,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    if matches!(dialect.proof(), Proof::ApiKey) {
        let key = request.authorization.as_deref().and_then(caller_key);
        check_presented(exchange, &deployment.api_keys, key.as_deref()).await?;
    }
    let (bytes, is_form) = request.read_delivery().await?;
    check_signature(exchange, dialect, &|name| request.header(name), &bytes)?;
    // Not before it is known who calls: a header may hold anything.
    log.event.caller_id = caller_id(request.header(dialect.caller_id_header()));
    let body = if is_form { BridgeBody::Form(&bytes) } else { BridgeBody::Json(&bytes) };
    let result = carry_out(exchange, dialect, body, log).await;
    let outcome = BridgeOutcome { result: result.as_ref().map(Option::as_ref), request_id: &request.id };
    let response = dialect.respond(&outcome);
    if let Err(error) = result {
        record_refusal(exchange, error, log);
    }
    Ok(ApiResponse::from_bridge(response))
}

/// Logs why nothing was sent. A connector that was refused is read anew: it may have been corrected.
fn record_refusal(exchange: &Exchange<'_>, error: ServiceError, log: &mut RequestLog) {
    if is_config_refused(&error) {
        exchange.deployment.platform.mark_connector_stale();
    }
    log.record_error(&ApiError::Service(error));
}

fn check_signature(
    exchange: &Exchange<'_>,
    dialect: &'static dyn BridgeDialect,
    header: &dyn Fn(&str) -> Option<String>,
    body: &[u8],
) -> Result<(), ApiError> {
    let Proof::Signature { scheme, .. } = dialect.proof() else { return Ok(()) };
    let deployment = exchange.deployment;
    let secrets = deployment.bridge_secrets.of(dialect).ok_or(ApiError::RouteNotFound)?;
    let now = deployment.platform.now();
    scheme.verify(secrets, header, body, now).map_err(|_| ApiError::InvalidSignature)
}

/// Parses a request whose sender is proven, and delivers its message; `None` if there is nothing to deliver.
async fn carry_out(
    exchange: &Exchange<'_>,
    dialect: &'static dyn BridgeDialect,
    body: BridgeBody<'_>,
    log: &mut RequestLog,
) -> Result<Option<SendReceipt>, ServiceError> {
    let deployment = exchange.deployment;
    let call = dialect.parse(body, &deployment.policy, deployment.platform.now())?;
    let request = match call {
        BridgeCall::Deliver(request) => request,
        BridgeCall::Ignore(reason) => {
            log.event.record_ignored(reason);
            return Ok(None);
        }
    };
    operations::deliver(deployment, &request, dialect.timeout_ms(), log).await.map(Some)
}

/// Lists the dialects, with those whose secret is missing.
pub(crate) fn list(exchange: &Exchange<'_>) -> ApiResponse {
    let bridges = DIALECTS.map(|dialect| Bridge {
        id: dialect.id(),
        name: dialect.name(),
        enabled: exchange.deployment.bridge_secrets.enables(dialect),
        setting: match dialect.proof() {
            Proof::ApiKey => None,
            Proof::Signature { setting, .. } => Some(setting.name),
        },
    });
    ApiResponse::json(200, &bridges)
}

/// Makes a request as the auth server does, with a code of its own, and shows what the auth server would get.
pub(crate) async fn test(
    exchange: &Exchange<'_>,
    id: &str,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    let dialect = find_enabled(exchange, id).ok_or(ServiceError::EntityNotFound)?;
    let phone = parse_phone_request(&request.read_json().await?)?;
    log.event.set_operation(Operation::Send);
    log.event.bridge = Some(dialect.id());
    let platform = &deployment.platform;
    let code = Code::draw(&platform.bytes::<{ Code::RANDOM_BYTES }>()?, deployment.policy.code_length)
        .ok_or(ServiceError::Internal("no random source"))?;
    let body = dialect.sample(&Sample { to: &phone, code: code.as_str(), now: platform.now() });
    if let Proof::Signature { scheme, .. } = dialect.proof() {
        let secrets = deployment.bridge_secrets.of(dialect).ok_or(ServiceError::EntityNotFound)?;
        let secret = secrets.iter().next().unwrap_or_default();
        let headers = scheme.sign(secret, &request.id, body.as_bytes(), platform.now());
        let header =
            |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        check_signature(exchange, dialect, &header, body.as_bytes())?;
    }
    let result = carry_out(exchange, dialect, BridgeBody::Json(body.as_bytes()), log).await;
    let outcome = BridgeOutcome { result: result.as_ref().map(Option::as_ref), request_id: &request.id };
    let response = dialect.respond(&outcome);
    let error = result.as_ref().err();
    let shown = BridgeTest {
        status: result.as_ref().ok().and_then(|receipt| Some(receipt.as_ref()?.status)),
        code: error.map(|error| error.code().as_str()),
        message: error.map(|error| error.message().into_owned()),
        response_status: response.status,
        response_body: response.body.unwrap_or_default(),
    };
    if let Err(error) = result {
        record_refusal(exchange, error, log);
    }
    Ok(ApiResponse::json(200, &shown))
}
