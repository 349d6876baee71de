//! Everything that is derived from `OTP_SECRET`: one HKDF-SHA-256 label per purpose, so that no key serves two.
//! `OTP_SECRET_PREVIOUS` stays readable while a rotation runs.

use alloc::string::String;
use alloc::vec::Vec;

use hkdf::Hkdf;
use sha2::Sha256;

use crate::code::Code;
use crate::error::Result;
use crate::phone::PhoneNumber;
use crate::policy::wrong;
use crate::secret::Secret;
use crate::sign::{hex, hmac_sha256, same};
use crate::text::length;
use crate::usage::UsageType;

/// The keys of one root secret, each derived where it is used.
pub(crate) struct Ring {
    /// Names the root without telling anything of it: 8 hex digits, stored beside every MAC.
    pub(crate) id: String,
    root: Hkdf<Sha256>,
}

impl Ring {
    fn derive(root: &Secret) -> Self {
        let mut ring = Self { id: String::new(), root: Hkdf::new(None, root.expose().as_bytes()) };
        ring.id = hex(ring.key("id").get(..4).unwrap_or_default());
        ring
    }

    fn key(&self, label: &str) -> [u8; 32] {
        let mut key = [0; 32];
        // 32 bytes are within what HKDF gives, so expand does not fail; zeros would only fail to match.
        let _ = self.root.expand(["edge-otp/v1/", label].concat().as_bytes(), &mut key);
        key
    }

    /// Seals connector secrets at rest.
    pub(crate) fn seal_key(&self) -> [u8; 32] {
        self.key("seal")
    }

    /// The MAC of a code, over everything that it is bound to. Each part carries its length, so that no two
    /// different tuples give the same input.
    pub(crate) fn code_mac(&self, phone: &PhoneNumber, usage: UsageType, id: &str, code: &Code) -> String {
        hex(&hmac_sha256(&self.key("code"), &joined(&["otp", usage.name(), phone.e164(), id, code.as_str()])))
    }

    /// The name of a phone's guard object.
    pub(crate) fn guard_name(&self, phone: &PhoneNumber) -> String {
        hex(&hmac_sha256(&self.key("phone"), &joined(&["guard", phone.e164()])))
    }

    /// The name of the object that remembers an idempotency key.
    pub(crate) fn claim_name(&self, idempotency_key: &str) -> String {
        hex(&hmac_sha256(&self.key("phone"), &joined(&["idempotency", idempotency_key])))
    }

    /// The MAC of a request's meaning, to know the same body again without keeping it.
    pub(crate) fn body_mac(&self, parts: &[&str]) -> String {
        hex(&hmac_sha256(&self.key("body"), &joined(parts)))
    }

    /// Whether a presented key is one of ours. Compares MACs of fixed length, and all of them.
    pub(crate) fn knows(&self, keys: &[Secret], presented: &str) -> bool {
        let caller = self.key("caller");
        let mac = |key: &str| hmac_sha256(&caller, key.as_bytes());
        let presented = mac(presented);
        keys.iter().fold(false, |found, key| same(&mac(key.expose()), &presented) | found)
    }
}

/// Length-prefixed concatenation: a four-byte length before each part.
fn joined(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}

/// The current ring and, while a rotation runs, the one before.
pub(crate) struct Keys {
    pub(crate) current: Ring,
    pub(crate) previous: Option<Ring>,
}

impl Keys {
    /// Shortest root secret, in characters.
    pub(crate) const SECRET_LENGTH: usize = 32;

    /// Derives all keys.
    ///
    /// # Errors
    /// `config.invalid` naming the secret that is missing or shorter than 32 characters.
    pub(crate) fn derive(secret: Option<&Secret>, previous: Option<&Secret>) -> Result<Self> {
        let ring = |name: &str, secret: &Secret| {
            if length(secret.expose()) < Self::SECRET_LENGTH {
                return Err(wrong(name, "must have at least 32 characters"));
            }
            Ok(Ring::derive(secret))
        };
        let secret = secret.ok_or_else(|| wrong("OTP_SECRET", "is required"))?;
        Ok(Self {
            current: ring("OTP_SECRET", secret)?,
            previous: previous.map(|previous| ring("OTP_SECRET_PREVIOUS", previous)).transpose()?,
        })
    }

    /// The ring of a stored record, by its id.
    pub(crate) fn ring(&self, id: &str) -> Option<&Ring> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten().find(|ring| ring.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn keys(root: &str) -> Keys {
        Keys::derive(Some(&Secret::new(root)), None).expect("long enough")
    }

    fn phone(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).expect(text)
    }

    #[test]
    fn purposes_do_not_share_keys() {
        let ring = keys("0123456789abcdef0123456789abcdef").current;
        let all = ["code", "phone", "caller", "body", "seal", "id"].map(|label| ring.key(label));
        for (i, a) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|b| a != b));
        }
    }

    /// Records and object names of deployed Workers hang on these values.
    #[test]
    fn derived_values_are_pinned() {
        let ring = keys("0123456789abcdef0123456789abcdef").current;
        let phone = phone("+14155550123");
        let code = Code::parse("123456").expect("digits");
        assert_eq!(ring.id, "8f689978");
        assert_eq!(ring.guard_name(&phone).len(), 64);
        assert_ne!(ring.guard_name(&phone), ring.claim_name("+14155550123"));
        assert_eq!(
            ring.code_mac(&phone, UsageType::SignIn, "id", &code),
            "f4fa5722609abf5d1547f2f62520c38cd0696b6705935aa758bb701066d3052c"
        );
    }

    #[test]
    fn neighbouring_parts_cannot_be_confused() {
        assert_ne!(joined(&["ab", "c"]), joined(&["a", "bc"]));
        assert_ne!(joined(&["", "a"]), joined(&["a", ""]));
    }

    #[test]
    fn a_key_is_known_whole_or_not_at_all() {
        let ring = keys("0123456789abcdef0123456789abcdef").current;
        let ours = [Secret::new("first-key"), Secret::new("second-key")];
        assert!(ring.knows(&ours, "first-key") && ring.knows(&ours, "second-key"));
        for other in ["", "first-ke", "first-key ", "first-keysecond-key"] {
            assert!(!ring.knows(&ours, other), "{other:?}");
        }
        assert!(!ring.knows(&[], ""));
        assert!(!ring.knows(&ours, &"x".repeat(1_000_000)));
    }

    #[test]
    fn short_secrets_are_named() {
        let long = Secret::new("0123456789abcdef0123456789abcdef");
        let short = Secret::new("0123456789abcdef0123456789abcde");
        for (secret, previous, name) in [
            (None, None, "OTP_SECRET"),
            (Some(&short), None, "OTP_SECRET"),
            (Some(&long), Some(&short), "OTP_SECRET_PREVIOUS"),
        ] {
            match Keys::derive(secret, previous) {
                Err(crate::error::Error::Settings(issues)) => assert_eq!(issues[0].path, name),
                _ => panic!("{name} passed"),
            }
        }
    }
}
