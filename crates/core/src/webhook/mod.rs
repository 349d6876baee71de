//! The operator's webhook: what needs a human is sent to `EVENTS_URL`, signed by Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).
//!
//! [`monitor`] decides when a notice is due, [`notice`] is its body, [`delivery`] sends it. A notice is sent after the
//! response, best effort: it never delays or changes one.

pub mod delivery;
pub mod monitor;
pub mod notice;

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use http::header::{CONTENT_TYPE, USER_AGENT};
use sha2::Sha256;

use crate::error::Issue;
use crate::provider::{AllowedAddresses, check_url};
use crate::settings::{EVENTS_SECRET, EVENTS_URL};
use crate::time::Timestamp;

/// What a secret begins with.
const SECRET_PREFIX: &str = "whsec_";
/// How many bytes a secret may have.
const SECRET_LENGTHS: core::ops::RangeInclusive<usize> = 24..=64;
/// Base64 whose padding may be left out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Where notices are sent, and the keys that sign them. `Debug` shows nothing: a URL may hold a token.
#[derive(Clone)]
pub struct Webhook {
    url: String,
    keys: Vec<Hmac<Sha256>>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook(…)")
    }
}

impl Webhook {
    /// Parses `EVENTS_URL` and `EVENTS_SECRET`: an https URL of a public address (of any, also by http, if `allowed` says
    /// so) and one secret or, during a rotation, several, separated by white space. `None` if neither is set.
    ///
    /// # Errors
    /// The setting that is wrong, or missing beside the other.
    pub fn parse(
        url: Option<&str>,
        secrets: Option<&str>,
        allowed: AllowedAddresses,
    ) -> Result<Option<Self>, Issue> {
        let (url, secrets) = match (url, secrets) {
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(EVENTS_SECRET.issue("is required with EVENTS_URL")),
            (None, Some(_)) => return Err(EVENTS_URL.issue("is required with EVENTS_SECRET")),
            (Some(url), Some(secrets)) => (url, secrets),
        };
        check_url(url, allowed, &[]).map_err(|rule| EVENTS_URL.issue(rule))?;
        let keys: Option<Vec<_>> = secrets.split_whitespace().map(parse_secret).collect();
        let keys = keys.filter(|keys| !keys.is_empty()).ok_or_else(|| {
            EVENTS_SECRET
                .issue("must be whsec_ and 24 to 64 bytes in base64; several separated by white space")
        })?;
        Ok(Some(Self { url: url.to_owned(), keys }))
    }

    /// Builds the request of a notice. `id` is the same for each attempt, `now` is when this one is made.
    ///
    /// # Errors
    /// If `id` cannot be part of a header.
    fn build_request(&self, id: &str, now: Timestamp, body: &str) -> Result<Request<String>, http::Error> {
        let timestamp = now.unix_seconds().to_string();
        let sign = |key: &Hmac<Sha256>| {
            let mac = key.clone().chain_update(format!("{id}.{timestamp}.{body}"));
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        let signatures: Vec<_> = self.keys.iter().map(sign).collect();
        Request::post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("edge-otp/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", &timestamp)
            .header("webhook-signature", signatures.join(" "))
            .body(body.to_owned())
    }
}

fn parse_secret(text: &str) -> Option<Hmac<Sha256>> {
    let bytes = LENIENT.decode(text.strip_prefix(SECRET_PREFIX)?).ok()?;
    if !SECRET_LENGTHS.contains(&bytes.len()) {
        return None;
    }
    Hmac::new_from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const URL: &str = "https://hooks.example.com/edge-otp?x=1";
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn issue(url: Option<&str>, secret: Option<&str>) -> Option<String> {
        Webhook::parse(url, secret, AllowedAddresses::Public).err().map(|issue| issue.path)
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_needs_both_settings_or_none() {
        assert!(matches!(Webhook::parse(None, None, AllowedAddresses::Public), Ok(None)));
        assert!(matches!(Webhook::parse(Some(URL), Some(SECRET), AllowedAddresses::Public), Ok(Some(_))));
        assert_eq!(issue(Some(URL), None).as_deref(), Some("EVENTS_SECRET"));
        assert_eq!(issue(None, Some(SECRET)).as_deref(), Some("EVENTS_URL"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_refuses_local_addresses_unless_they_are_allowed() {
        for url in
            ["https://127.0.0.1/x", "http://localhost:8080/", "https://10.0.0.1", "https://printer.local"]
        {
            assert_eq!(issue(Some(url), Some(SECRET)).as_deref(), Some("EVENTS_URL"), "{url}");
            assert!(Webhook::parse(Some(url), Some(SECRET), AllowedAddresses::All).is_ok(), "{url}");
        }
        for url in ["", "hooks.example.com", "http://hooks.example.com", "https://user:pass@example.com"] {
            assert_eq!(issue(Some(url), Some(SECRET)).as_deref(), Some("EVENTS_URL"), "{url}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_takes_secrets_of_24_to_64_bytes() {
        let secret = |length: usize| format!("whsec_{}", STANDARD.encode(vec![7; length]));
        for length in [24, 25, 32, 64] {
            let text = secret(length);
            assert_eq!(issue(Some(URL), Some(&text)), None, "{length}");
            assert_eq!(issue(Some(URL), Some(text.trim_end_matches('='))), None, "{length}, unpadded");
        }
        let both = format!(" {}\n{} ", secret(24), secret(32));
        assert_eq!(issue(Some(URL), Some(&both)), None);
        let mixed = format!("{} x", secret(24));
        for text in [
            "",
            " ",
            "whsec_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_§",
            &secret(23),
            &secret(65),
            &mixed,
        ] {
            assert_eq!(issue(Some(URL), Some(text)).as_deref(), Some("EVENTS_SECRET"), "{text:?}");
        }
    }

    /// The example of the Standard Webhooks specification's libraries.
    #[wasm_bindgen_test(unsupported = test)]
    fn requests_are_signed_by_the_specification() {
        let webhook = Webhook::parse(Some(URL), Some(SECRET), AllowedAddresses::Public);
        let webhook = webhook.expect("valid").expect("set");
        let body = r#"{"test": 2432232314}"#;
        let now = Timestamp(1_614_265_330_000);
        let request = webhook.build_request("msg_p5jXN8AQM9LWM0D4loKWxJek", now, body).expect("a request");
        assert_eq!(request.uri(), URL);
        assert_eq!(request.body(), body);
        assert_eq!(request.headers()["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
        assert_eq!(request.headers()["webhook-timestamp"], "1614265330");
        assert_eq!(request.headers()["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn every_secret_signs_during_a_rotation() {
        let secrets = format!("{SECRET} whsec_{}", STANDARD.encode([7; 32]));
        let webhook = Webhook::parse(Some(URL), Some(&secrets), AllowedAddresses::Public);
        let webhook = webhook.expect("valid").expect("set");
        let request = webhook.build_request("msg_1", Timestamp(0), "{}").expect("a request");
        let signatures = request.headers()["webhook-signature"].to_str().expect("a text").split(' ');
        assert_eq!(signatures.clone().count(), 2);
        assert!(signatures.clone().all(|signature| signature.starts_with("v1,")));
        assert_eq!(format!("{webhook:?}"), "Webhook(…)");
    }
}
