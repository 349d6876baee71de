//! The requests and responses of `POST /deliver/…`: another server has made the code, and this one delivers it.

use serde::Serialize;

use super::{RequestError, SendReceipt, SendStatus, open, take_usage_type};
use crate::code::Code;
use crate::json::ObjectReader;
use crate::keys::DeliveryContent;
use crate::optional_fields::OptionalFields;
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::usage_type::UsageType;

/// The largest body of `/deliver/…`, in bytes: auth servers send the whole user along.
pub const MAX_DELIVERY_BODY: usize = 64 * 1_024;
/// The longest text of a caller, in characters: ten segments.
const MAX_TEXT: usize = 1_600;

/// A message whose code another server has made. It has a code, a text or both.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct DeliverRequest {
    /// The recipient.
    pub to: PhoneNumber,
    /// The code: 1 to 32 ASCII letters, digits and hyphens. Required unless the text is sent (`BRIDGE_TEXT=caller`, and a
    /// connector that sends texts).
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = Option<String>, pattern = "^[0-9A-Za-z-]{1,32}$", examples("173619"))
    )]
    pub code: Option<Code>,
    /// The whole text, 1 to 1,600 characters; sent instead of a template's where `BRIDGE_TEXT` is `caller` and the
    /// connector sends texts.
    pub text: Option<MessageText>,
    /// What the code is for; `Generic` if absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UsageType>, default = "Generic"))]
    pub usage_type: UsageType,
    /// A language tag (BCP 47): selects the template. What cannot be read is ignored.
    #[cfg_attr(feature = "openapi", schema(examples("en", "zh-CN")))]
    pub locale: Option<String>,
    /// The end user's IP address, never that of the caller's server: `SENDS_PER_IP_HOUR` and `SENDS_PER_IP_DAY` limit sends
    /// by it, and some connectors pass it on. What cannot be read is ignored.
    #[cfg_attr(feature = "openapi", schema(examples("203.0.113.7", "2001:db8::1")))]
    pub ip: Option<String>,
}

/// The text of a message. It may hold a code, so its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText(String);

impl core::fmt::Debug for MessageText {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MessageText(…)")
    }
}

impl MessageText {
    /// Accepts 1 to 1,600 characters without control characters other than line breaks and tabs.
    pub fn parse(text: &str) -> Option<Self> {
        let is_allowed = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
        let is_text = (1..=MAX_TEXT).contains(&text.chars().count())
            && !text.trim().is_empty()
            && text.chars().all(is_allowed);
        is_text.then(|| Self(text.to_owned()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DeliverRequest {
    /// Parses `{to, code?, text?, usageType?, locale?, ip?}`.
    ///
    /// # Errors
    /// Every issue of the body; if it has none, what is wrong with the phone number.
    pub fn parse(body: &[u8], policy: &Policy) -> Result<Self, RequestError> {
        Self::read(open(body)?, policy)
    }

    /// Reads the members of a body.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(crate) fn read(mut reader: ObjectReader, policy: &Policy) -> Result<Self, RequestError> {
        let to = reader.take_required_string("to");
        let (code, text) = (reader.take_string("code"), reader.take_string("text"));
        let usage_type = take_usage_type(&mut reader);
        let OptionalFields { locale, ip, .. } = OptionalFields::take(&mut reader);
        let (code, text) = check_content(&mut reader, code.as_deref(), text.as_deref());
        reader.finish().map_err(RequestError::InvalidInput)?;
        let to = policy.check_phone(PhoneNumber::parse(&to))?;
        Ok(Self { to, code, text, usage_type, locale, ip: ip.map(|ip| ip.to_string()) })
    }

    /// Returns what the same message has if it is delivered again; `None` if it has neither code nor text.
    pub fn content(&self) -> Option<DeliveryContent<'_>> {
        let text = || self.text.as_ref().map(|text| DeliveryContent::Text(text.as_str()));
        self.code.as_ref().map(DeliveryContent::Code).or_else(text)
    }
}

fn check_content(
    reader: &mut ObjectReader,
    code: Option<&str>,
    text: Option<&str>,
) -> (Option<Code>, Option<MessageText>) {
    let parsed = (code.and_then(Code::parse_foreign), text.and_then(MessageText::parse));
    if code.is_some() && parsed.0.is_none() {
        reader.add_issue("code", CODE_RULE);
    }
    if text.is_some() && parsed.1.is_none() {
        reader.add_issue("text", TEXT_RULE);
    }
    if code.is_none() && text.is_none() && !reader.has_issue_at("code") && !reader.has_issue_at("text") {
        reader.add_issue("code", "is required where there is no text");
    }
    parsed
}

/// What is wrong with a code.
pub(crate) const CODE_RULE: &str = "must be 1 to 32 ASCII letters, digits and hyphens";
/// What is wrong with a text.
pub(crate) const TEXT_RULE: &str = "must be 1 to 1600 characters without control characters";

/// The response of `POST /deliver/generic`: the message was handed to the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliverReceipt {
    /// Whether the provider has accepted the message.
    pub status: SendStatus,
    /// The connector that sent it.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::ConnectorId))]
    pub connector_id: String,
}

impl From<&SendReceipt> for DeliverReceipt {
    fn from(receipt: &SendReceipt) -> Self {
        Self { status: receipt.status, connector_id: receipt.connector_id.clone() }
    }
}
