//! SMS providers: the registry and what all of them have in common.
//!
//! A provider is one file: its fields, its error codes, how it is requested and how its response is read. It imports from
//! here and from the shared kits ([`request`], `aliyun_rpc`, `tc3`), never from another provider. To add one: its file,
//! its line in [`REGISTRY`], its guide, its vectors.

mod address;
mod cause;
mod config;
mod field;
mod outcome;
pub mod request;

mod aliyun;
mod aliyun_mas;
pub mod aliyun_rpc;
mod gatewayapi;
mod http_sms;
mod mock;
mod smsaero;
mod smsbao;
pub mod tc3;
mod tencent;
mod twilio;
mod vonage;
mod whatsapp;
mod yunpian;

use crate::error::Issue;
use crate::message::Message;
use crate::phone::PhoneNumber;

pub use address::AllowedAddresses;
pub(crate) use address::check_url;
pub use cause::{ConnectFailure, FailureCause};
pub use config::ProviderConfig;
pub use field::{FieldKind, FieldSpec, TemplateKind, TemplateRules, TextForm};
pub use mock::ID as MOCK_ID;
pub use outcome::{DeliveryOutcome, ErrorCodeTable, ProviderResponse, Rejection, RejectionKind};
pub use request::RequestContext;

macro_rules! registry {
    ($($module:ident::$provider:ident,)+) => {
        /// Every provider, in the order in which they are offered.
        pub static REGISTRY: [&dyn SmsProvider; [$(stringify!($module)),+].len()] = [$(&$module::$provider),+];
    };
}

registry! {
    twilio::Twilio,
    aliyun::Aliyun,
    aliyun_mas::AliyunMas,
    tencent::Tencent,
    vonage::Vonage,
    yunpian::Yunpian,
    smsbao::Smsbao,
    smsaero::Smsaero,
    gatewayapi::GatewayApi,
    whatsapp::WhatsApp,
    http_sms::HttpSms,
    mock::Mock,
}

/// One SMS provider. Pure: a config and a message make a request, a response makes an outcome.
pub trait SmsProvider: Sync {
    /// Returns Logto's factory id, for instance `twilio-short-message-service`.
    fn id(&self) -> &'static str;

    /// Returns how the provider is presented to people.
    fn metadata(&self) -> ProviderMetadata;

    /// Returns the fields of the config. Validation, form, redaction and sealing follow from this table.
    fn fields(&self) -> &'static [FieldSpec];

    /// Returns the error codes that the provider documents. These may be passed on, whatever they look like.
    fn error_codes(&self) -> ErrorCodeTable {
        ErrorCodeTable::EMPTY
    }

    /// Returns groups of optional text fields of which one at least must be there and not empty.
    fn alternatives(&self) -> &'static [&'static [&'static str]] {
        &[]
    }

    /// Checks what neither the field table nor [`Self::alternatives`] can express; the JSON Schema of the config does not
    /// have it either. The config may have issues already.
    fn validate(&self, config: &ProviderConfig) -> Vec<Issue> {
        let _ = config;
        Vec::new()
    }

    /// Tells whether this connector can serve a number at all; asked before anything is counted.
    fn supports_recipient(&self, config: &ProviderConfig, phone: &PhoneNumber) -> bool {
        let _ = (config, phone);
        true
    }

    /// Builds what is sent for a message.
    ///
    /// # Errors
    /// If a value cannot be part of an HTTP request; a config that passed its validation has no such value.
    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        context: &RequestContext,
    ) -> http::Result<Delivery>;

    /// Reads the provider's response. What proves neither success nor refusal is [`DeliveryOutcome::Unknown`];
    /// so are the codes that the provider documents as its own timeouts and internal errors.
    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome;
}

impl core::fmt::Debug for dyn SmsProvider {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

/// How a provider is presented to people, in English and in Simplified Chinese.
#[derive(Clone, Copy, Debug)]
pub struct ProviderMetadata {
    /// Logto's target, for instance `twilio-sms`.
    pub target: &'static str,
    /// The name in both languages.
    pub name: [&'static str; 2],
    /// One sentence in both languages.
    pub description: [&'static str; 2],
}

/// How a message is delivered. It holds credentials and a code, so it has no `Debug`.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "there is one at a time, and it is moved once")
)]
pub enum Delivery {
    /// A request to the provider.
    Request(http::Request<String>),
    /// A line for the developer's terminal (the mock connector).
    Log(String),
}

/// Finds the provider with that id.
pub fn find_provider(id: &str) -> Option<&'static dyn SmsProvider> {
    REGISTRY.into_iter().find(|provider| provider.id() == id)
}
