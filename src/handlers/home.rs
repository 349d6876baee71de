//! `GET /` for a browser: links to what there is, or, while a setting is wrong, which one and how to correct it. Any other
//! client gets the JSON of an unknown route or of `config.invalid`.

use edge_otp_core::error::Issue;
use edge_otp_core::service::ServiceError;
use edge_otp_core::settings::{ADMIN_KEY, API_KEYS, OTP_SECRET, OTP_SECRET_PREVIOUS};

use super::Exchange;
use crate::request::IncomingRequest;
use crate::response::ApiResponse;

const DOCUMENTS: &str = "https://github.com/edge-otp/edge-otp";
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;\
                     color:#1c2422;background:#fff}a{color:#0a6b5c}code,pre{font:14px/1.5 ui-monospace,monospace;\
                     background:#eef2f1;border-radius:4px;padding:.1em .3em}pre{padding:.8em;overflow-x:auto}\
                     @media(prefers-color-scheme:dark){body{color:#e3e9e7;background:#161b1a}a{color:#6cc7b6}\
                     code,pre{background:#242b29}}";

/// Tells whether a browser asks for the start page.
pub(crate) fn is_asked_for(request: &IncomingRequest) -> bool {
    let is_read = matches!(request.method.as_str(), "GET" | "HEAD");
    request.path == "/"
        && is_read
        && request.header("accept").is_some_and(|accept| accept.contains("text/html"))
}

/// Shows links.
pub(crate) fn show(exchange: &Exchange<'_>) -> ApiResponse {
    let console = exchange.deployment.assets().map_or("", |_| {
        "<li><a href=\"/console\">Console</a>: set up the SMS provider, with the <code>ADMIN_KEY</code></li>\
         <li><a href=\"/openapi.json\">openapi.json</a>: the API</li>"
    });
    let content = format!(
        "<p>This Worker sends and verifies one-time codes by SMS: <code>POST /send</code> and \
         <code>POST /verify</code>, with one of its <code>API_KEYS</code>.</p><ul>{console}\
         <li><a href=\"/health\">Health</a></li><li><a href=\"{DOCUMENTS}\">Documents</a></li></ul>"
    );
    page(200, "edge-otp", &content, &exchange.request.id)
}

/// Shows what is wrong with the settings.
pub(crate) fn show_setup(request: &IncomingRequest, error: &ServiceError) -> ApiResponse {
    let issues = error.data().issues.unwrap_or_default();
    let rows: String = issues.iter().map(row).collect();
    let secrets = if issues.iter().any(is_secret) { secrets_help() } else { String::new() };
    let content = format!(
        "<p>This Worker is deployed, but a setting is missing or wrong. Until it is corrected, every request fails with \
         <code>config.invalid</code> and nothing is sent.</p><ul>{rows}</ul>{secrets}\
         <p>All of them are listed in <a href=\"{DOCUMENTS}/blob/main/docs/settings.md\">settings.md</a>. After a \
         change, reload this page.</p>"
    );
    page(500, "edge-otp: not set up yet", &content, &request.id)
}

fn row(issue: &Issue) -> String {
    // Paths are names of settings and messages hold no values: nothing of a request or secret is in them.
    format!("<li><code>{}</code> {}</li>", escape(&issue.path), escape(&issue.message))
}

fn is_secret(issue: &Issue) -> bool {
    [OTP_SECRET, API_KEYS, ADMIN_KEY, OTP_SECRET_PREVIOUS].iter().any(|secret| secret.name == issue.path)
}

fn secrets_help() -> String {
    let description = |secret: &edge_otp_core::settings::SettingSpec| {
        format!("<li><code>{}</code>: {}</li>", secret.name, escape(secret.description))
    };
    let list: String = [&OTP_SECRET, &API_KEYS, &ADMIN_KEY].into_iter().map(description).collect();
    format!(
        "<h2>Secrets</h2><ul>{list}</ul><p>In the project's folder, each command asks for the value; \
         <code>openssl rand -hex 32</code> prints a good one:</p><pre>npx wrangler secret put OTP_SECRET\n\
         npx wrangler secret put API_KEYS\nnpx wrangler secret put ADMIN_KEY</pre><p>Or in the dashboard: Workers, this \
         Worker, Settings, Variables and Secrets, Add, type Secret.</p>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn page(status: u16, title: &str, content: &str, request_id: &str) -> ApiResponse {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style nonce=\"{request_id}\">{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>\n"
    );
    ApiResponse::page(status, html, request_id)
}
