//! The secrets with which auth servers sign, one setting per dialect. Several stand in one setting while one is rotated.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{BridgeDialect, DIALECTS, Proof, SignatureScheme};
use crate::error::Issue;
use crate::settings::SettingSpec;

/// The shortest secret, in bytes.
const MIN_LENGTH: usize = 8;
/// How many secrets one setting may hold.
const MAX_SECRETS: usize = 4;

/// The keys of the MACs of one auth server; at least one.
#[derive(Clone)]
pub struct SigningSecrets(Vec<Vec<u8>>);

impl core::fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SigningSecrets({})", self.0.len())
    }
}

impl SigningSecrets {
    /// Parses secrets that are separated by white space.
    ///
    /// # Errors
    /// An issue that names the setting: there is none or too many, or one is not in the scheme's form.
    pub fn parse(setting: &SettingSpec, scheme: SignatureScheme, text: &str) -> Result<Self, Issue> {
        let secrets: Option<Vec<_>> =
            text.split_whitespace().map(|secret| parse_secret(scheme, secret)).collect();
        match secrets {
            Some(secrets) if (1..=MAX_SECRETS).contains(&secrets.len()) => Ok(Self(secrets)),
            _ => Err(setting.issue(match scheme {
                SignatureScheme::StandardWebhooks { .. } => {
                    "must be 1 to 4 secrets of the form whsec_<base64>, separated by white space"
                }
                _ => "must be 1 to 4 secrets of at least 8 characters, separated by white space",
            })),
        }
    }

    /// Yields the keys.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}

/// A secret of Standard Webhooks is base64 after `whsec_`; Supabase writes `v1,` before that.
fn parse_secret(scheme: SignatureScheme, text: &str) -> Option<Vec<u8>> {
    let secret = match scheme {
        SignatureScheme::StandardWebhooks { .. } => {
            let encoded = text.strip_prefix("v1,").unwrap_or(text).strip_prefix("whsec_")?;
            STANDARD.decode(encoded).or_else(|_| STANDARD_NO_PAD.decode(encoded)).ok()?
        }
        SignatureScheme::Timestamped { .. } | SignatureScheme::BodyMac { .. } => text.as_bytes().to_vec(),
    };
    (secret.len() >= MIN_LENGTH).then_some(secret)
}

/// The secrets of a deployment.
#[derive(Clone, Debug, Default)]
pub struct BridgeSecrets(Vec<(&'static str, SigningSecrets)>);

impl BridgeSecrets {
    /// Reads the settings through `var`, which returns a setting's text, or `None` where it is not set.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn parse(var: impl Fn(&str) -> Option<String>) -> Result<Self, Issue> {
        let mut found = Vec::new();
        for dialect in DIALECTS {
            let Proof::Signature { setting, scheme } = dialect.proof() else { continue };
            if let Some(text) = var(setting.name) {
                found.push((dialect.id(), SigningSecrets::parse(setting, scheme, &text)?));
            }
        }
        Ok(Self(found))
    }

    /// Returns the secrets of a dialect that signs, if they are set.
    pub fn of(&self, dialect: &dyn BridgeDialect) -> Option<&SigningSecrets> {
        self.0.iter().find(|(id, _)| *id == dialect.id()).map(|(_, secrets)| secrets)
    }

    /// Tells whether a dialect can be used: its secrets are set, or it takes an API key.
    pub fn enables(&self, dialect: &dyn BridgeDialect) -> bool {
        matches!(dialect.proof(), Proof::ApiKey) || self.of(dialect).is_some()
    }
}
