//! The event of a request while it is handled; at the end one log line and, for sends and verifications, a data point of
//! Analytics Engine. What an event holds is decided in [`edge_otp_core::event`].

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{AnalyticsEngineDataset, console_error};

use edge_otp_core::event::{DataPoint, Event, Operation, Trace, elapsed_ms};
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::time::Timestamp;
use edge_otp_core::usage_type::UsageType;

use crate::error::ApiError;
use crate::platform::clock::now;
use crate::request::IncomingRequest;
use crate::settings::Deployment;

#[wasm_bindgen(module = "/src/request_log.js")]
extern "C" {
    fn log_request(is_error: bool, line: &str);

    #[wasm_bindgen(catch)]
    fn add_data_point(
        dataset: &JsValue,
        index: &str,
        blobs: Vec<String>,
        doubles: &[f64],
    ) -> Result<(), JsValue>;
}

/// The event of a request while it is handled.
pub(crate) struct RequestLog {
    pub(crate) event: Event,
    /// What the operation notes.
    pub(crate) trace: Trace,
    /// Whom the request is about, if the message log is kept.
    pub(crate) phone: Option<PhoneNumber>,
    began: Timestamp,
}

impl RequestLog {
    /// Begins the event of a request. An unknown path is not repeated.
    pub(crate) fn new(request: &IncomingRequest) -> Self {
        let operation = match request.path.as_str() {
            "/send" => Operation::Send,
            "/verify" => Operation::Verify,
            path if path.starts_with("/deliver/") => Operation::Send,
            "/health" => Operation::Health,
            path if path.starts_with("/api/") => Operation::Manage,
            _ => Operation::Other,
        };
        Self::begin(operation, request.id.clone(), request.began)
    }

    /// Begins the event of an operation.
    pub(crate) fn begin(operation: Operation, id: String, began: Timestamp) -> Self {
        Self { event: Event::new(operation, id), trace: Trace::default(), phone: None, began }
    }

    /// Records whom a code is sent to or verified for.
    pub(crate) fn record_recipient(
        &mut self,
        deployment: &Deployment,
        phone: &PhoneNumber,
        usage_type: UsageType,
    ) {
        self.event.record_recipient(&deployment.keys.current, phone, usage_type);
        self.phone = deployment.messages.as_ref().map(|_| phone.clone());
    }

    /// Returns when the request ended, once the line is written.
    pub(crate) const fn ended(&self) -> Timestamp {
        Timestamp(self.began.0.saturating_add(self.event.total_ms as u64))
    }

    /// Records what went wrong.
    pub(crate) fn record_error(&mut self, error: &ApiError) {
        let cause = match error {
            ApiError::Service(error) => Some(error),
            _ => None,
        };
        self.event.record_error(error.code(), cause);
    }

    /// Writes the line and the data point.
    pub(crate) fn write(&mut self, status: u16, analytics: Option<&AnalyticsEngineDataset>) {
        self.event.record_trace(&self.trace);
        self.event.finish(status, elapsed_ms(self.began, now()));
        let line = serde_json::to_string(&self.event).unwrap_or_default();
        log_request(self.event.is_failure(), &line);
        if let (Some(dataset), Some(point)) = (analytics, self.event.data_point()) {
            write_data_point(dataset, point);
        }
    }
}

/// Logs something else than a request, as an error.
pub(crate) fn log_object(object: &impl Serialize) {
    log_request(true, &serde_json::to_string(object).unwrap_or_default());
}

/// A point that cannot be written does not change the response.
fn write_data_point(dataset: &AnalyticsEngineDataset, DataPoint { index, blobs, doubles }: DataPoint) {
    if let Err(error) = add_data_point(dataset.as_ref(), index, blobs.into(), &doubles.map(f64::from)) {
        console_error!("the data point was not written: {error:?}");
    }
}
