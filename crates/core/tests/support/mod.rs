//! The vector files and guides, which more than one test crate reads. Their format is described in
//! `tests/vectors/README.md`.

use serde_json::Value;

/// One file: a provider's, or one of the two that concern several.
#[derive(Clone, Copy)]
pub(crate) struct File {
    pub(crate) name: &'static str,
    /// The provider's guide; empty for the two that concern several.
    pub(crate) guide: &'static str,
    content: &'static str,
}

macro_rules! files {
    (providers: $($provider:literal)+; others: $($other:literal)+) => {
        /// Every vector file.
        pub(crate) const FILES: [File; [$($provider,)+ $($other),+].len()] = [
            $(File {
                name: $provider,
                guide: include_str!(concat!("../../../../docs/connectors/", $provider, ".md")),
                content: include_str!(concat!("../../../../tests/vectors/", $provider, ".json")),
            },)+
            $(File {
                name: $other,
                guide: "",
                content: include_str!(concat!("../../../../tests/vectors/", $other, ".json")),
            },)+
        ];
    };
}

files! {
    providers:
        "twilio-short-message-service"
        "aliyun-short-message-service"
        "aliyun-short-message-auth-service"
        "tencent-short-message-service"
        "vonage-sms"
        "yunpian-sms"
        "smsbao-sms"
        "smsaero-short-message-service"
        "gatewayapi-sms"
        "whatsapp-short-message-service"
        "http-sms"
        "mock-short-message-service";
    others:
        "sdk"
        "doc-signatures"
}

impl File {
    /// Parses the file.
    pub(crate) fn parse(self) -> Value {
        serde_json::from_str(self.content).expect(self.name)
    }
}

/// Finds the file of a provider.
pub(crate) fn find_file(name: &str) -> File {
    FILES.into_iter().find(|file| file.name == name).expect(name)
}

/// Returns a text member; empty if there is none.
pub(crate) fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}
