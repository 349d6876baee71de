//! Errors as the package's JavaScript receives them. It makes an `OtpError` of a [`Failure`].

use edge_otp_core::error::{ErrorCode, ErrorData};
use edge_otp_core::service::ServiceError;
use js_sys::{Object, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::value::to_object;

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The operation failed.
    Service(ServiceError),
    /// The connector is an option of `createOtp`, so it cannot be changed.
    ConnectorIsOption,
    /// The caller's own code threw while an argument was read.
    Thrown(JsValue),
}

impl<E: Into<ServiceError>> From<E> for CallError {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

/// What the promise of an operation that failed is rejected with.
#[derive(Serialize)]
struct Rejection {
    failure: Failure,
}

/// The members of an `OtpError`.
#[derive(Serialize)]
struct Failure {
    code: &'static str,
    message: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "ErrorData::is_empty")]
    data: ErrorData,
    #[serde(with = "serde_wasm_bindgen::preserve", skip_serializing_if = "JsValue::is_undefined")]
    cause: JsValue,
}

impl CallError {
    /// Converts the error to what the call's promise is rejected with. `cause` is what the caller's storage threw.
    pub(crate) fn into_rejection(self, cause: JsValue) -> JsValue {
        let (code, message, data) = match self {
            Self::Service(error @ ServiceError::InvalidSettings(_)) => {
                (error.code(), "An option of createOtp is not valid.", error.data())
            }
            Self::Service(error) => (error.code(), error.message(), error.data()),
            Self::ConnectorIsOption => {
                let message = "The connector is given in code, as an option of createOtp.";
                (ErrorCode::MethodNotAllowed, message, ErrorData::default())
            }
            Self::Thrown(value) => return wrap_thrown(&value),
        };
        let failure = Failure { code: code.as_str(), message, status: code.status(), data, cause };
        to_object(&Rejection { failure })
    }
}

/// Returns `{ thrown: value }`.
fn wrap_thrown(value: &JsValue) -> JsValue {
    let object = Object::new();
    // Setting a member of a fresh object does not fail.
    let _ = Reflect::set(&object, &"thrown".into(), value);
    object.into()
}
