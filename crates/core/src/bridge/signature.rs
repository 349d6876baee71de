//! Signatures of auth servers: HMAC-SHA-256 over the raw body. Each signature is compared with the MAC under each secret in
//! constant time; several of both may be there while a secret is rotated.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use super::SigningSecrets;
use crate::time::{Seconds, Timestamp};

type HmacSha256 = Hmac<Sha256>;

/// How far the time of a signature may be from the clock, in both directions.
pub const TOLERANCE: Seconds = Seconds(300);
/// How many signatures of a request are looked at.
const MAX_SIGNATURES: usize = 16;
/// The longest id of a message that is accepted, in bytes.
const MAX_ID: usize = 256;

/// How an auth server signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureScheme {
    /// Standard Webhooks (<https://www.standardwebhooks.com>): `<prefix>-id`, `<prefix>-timestamp` and
    /// `<prefix>-signature`, a list of `v1,<base64>`, divided by spaces; Supabase writes a comma before each space.
    StandardWebhooks {
        /// `webhook`, or `svix` for senders that use Svix.
        prefix: &'static str,
    },
    /// One header with `t=<seconds>,v1=<hex>`, with several `v1` in a rotation.
    Timestamped {
        /// The header.
        header: &'static str,
    },
    /// One header with the MAC of the body in hex. It has no time, so it never becomes stale.
    BodyMac {
        /// The header.
        header: &'static str,
    },
}

/// No signature of the request is one of its body, or its time is not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid signature")]
pub struct InvalidSignature;

impl SignatureScheme {
    /// Verifies a request; `header` returns its headers by their names in lower case.
    ///
    /// # Errors
    /// If no signature is right, or its time is more than 300 s from `now`.
    pub fn verify(
        self,
        secrets: &SigningSecrets,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), InvalidSignature> {
        let signed = self.read(header, now).ok_or(InvalidSignature)?;
        let mut found = Choice::from(0);
        for secret in secrets.iter() {
            let mut mac = HmacSha256::new_from_slice(secret).map_err(|_| InvalidSignature)?;
            mac.update(signed.prefix.as_bytes());
            mac.update(body);
            let expected = mac.finalize().into_bytes();
            for signature in &signed.signatures {
                found |= expected.as_slice().ct_eq(signature);
            }
        }
        if bool::from(found) { Ok(()) } else { Err(InvalidSignature) }
    }

    /// Signs a body as the auth server does; returns the headers. `id` is for schemes that have one.
    pub fn sign(self, secret: &[u8], id: &str, body: &[u8], now: Timestamp) -> Vec<(String, String)> {
        let seconds = now.unix_seconds();
        let prefix = match self {
            Self::StandardWebhooks { .. } => format!("{id}.{seconds}."),
            Self::Timestamped { .. } => format!("{seconds}."),
            Self::BodyMac { .. } => String::new(),
        };
        // HMAC accepts keys of every length.
        let Ok(mac) = HmacSha256::new_from_slice(secret) else { return Vec::new() };
        let mac = mac.chain_update(prefix).chain_update(body).finalize().into_bytes();
        match self {
            Self::StandardWebhooks { prefix } => vec![
                (format!("{prefix}-id"), id.to_owned()),
                (format!("{prefix}-timestamp"), seconds.to_string()),
                (format!("{prefix}-signature"), format!("v1,{}", STANDARD.encode(mac))),
            ],
            Self::Timestamped { header } => {
                vec![(header.to_owned(), format!("t={seconds},v1={}", hex::encode(mac)))]
            }
            Self::BodyMac { header } => vec![(header.to_owned(), hex::encode(mac))],
        }
    }

    /// Reads what is signed beside the body, and the signatures; `None` if something is missing or the time is not now.
    fn read(self, header: &dyn Fn(&str) -> Option<String>, now: Timestamp) -> Option<Signed> {
        match self {
            Self::StandardWebhooks { prefix } => {
                let id = header(&format!("{prefix}-id")).filter(|id| (1..=MAX_ID).contains(&id.len()))?;
                let time = header(&format!("{prefix}-timestamp"))?;
                check_time(&time, now)?;
                let list = header(&format!("{prefix}-signature"))?;
                let signatures = list
                    .split_ascii_whitespace()
                    .filter_map(|item| item.trim_end_matches(',').strip_prefix("v1,"))
                    .filter_map(|text| STANDARD.decode(text).ok());
                Signed::new(format!("{id}.{time}."), signatures)
            }
            Self::Timestamped { header: name } => {
                let text = header(name)?;
                let items = || text.split(',').map(str::trim);
                let mut times = items().filter_map(|item| item.strip_prefix("t="));
                let (Some(time), None) = (times.next(), times.next()) else { return None };
                check_time(time, now)?;
                let signatures = items()
                    .filter_map(|item| item.strip_prefix("v1="))
                    .filter_map(|text| hex::decode(text).ok());
                Signed::new(format!("{time}."), signatures)
            }
            Self::BodyMac { header: name } => {
                let signature = hex::decode(header(name)?.trim()).ok();
                Signed::new(String::new(), signature.into_iter())
            }
        }
    }
}

/// What a request says is signed.
struct Signed {
    /// What precedes the body.
    prefix: String,
    signatures: Vec<Vec<u8>>,
}

impl Signed {
    fn new(prefix: String, signatures: impl Iterator<Item = Vec<u8>>) -> Option<Self> {
        let signatures: Vec<_> = signatures.take(MAX_SIGNATURES).collect();
        (!signatures.is_empty()).then_some(Self { prefix, signatures })
    }
}

/// Accepts whole seconds, in digits, within the tolerance.
fn check_time(text: &str, now: Timestamp) -> Option<()> {
    let is_plain = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: u64 = if is_plain { text.parse().ok()? } else { return None };
    (seconds.abs_diff(now.unix_seconds()) <= u64::from(TOLERANCE.0)).then_some(())
}
