//! Routing: method and path to a handler. An unknown path is 404, an unknown method 405 with `Allow`.

use edge_otp_core::service::ServiceError;

use crate::auth::check_key;
use crate::error::ApiError;
use crate::handlers::{
    Exchange, activity, bridges, connectors, factories, health, home, limits, messages, otp, phones, settings,
};
use crate::request::IncomingRequest;
use crate::request_log::RequestLog;
use crate::response::ApiResponse;
use crate::settings::Deployment;

/// Answers a request; an error becomes a response.
pub(crate) async fn respond(
    request: &IncomingRequest,
    deployment: Result<&Deployment, &ServiceError>,
    log: &mut RequestLog,
) -> ApiResponse {
    let result = match deployment {
        Ok(deployment) => {
            let result = route(&Exchange { request, deployment }, log).await;
            if result.as_ref().is_err_and(ApiError::is_config_refused) {
                deployment.platform.mark_connector_stale();
            }
            result
        }
        Err(error) if home::is_asked_for(request) => {
            log.record_error(&error.clone().into());
            return home::show_setup(request, error);
        }
        Err(error) => Err(error.clone().into()),
    };
    result.unwrap_or_else(|error| {
        log.record_error(&error);
        ApiResponse::from_error(&error, &request.id)
    })
}

async fn route(exchange: &Exchange<'_>, log: &mut RequestLog) -> Result<ApiResponse, ApiError> {
    let request = exchange.request;
    match (request.path.as_str(), request.method.as_str()) {
        ("/send", "POST") => otp::send(exchange, log).await,
        ("/verify", "POST") => otp::verify(exchange, log).await,
        ("/send" | "/verify", _) => Err(ApiError::MethodNotAllowed("POST")),
        ("/", _) if home::is_asked_for(request) => Ok(home::show(exchange)),
        ("/health", "GET" | "HEAD") => Ok(health::show()),
        ("/health", _) => Err(ApiError::MethodNotAllowed("GET, HEAD")),
        (path, method) if path.starts_with("/deliver/") => bridges::route(exchange, path, method, log).await,
        (path, _) => match path.strip_prefix("/api/") {
            Some(path) => route_management(exchange, path, log).await,
            None => Err(ApiError::RouteNotFound),
        },
    }
}

/// Routes a request below `/api/`. Only a caller with the admin key learns whether a route exists.
async fn route_management(
    exchange: &Exchange<'_>,
    path: &str,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let deployment = exchange.deployment;
    check_key(exchange, &deployment.admin_keys).await?;
    let segments: Vec<&str> = path.split('/').collect();
    let method = exchange.request.method.as_str();
    match (segments.as_slice(), method) {
        (["connector-factories"], "GET") => Ok(factories::list(exchange).await),
        (["connector-factories", id], "GET") => factories::show(exchange, id).await,
        (["bridges"], "GET") => Ok(bridges::list(exchange)),
        (["bridges", id, "test"], "POST") => bridges::test(exchange, id, log).await,
        (["settings"], "GET") => settings::show(exchange).await,
        (["activity"], "GET") => Ok(activity::show(exchange).await),
        (["messages"], "GET") => messages::list(exchange).await,
        (["messages", "summary"], "GET") => messages::summarize(exchange).await,
        (["limits"], "GET") => limits::list(exchange).await,
        (["limits", kind, key], "DELETE") => limits::lift(exchange, kind, key, log).await,
        (["limits", _, _], _) => Err(ApiError::MethodNotAllowed("DELETE")),
        (
            ["connector-factories" | "bridges" | "settings" | "activity" | "limits" | "messages"]
            | ["connector-factories", _]
            | ["messages", "summary"],
            _,
        ) => Err(ApiError::MethodNotAllowed("GET")),
        (["verification-codes"], "POST") => otp::send_logto(exchange, log).await,
        (["verification-codes", "verify"], "POST") => otp::verify_logto(exchange, log).await,
        (["phones", "unlock"], "POST") => phones::unlock(exchange, log).await,
        (["phones", "identify"], "POST") => phones::identify(exchange).await,
        (
            ["verification-codes"]
            | ["verification-codes", "verify"]
            | ["phones", "unlock" | "identify"]
            | ["bridges", _, "test"],
            _,
        ) => Err(ApiError::MethodNotAllowed("POST")),
        (["connectors", rest @ ..], _) => route_connectors(exchange, rest, log).await,
        _ => Err(ApiError::RouteNotFound),
    }
}

async fn route_connectors(
    exchange: &Exchange<'_>,
    rest: &[&str],
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let method = exchange.request.method.as_str();
    match (rest, method) {
        ([], "GET") => connectors::list(exchange).await,
        ([], "POST") => connectors::replace(exchange).await,
        ([], _) => Err(ApiError::MethodNotAllowed("GET, POST")),
        (["archive"], "GET") => connectors::list_archive(exchange).await,
        (["archive"], _) => Err(ApiError::MethodNotAllowed("GET")),
        (["archive", id, "restore"], "POST") => connectors::restore(exchange, id).await,
        (["archive", id], "DELETE") => connectors::purge(exchange, id).await,
        (["archive", _], _) => Err(ApiError::MethodNotAllowed("DELETE")),
        ([id, "check"], "POST") => connectors::check(exchange, id).await,
        ([id, "test"], "POST") => connectors::test(exchange, id, log).await,
        (["archive", _, "restore"] | [_, "check" | "test"], _) => Err(ApiError::MethodNotAllowed("POST")),
        ([id], "GET") => connectors::show(exchange, id).await,
        ([id], "PATCH") => connectors::edit(exchange, id).await,
        ([id], "DELETE") => connectors::delete(exchange, id).await,
        ([_], _) => Err(ApiError::MethodNotAllowed("GET, PATCH, DELETE")),
        _ => Err(ApiError::RouteNotFound),
    }
}
