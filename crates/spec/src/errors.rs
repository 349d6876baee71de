//! The error responses: which codes share a response, and what a response of a code looks like.

pub mod shared;

use edge_otp_core::error::{ErrorBody, ErrorCode, ErrorData, Issue, ProviderErrorData};
use edge_otp_core::time::Seconds;
use serde_json::{Map, Value, json};

use crate::examples::REQUEST_ID;
use crate::openapi::{reference, response};

/// One error response of operations. All its codes have one status.
#[derive(Clone, Copy, Debug)]
pub struct ErrorResponse {
    /// The name of the component; empty for a response of one operation.
    pub name: &'static str,
    /// What has happened.
    pub description: &'static str,
    /// The codes.
    pub codes: &'static [ErrorCode],
    /// Whether it may have `Retry-After`.
    pub retry_after: bool,
}

impl ErrorResponse {
    /// Creates a response that several operations have.
    pub const fn shared(name: &'static str, description: &'static str, codes: &'static [ErrorCode]) -> Self {
        Self { name, description, codes, retry_after: false }
    }

    /// Creates a response of one operation.
    pub const fn own(description: &'static str, codes: &'static [ErrorCode]) -> Self {
        Self::shared("", description, codes)
    }

    /// Adds `Retry-After`.
    #[must_use]
    pub const fn retry(mut self) -> Self {
        self.retry_after = true;
        self
    }

    /// Returns the status of its codes.
    ///
    /// # Errors
    /// If they have several.
    pub fn status(&self) -> Result<u16, String> {
        let mut statuses = self.codes.iter().map(|code| code.status());
        let first = statuses.next().ok_or("an error response without codes")?;
        if statuses.all(|status| status == first) {
            return Ok(first);
        }
        Err(format!("codes of several statuses: {}", self.description))
    }

    /// Returns the response object.
    pub fn to_json(&self) -> Value {
        let mut headers = Map::new();
        if self.retry_after {
            headers.insert("Retry-After".to_owned(), reference("headers", "RetryAfter"));
        }
        if self.codes.contains(&ErrorCode::Unauthorized) {
            let schema = json!({ "type": "string", "const": "Bearer" });
            let header = json!({ "required": true, "description": "How to send a key.", "schema": schema });
            headers.insert("WWW-Authenticate".to_owned(), header);
        }
        error_response(self.description, self.codes, headers)
    }
}

/// The response to a method that a path does not have.
pub fn method_not_allowed(description: &str, allowed: &[String]) -> Value {
    let mut schema = json!({ "type": "string", "enum": allowed });
    if let ([only], Some(object)) = (allowed, schema.as_object_mut()) {
        object.remove("enum");
        object.insert("const".to_owned(), only.as_str().into());
    }
    let allow =
        json!({ "required": true, "description": "The methods that the path has.", "schema": schema });
    let headers = Map::from_iter([("Allow".to_owned(), allow)]);
    error_response(description, &[ErrorCode::MethodNotAllowed], headers)
}

fn error_response(description: &str, codes: &[ErrorCode], headers: Map<String, Value>) -> Value {
    let mut names: Vec<&str> = Vec::new();
    let mut examples = Map::new();
    for code in codes {
        names.push(code.as_str());
        examples.insert(code.as_str().to_owned(), json!({ "value": example(*code) }));
    }
    let mut narrowed = json!({ "properties": { "code": { "enum": names } } });
    if let (true, Some(object)) = (codes.iter().all(|code| always_has_data(*code)), narrowed.as_object_mut())
    {
        object.insert("required".to_owned(), json!(["data"]));
    }
    let schema = json!({ "allOf": [reference("schemas", "ErrorBody"), narrowed] });
    response(description, headers, Some((schema, examples)))
}

fn example(code: ErrorCode) -> ErrorBody {
    ErrorBody {
        code: code.as_str(),
        message: code.message().into(),
        data: example_data(code),
        request_id: REQUEST_ID.to_owned(),
    }
}

/// Tells whether errors of a code always have the `data` of the example.
pub fn always_has_data(code: ErrorCode) -> bool {
    // What is no code is no attempt.
    code != ErrorCode::CodeMismatch && !example_data(code).is_empty()
}

/// Returns an example of a code's `data`.
pub fn example_data(code: ErrorCode) -> ErrorData {
    let issue = |path: &str, message: &str| Some(vec![Issue::new(path, message)]);
    let provider =
        |status, code: Option<&str>| Some(ProviderErrorData { status, code: code.map(str::to_owned) });
    let none = ErrorData::default();
    match code {
        ErrorCode::InvalidInput => ErrorData { issues: issue("phone", "is required"), ..none },
        ErrorCode::InvalidStoredConfig | ErrorCode::InvalidRequestConfig => {
            ErrorData { issues: issue("authToken", "is required"), ..none }
        }
        ErrorCode::InvalidSettings => {
            ErrorData { issues: issue("CODE_LENGTH", "must be a whole number from 6 to 10"), ..none }
        }
        ErrorCode::PhoneInvalid => ErrorData { reason: Some("format"), ..none },
        ErrorCode::PhoneNotAllowed => ErrorData { reason: Some("country"), ..none },
        ErrorCode::CodeMismatch => ErrorData { attempts_left: Some(4), ..none },
        ErrorCode::LockedOut => ErrorData { retry_after: Some(Seconds(86_342)), ..none },
        ErrorCode::MessageRateLimited => {
            ErrorData { retry_after: Some(Seconds(57)), limit: Some("cooldown"), ..none }
        }
        ErrorCode::ProviderThrottled => {
            ErrorData { retry_after: Some(Seconds(17)), provider: provider(429, None), ..none }
        }
        ErrorCode::ProviderRejected => ErrorData { provider: provider(400, Some("21211")), ..none },
        ErrorCode::ProviderResponseInvalid => ErrorData { provider: provider(400, None), ..none },
        _ => none,
    }
}
