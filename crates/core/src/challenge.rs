//! What KV holds of a code: enough to recognise it, nothing from which it or the phone number could be learnt.

use hmac::Mac;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::keys::{KeyRing, KeySet, hex_mac};
use crate::phone::PhoneNumber;
use crate::time::{CODE_LIFETIME, Timestamp};
use crate::usage_type::UsageType;

/// The record under [`challenge_key`]. A test pins its stored form: records of the version before must stay readable
/// while a deployment rolls out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredChallenge {
    /// The version of this form.
    v: u32,
    /// The [`KeySet::id`] of the root secret behind the MAC.
    kid: String,
    usage: UsageType,
    /// The first moment at which the code is too old.
    exp: Timestamp,
    /// HMAC-SHA-256 in hex.
    mac: String,
}

/// What a code is bound to beside its digits.
#[derive(Clone, Copy)]
pub struct ChallengeBinding<'a> {
    /// The recipient.
    pub phone: &'a PhoneNumber,
    /// What the code is for.
    pub usage_type: UsageType,
    /// The verification id.
    pub id: &'a str,
}

/// The result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The code is right.
    Match,
    /// The code is wrong.
    Mismatch,
    /// The code is 600 s old or older.
    Expired,
    /// The record belongs to another binding or to a key that is no longer known: it can be neither right nor wrong.
    UnknownKey,
}

/// Returns the KV key of a code's record.
pub fn challenge_key(id: &str) -> String {
    format!("code:{id}")
}

impl StoredChallenge {
    const VERSION: u32 = 1;

    /// Creates the record of a fresh code.
    pub fn new(keys: &KeySet, binding: ChallengeBinding<'_>, code: &Code, now: Timestamp) -> Self {
        Self {
            v: Self::VERSION,
            kid: keys.id.clone(),
            usage: binding.usage_type,
            exp: now.plus(CODE_LIFETIME),
            mac: hex_mac(keys.code_mac(binding.phone, binding.usage_type, binding.id, code)),
        }
    }

    /// Parses a stored record; `None` if it is not one of this version.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|record| record.v == Self::VERSION)
    }

    /// Formats the record as it is stored.
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Compares a presented code in constant time.
    pub fn compare(
        &self,
        keys: &KeyRing,
        binding: ChallengeBinding<'_>,
        code: &Code,
        now: Timestamp,
    ) -> Verdict {
        let Some(keys) = keys.find(&self.kid).filter(|_| self.usage == binding.usage_type) else {
            return Verdict::UnknownKey;
        };
        if now >= self.exp {
            return Verdict::Expired;
        }
        let Ok(stored) = hex::decode(&self.mac) else { return Verdict::UnknownKey };
        let presented = keys.code_mac(binding.phone, binding.usage_type, binding.id, code);
        if presented.verify_slice(&stored).is_ok() { Verdict::Match } else { Verdict::Mismatch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use wasm_bindgen_test::wasm_bindgen_test;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn keys(current: &str, previous: Option<&str>) -> KeyRing {
        let previous = previous.map(Secret::new);
        KeyRing::derive(Some(&Secret::new(current)), previous.as_ref()).expect("long enough")
    }

    fn code(text: &str) -> Code {
        Code::parse(text).expect("digits")
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn compare_matches_phone_usage_type_and_id_for_ten_minutes() {
        let keys = keys("0123456789abcdef0123456789abcdef", None);
        let phone = PhoneNumber::parse("+14155550123").expect("valid");
        let other = PhoneNumber::parse("+14155550124").expect("valid");
        let binding = ChallengeBinding { phone: &phone, usage_type: UsageType::SignIn, id: "a" };
        let record = StoredChallenge::new(&keys.current, binding, &code("123456"), NOW);
        let compare = |binding, typed: &str, at| record.compare(&keys, binding, &code(typed), at);

        assert_eq!(compare(binding, "123456", NOW), Verdict::Match);
        assert_eq!(compare(binding, "123456", Timestamp(NOW.0 + 599_999)), Verdict::Match);
        assert_eq!(compare(binding, "123456", Timestamp(NOW.0 + 600_000)), Verdict::Expired);
        assert_eq!(compare(binding, "123457", NOW), Verdict::Mismatch);
        assert_eq!(compare(binding, "12345", NOW), Verdict::Mismatch);
        assert_eq!(compare(ChallengeBinding { phone: &other, ..binding }, "123456", NOW), Verdict::Mismatch);
        assert_eq!(compare(ChallengeBinding { id: "b", ..binding }, "123456", NOW), Verdict::Mismatch);
        let register = ChallengeBinding { usage_type: UsageType::Register, ..binding };
        assert_eq!(compare(register, "123456", NOW), Verdict::UnknownKey);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn compare_reads_records_of_the_previous_secret() {
        let (old, new) = ("old-0123456789abcdef0123456789ab", "new-0123456789abcdef0123456789ab");
        let phone = PhoneNumber::parse("+14155550123").expect("valid");
        let binding = ChallengeBinding { phone: &phone, usage_type: UsageType::SignIn, id: "a" };
        let record = StoredChallenge::new(&keys(old, None).current, binding, &code("123456"), NOW);
        let compare = |keys: &KeyRing| record.compare(keys, binding, &code("123456"), NOW);
        assert_eq!(compare(&keys(new, Some(old))), Verdict::Match);
        assert_eq!(compare(&keys(new, None)), Verdict::UnknownKey);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn compare_matches_no_mac_of_another_length() {
        let keys = keys("0123456789abcdef0123456789abcdef", None);
        let phone = PhoneNumber::parse("+14155550123").expect("valid");
        let binding = ChallengeBinding { phone: &phone, usage_type: UsageType::SignIn, id: "a" };
        let record = StoredChallenge::new(&keys.current, binding, &code("123456"), NOW);
        for mac in ["", "00", &record.mac[..62], "zz"] {
            let broken = StoredChallenge { mac: mac.to_owned(), ..record.clone() };
            assert_ne!(broken.compare(&keys, binding, &code("123456"), NOW), Verdict::Match, "{mac:?}");
        }
    }
}
