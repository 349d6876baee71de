//! One log line per request. It holds no code, no key and no body; of a phone number only its last two digits, of a
//! provider only its code. Sends and verifications are also counted as data points of Analytics Engine.

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{AnalyticsEngineDataPointBuilder, AnalyticsEngineDataset, console_error};

use edge_otp_core::api::{SendReceipt, SendStatus};
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::provider::FailureCause;
use edge_otp_core::service::ServiceError;
use edge_otp_core::usage_type::UsageType;

use crate::error::ApiError;
use crate::request::IncomingRequest;

#[wasm_bindgen(module = "/src/request_log.js")]
extern "C" {
    fn log_request(is_error: bool, line: &str);
}

/// The log line while the request is handled.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestLog {
    event: &'static str,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_type: Option<UsageType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connector_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verification_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_code: Option<String>,
    /// Why a message has no result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<FailureCause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    status: u16,
    /// What the request is counted as, and its outcome.
    #[serde(skip)]
    counted: Option<(&'static str, &'static str)>,
}

impl RequestLog {
    /// Starts the line of a request. An unknown path is not repeated.
    pub(crate) fn new(request: &IncomingRequest) -> Self {
        Self {
            event: match request.path.as_str() {
                "/send" => "otp.send",
                "/verify" => "otp.verify",
                "/health" => "otp.health",
                path if path.starts_with("/api/") => "otp.manage",
                _ => "otp.other",
            },
            request_id: request.id.clone(),
            phone: None,
            usage_type: None,
            connector_id: None,
            verification_id: None,
            error: None,
            provider_status: None,
            provider_code: None,
            cause: None,
            setting: None,
            detail: None,
            status: 0,
            counted: None,
        }
    }

    /// Counts the request from now on, with the outcome that it has unless an error occurs.
    pub(crate) const fn count(&mut self, event: &'static str, outcome: &'static str) {
        self.counted = Some((event, outcome));
    }

    /// Names what the request is about, where the path does not.
    pub(crate) const fn set_event(&mut self, event: &'static str) {
        self.event = event;
    }

    /// Records the phone number, redacted.
    pub(crate) fn record_phone(&mut self, phone: &PhoneNumber) {
        self.phone = Some(phone.redacted());
    }

    /// Records the phone number, redacted, and the usage type.
    pub(crate) fn record_recipient(&mut self, phone: &PhoneNumber, usage_type: UsageType) {
        self.record_phone(phone);
        self.usage_type = Some(usage_type);
    }

    /// Records the result of a send.
    pub(crate) fn record_receipt(&mut self, receipt: &SendReceipt) {
        self.connector_id = Some(receipt.connector_id.clone());
        self.verification_id = Some(receipt.verification_id.clone());
        self.cause = receipt.cause;
        if receipt.status == SendStatus::Unknown {
            self.count("send", "unknown");
        }
    }

    /// Records what went wrong.
    pub(crate) fn record_error(&mut self, error: &ApiError) {
        let code = error.code().as_str();
        self.error = Some(code);
        if let Some((_, outcome)) = &mut self.counted {
            *outcome = code;
        }
        match error {
            ApiError::Service(ServiceError::Provider(rejection)) => {
                self.cause = rejection.cause();
                self.provider_status = Some(rejection.status).filter(|status| *status > 0);
                self.provider_code.clone_from(&rejection.code);
            }
            ApiError::Service(ServiceError::InvalidSettings(issues)) => {
                self.setting = issues.first().map(|issue| issue.path.clone());
            }
            ApiError::Service(ServiceError::Internal(detail)) => self.detail = Some(detail),
            _ => {}
        }
    }

    /// Writes the line and the data point.
    pub(crate) fn write(mut self, status: u16, analytics: Option<&AnalyticsEngineDataset>) {
        self.status = status;
        let line = serde_json::to_string(&self).unwrap_or_default();
        log_request(status >= 500, &line);
        if let Some(((event, outcome), analytics)) = self.counted.zip(analytics) {
            self.write_data_point(event, outcome, analytics);
        }
    }

    /// A point that cannot be written does not change the response.
    fn write_data_point(&self, event: &str, outcome: &str, analytics: &AnalyticsEngineDataset) {
        let connector_id = self.connector_id.as_deref().unwrap_or_default();
        let usage_type = self.usage_type.map_or("", UsageType::as_str);
        let point = AnalyticsEngineDataPointBuilder::new()
            .indexes([event])
            .blobs([event, outcome, connector_id, usage_type])
            .add_double(1.0)
            .build();
        if let Err(error) = analytics.write_data_point(&point) {
            console_error!("the data point was not written: {error}");
        }
    }
}
