//! Errors as the package's JavaScript receives them. It makes an `OtpError` of a [`Failure`].

use edge_otp_core::error::{ErrorCode, ErrorData, Issue};
use edge_otp_core::service::ServiceError;
use js_sys::{Object, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::catalog::connector_ids;
use crate::policy_options::name_options;
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
    message: String,
    status: u16,
    #[serde(skip_serializing_if = "ErrorData::is_empty")]
    data: ErrorData,
    #[serde(with = "serde_wasm_bindgen::preserve", skip_serializing_if = "JsValue::is_undefined")]
    cause: JsValue,
}

impl CallError {
    /// Converts the error to what the call's promise is rejected with. `cause` is what the caller's storage threw.
    pub(crate) fn into_rejection(self, cause: JsValue) -> JsValue {
        let (code, message, mut data) = match self {
            Self::Service(error @ ServiceError::InvalidSettings(_)) => {
                (error.code(), "An option of createOtp is not valid.".to_owned(), error.data())
            }
            Self::Service(error @ ServiceError::UnknownFactory) => {
                let message = format!("There is no such connector; there are {}.", connector_ids());
                (error.code(), message, error.data())
            }
            Self::Service(error) => (error.code(), name_options(&error.message()), error.data()),
            Self::ConnectorIsOption => {
                let message = "The connector is given in code, as an option of createOtp.";
                (ErrorCode::MethodNotAllowed, message.to_owned(), ErrorData::default())
            }
            Self::Thrown(value) => return wrap_thrown(&value),
        };
        let issues = data.issues.as_deref_mut().unwrap_or_default();
        let message = name_issues(message, issues);
        let failure = Failure { code: code.as_str(), message, status: code.status(), data, cause };
        to_object(&Rejection { failure })
    }
}

/// Rewrites issues in terms of JavaScript and appends them to the message, which then names what is wrong. Issues hold no
/// values.
fn name_issues(message: String, issues: &mut [Issue]) -> String {
    for issue in issues.iter_mut() {
        issue.message = name_options(&issue.message);
        issue.path = name_options(&issue.path);
    }
    let text = |issue: &Issue| match issue.path.as_str() {
        "" => issue.message.clone(),
        path => format!("`{path}` {}", issue.message),
    };
    let texts: Vec<String> = issues.iter().map(text).collect();
    if texts.is_empty() {
        return message;
    }
    format!("{}: {}", message.trim_end_matches('.'), texts.join("; "))
}

/// Returns `{ thrown: value }`.
fn wrap_thrown(value: &JsValue) -> JsValue {
    let object = Object::new();
    // Setting a member of a fresh object does not fail.
    let _ = Reflect::set(&object, &"thrown".into(), value);
    object.into()
}
