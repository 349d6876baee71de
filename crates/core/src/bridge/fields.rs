//! Reading the requests of other auth servers: members by their paths, whatever else there is.

use serde_json::{Map, Value};

use crate::api::{CODE_RULE, DeliverRequest, MessageText, RequestError, TEXT_RULE};
use crate::code::Code;
use crate::error::Issue;
use crate::json::{ObjectReader, parse};
use crate::locale::is_language_tag;
use crate::phone::PhoneNumber;
use crate::phone_check::PhoneError;
use crate::policy::Policy;
use crate::usage_type::UsageType;

/// The body of a request.
#[derive(Clone, Copy, Debug)]
pub enum BridgeBody<'a> {
    /// `application/json`.
    Json(&'a [u8]),
    /// `application/x-www-form-urlencoded`.
    Form(&'a [u8]),
}

impl<'a> BridgeBody<'a> {
    /// Returns the bytes.
    pub const fn bytes(self) -> &'a [u8] {
        match self {
            Self::Json(bytes) | Self::Form(bytes) => bytes,
        }
    }

    /// Parses the body as an object; of a form, each field is a string.
    fn object(self) -> Result<Value, RequestError> {
        let value = match self {
            Self::Json(bytes) => parse(bytes).ok().filter(Value::is_object),
            Self::Form(bytes) => parse_form(bytes).map(Value::Object),
        };
        let message = "must be one JSON object, or a form, with no name twice";
        value.ok_or_else(|| RequestError::InvalidInput(vec![Issue::new("", message)]))
    }

    /// Opens the body for a strict reading.
    pub(super) fn open(self) -> Result<ObjectReader, RequestError> {
        match self {
            Self::Json(bytes) => ObjectReader::open(bytes).map_err(RequestError::InvalidInput),
            Self::Form(_) => {
                let text = self.object()?.to_string();
                ObjectReader::open(text.as_bytes()).map_err(RequestError::InvalidInput)
            }
        }
    }
}

/// Parses a form in which no name occurs twice.
fn parse_form(bytes: &[u8]) -> Option<Map<String, Value>> {
    let mut object = Map::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        let value = Value::String(value.into_owned());
        if object.insert(name.into_owned(), value).is_some() {
            return None;
        }
    }
    Some(object)
}

/// Which spellings of a recipient an auth server has.
#[derive(Clone, Copy)]
pub(super) enum NumberForm {
    /// E.164 with its plus. Digits alone are refused: they may be a national number.
    WithPlus,
    /// E.164, of which the plus may be left out.
    OptionalPlus,
}

/// Reads a request member by member and collects the issues. A path is member names joined by slashes, with one in front
/// (RFC 6901).
pub(super) struct FieldReader {
    object: Value,
    issues: Vec<Issue>,
}

impl FieldReader {
    pub(super) fn open(body: BridgeBody<'_>) -> Result<Self, RequestError> {
        Ok(Self { object: body.object()?, issues: Vec::new() })
    }

    /// Returns a member that is a string and not empty.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.object.pointer(path)?.as_str().filter(|text| !text.is_empty())
    }

    /// Returns the first of these members that is a string and not empty.
    pub(super) fn first_text(&self, paths: &[&str]) -> Option<&str> {
        paths.iter().find_map(|path| self.text(path))
    }

    /// Returns a member of any kind.
    pub(super) fn value(&self, path: &str) -> Option<&Value> {
        self.object.pointer(path)
    }

    /// Reads the code at the first of these paths that has one.
    pub(super) fn code(&mut self, paths: &[&str]) -> Option<Code> {
        let text = self.first_text(paths)?;
        let code = Code::parse_foreign(text);
        if code.is_none() {
            self.add_issue(paths, CODE_RULE);
        }
        code
    }

    /// Reads the text of the message.
    pub(super) fn message(&mut self, path: &str) -> Option<MessageText> {
        let text = self.text(path)?;
        let message = MessageText::parse(text);
        if message.is_none() {
            self.add_issue(&[path], TEXT_RULE);
        }
        message
    }

    /// Adds an issue at the first of some paths.
    pub(super) fn add_issue(&mut self, paths: &[&str], message: &str) {
        let path = paths.first().copied().unwrap_or_default().trim_start_matches('/').replace('/', ".");
        self.issues.push(Issue::new(path, message));
    }

    /// Ends the reading of a message.
    ///
    /// # Errors
    /// Every issue; if there is none, what is wrong with the number.
    pub(super) fn finish(
        mut self,
        policy: &Policy,
        (to, form): (&[&str], NumberForm),
        message: FieldMessage,
    ) -> Result<DeliverRequest, RequestError> {
        let number = self.first_text(to).map(str::to_owned);
        if number.is_none() {
            self.add_issue(to, "is required");
        }
        if message.code.is_none() && message.text.is_none() && self.issues.is_empty() {
            self.add_issue(message.code_paths, "is required where there is no text");
        }
        if !self.issues.is_empty() {
            return Err(RequestError::InvalidInput(self.issues));
        }
        let number = number.ok_or(PhoneError::Format)?;
        let phone = match form {
            NumberForm::WithPlus => PhoneNumber::parse(&number),
            NumberForm::OptionalPlus => PhoneNumber::parse_with_optional_plus(&number),
        };
        Ok(DeliverRequest {
            to: policy.check_phone(phone)?,
            code: message.code,
            text: message.text,
            usage_type: message.usage_type,
            locale: message.locale.map(|tag| tag.replace('_', "-")).filter(|tag| is_language_tag(tag)),
            ip: message.ip.and_then(|ip| ip.parse::<core::net::IpAddr>().ok()).map(|ip| ip.to_string()),
        })
    }
}

/// What was read of a message beside its recipient.
#[derive(Default)]
pub(super) struct FieldMessage {
    pub(super) code: Option<Code>,
    /// Where the code is looked for, for an issue.
    pub(super) code_paths: &'static [&'static str],
    pub(super) text: Option<MessageText>,
    pub(super) usage_type: UsageType,
    pub(super) locale: Option<String>,
    pub(super) ip: Option<String>,
}
