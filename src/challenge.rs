//! What KV holds of a code: enough to recognise it, nothing to learn it or the phone from.

use alloc::string::String;

use crate::code::Code;
use crate::keys::{Keys, Ring};
use crate::phone::PhoneNumber;
use crate::record::{Record, record};
use crate::sign::same;
use crate::time::{CODE_LIFETIME, Timestamp};
use crate::usage::UsageType;

/// The record under `code:<id>`. Its stored form is pinned by a test: records of the version before must stay
/// readable while a deployment rolls out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// Version of this form.
    v: u32,
    /// Which root secret the MAC hangs on.
    kid: String,
    usage: UsageType,
    /// The first moment at which the code is too old.
    exp: Timestamp,
    mac: String,
}

record!(Challenge { v = "v", kid = "kid", usage = "usage", exp = "exp", mac = "mac" });

/// What a code is bound to beside its digits.
#[derive(Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) phone: &'a PhoneNumber,
    pub(crate) usage: UsageType,
    /// The verification id.
    pub(crate) id: &'a str,
}

/// What a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Match,
    Mismatch,
    Expired,
    /// The record belongs to another binding or to a key we no longer have: nothing can be said, so nothing passes.
    Unreadable,
}

impl Challenge {
    const VERSION: u32 = 1;

    /// The record of a fresh code.
    pub(crate) fn issue(ring: &Ring, to: Binding<'_>, code: &Code, now: Timestamp) -> Self {
        Self {
            v: Self::VERSION,
            kid: ring.id.clone(),
            usage: to.usage,
            exp: now.plus(CODE_LIFETIME),
            mac: ring.code_mac(to.phone, to.usage, to.id, code),
        }
    }

    /// Reads a stored record; None if it is not one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::from_json(text).filter(|record| record.v == Self::VERSION)
    }

    /// Compares a presented code.
    pub(crate) fn check(&self, keys: &Keys, to: Binding<'_>, code: &Code, now: Timestamp) -> Verdict {
        let Some(ring) = keys.ring(&self.kid).filter(|_| self.usage == to.usage) else {
            return Verdict::Unreadable;
        };
        if now >= self.exp {
            return Verdict::Expired;
        }
        let presented = ring.code_mac(to.phone, to.usage, to.id, code);
        if same(presented.as_bytes(), self.mac.as_bytes()) { Verdict::Match } else { Verdict::Mismatch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn keys(current: &str, previous: Option<&str>) -> Keys {
        let previous = previous.map(Secret::new);
        Keys::derive(Some(&Secret::new(current)), previous.as_ref()).expect("long enough")
    }

    fn code(text: &str) -> Code {
        Code::parse(text).expect("digits")
    }

    #[test]
    fn a_code_is_bound_to_phone_usage_and_id_for_ten_minutes() {
        let keys = keys("0123456789abcdef0123456789abcdef", None);
        let phone = PhoneNumber::parse("+14155550123").expect("valid");
        let other = PhoneNumber::parse("+14155550124").expect("valid");
        let to = Binding { phone: &phone, usage: UsageType::SignIn, id: "a" };
        let record = Challenge::issue(&keys.current, to, &code("123456"), NOW);
        let check = |to, typed: &str, at| record.check(&keys, to, &code(typed), at);

        assert_eq!(check(to, "123456", NOW), Verdict::Match);
        assert_eq!(check(to, "123456", Timestamp(NOW.0 + 599_999)), Verdict::Match);
        assert_eq!(check(to, "123456", Timestamp(NOW.0 + 600_000)), Verdict::Expired);
        assert_eq!(check(to, "123457", NOW), Verdict::Mismatch);
        assert_eq!(check(to, "12345", NOW), Verdict::Mismatch);
        assert_eq!(check(Binding { phone: &other, ..to }, "123456", NOW), Verdict::Mismatch);
        assert_eq!(check(Binding { id: "b", ..to }, "123456", NOW), Verdict::Mismatch);
        let register = Binding { usage: UsageType::Register, ..to };
        assert_eq!(check(register, "123456", NOW), Verdict::Unreadable);
    }

    #[test]
    fn a_rotated_secret_still_reads_what_it_wrote() {
        let (old, new) = ("old-0123456789abcdef0123456789ab", "new-0123456789abcdef0123456789ab");
        let phone = PhoneNumber::parse("+14155550123").expect("valid");
        let to = Binding { phone: &phone, usage: UsageType::SignIn, id: "a" };
        let record = Challenge::issue(&keys(old, None).current, to, &code("123456"), NOW);
        let check = |keys: Keys| record.check(&keys, to, &code("123456"), NOW);
        assert_eq!(check(keys(new, Some(old))), Verdict::Match);
        assert_eq!(check(keys(new, None)), Verdict::Unreadable);
    }
}
