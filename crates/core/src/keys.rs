//! The keys derived from `OTP_SECRET`: one HKDF-SHA-256 label per purpose, so that no key serves two. The keys of
//! `OTP_SECRET_PREVIOUS` stay readable while a rotation runs.

use aes_gcm::{Aes256Gcm, KeyInit as _};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::code::Code;
use crate::error::Issue;
use crate::phone::PhoneNumber;
use crate::secret::Secret;
use crate::usage_type::UsageType;

type HmacSha256 = Hmac<Sha256>;

/// The length of a MAC in bytes.
pub const MAC_LENGTH: usize = 32;

/// The length of a phone number's id in events, in hex digits.
const PHONE_ID_LENGTH: usize = 32;

/// The keys of one root secret.
#[derive(Clone)]
pub struct KeySet {
    /// Identifies the root secret without revealing anything of it: 8 hex digits, stored beside every MAC.
    pub id: String,
    code: HmacSha256,
    phone: HmacSha256,
    event: HmacSha256,
    request: HmacSha256,
    caller: HmacSha256,
    pub(crate) seal: Aes256Gcm,
}

impl core::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "KeySet({})", self.id)
    }
}

impl KeySet {
    /// Derives all keys of a root secret; `None` does not occur, for every length asked of HKDF and HMAC is allowed.
    fn derive(root: &Secret) -> Option<Self> {
        let root = Hkdf::<Sha256>::new(None, root.expose().as_bytes());
        let mac = |label| HmacSha256::new_from_slice(&derive_key(&root, label)?).ok();
        Some(Self {
            id: hex::encode(derive_key(&root, "id")?.get(..4)?),
            code: mac("code")?,
            phone: mac("phone")?,
            event: mac("event")?,
            request: mac("body")?,
            caller: mac("caller")?,
            seal: Aes256Gcm::new_from_slice(&derive_key(&root, "seal")?).ok()?,
        })
    }

    /// Computes the MAC of a code over everything that the code is bound to.
    pub(crate) fn code_mac(
        &self,
        phone: &PhoneNumber,
        usage_type: UsageType,
        id: &str,
        code: &Code,
    ) -> HmacSha256 {
        mac_parts(&self.code, &["otp", usage_type.as_str(), phone.e164(), id, code.as_str()])
    }

    /// Returns the name of the guard object of a phone number: 64 hex digits.
    pub fn guard_object_name(&self, phone: &PhoneNumber) -> String {
        hex_mac(mac_parts(&self.phone, &["guard", phone.e164()]))
    }

    /// Returns the id of a phone number in events: 32 hex digits. It has a key of its own, so that whoever reads the log
    /// learns no object's name.
    pub fn phone_id(&self, phone: &PhoneNumber) -> String {
        let mut id = hex_mac(mac_parts(&self.event, &["phone", phone.e164()]));
        id.truncate(PHONE_ID_LENGTH);
        id
    }

    /// Returns the name of the guard object of a caller's idempotency key: 64 hex digits.
    pub fn idempotency_object_name(&self, key: IdempotencyKey<'_>) -> String {
        hex_mac(mac_parts(&self.phone, &["idempotency", key.scope, key.key]))
    }

    /// Returns the name of an object of counters: 64 hex digits. `parts` say what it counts.
    pub fn limit_object_name(&self, parts: &[&str]) -> String {
        let mut mac = mac_parts(&self.phone, &["limits"]);
        feed_parts(&mut mac, parts);
        hex_mac(mac)
    }

    /// Returns what stands for a number prefix inside its object: 16 hex digits.
    pub fn prefix_id(&self, prefix: &str) -> String {
        let mut id = hex_mac(mac_parts(&self.phone, &["prefix", prefix]));
        id.truncate(16);
        id
    }

    /// Returns the name of the guard object of a delivery: of a recipient with the code, or else the text, of another
    /// server. 64 hex digits; neither can be learnt from it.
    pub fn delivery_object_name(&self, phone: &PhoneNumber, content: DeliveryContent<'_>) -> String {
        let (kind, content) = content.parts();
        hex_mac(mac_parts(&self.phone, &["delivery", phone.e164(), kind, content]))
    }

    /// Computes the fingerprint of a request, which recognises the same request again without keeping it.
    pub fn request_fingerprint(&self, parts: &[&str]) -> String {
        hex_mac(mac_parts(&self.request, parts))
    }

    /// Computes the MAC under which callers' keys are compared.
    fn caller_mac(&self, key: &str) -> [u8; MAC_LENGTH] {
        self.caller.clone().chain_update(key.as_bytes()).finalize().into_bytes().into()
    }
}

fn derive_key(root: &Hkdf<Sha256>, label: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    root.expand(format!("edge-otp/v1/{label}").as_bytes(), &mut key).ok()?;
    Some(key)
}

/// Feeds each part with its length in four bytes before it, so that no two different lists of parts are the same input.
fn mac_parts(key: &HmacSha256, parts: &[&str]) -> HmacSha256 {
    // In place: each step of a chain of calls would copy the hash's state.
    let mut mac = key.clone();
    feed_parts(&mut mac, parts);
    mac
}

fn feed_parts(mac: &mut HmacSha256, parts: &[&str]) {
    for part in parts {
        mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
}

/// Finishes a MAC as lower-case hex.
pub(crate) fn hex_mac(mac: HmacSha256) -> String {
    let mut digits = [0; MAC_LENGTH * 2];
    // The lengths fit, and hex is ASCII. `hex::encode` would push one `char` after the other.
    let _ = hex::encode_to_slice(mac.finalize().into_bytes(), &mut digits);
    String::from_utf8_lossy(&digits).into_owned()
}

/// An `Idempotency-Key` and whose it is.
#[derive(Clone, Copy)]
pub struct IdempotencyKey<'a> {
    /// The API key of the caller, or a name of the way in: equal keys of two callers are two keys.
    pub scope: &'a str,
    /// 1 to 255 printable ASCII characters.
    pub key: &'a str,
}

/// What distinguishes the deliveries to one recipient.
#[derive(Clone, Copy)]
pub enum DeliveryContent<'a> {
    /// The code.
    Code(&'a Code),
    /// The text of a message whose code is not known.
    Text(&'a str),
}

impl<'a> DeliveryContent<'a> {
    /// Returns a name of the kind and the content.
    pub fn parts(self) -> (&'static str, &'a str) {
        match self {
            Self::Code(code) => ("code", code.as_str()),
            Self::Text(text) => ("text", text),
        }
    }
}

/// The keys that callers present, kept as MACs.
#[derive(Clone)]
pub struct CallerKeys(Vec<[u8; MAC_LENGTH]>);

impl core::fmt::Debug for CallerKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "CallerKeys({})", self.0.len())
    }
}

impl CallerKeys {
    /// Computes the MAC of each key.
    pub fn new(keys: &KeySet, callers: &[Secret]) -> Self {
        Self(callers.iter().map(|caller| keys.caller_mac(caller.expose())).collect())
    }

    /// Tells whether there is no key at all.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether a presented key is one of these. Compares MACs of fixed length, and all of them, in constant time.
    pub fn contains(&self, keys: &KeySet, presented: &str) -> bool {
        let presented = keys.caller_mac(presented);
        self.0.iter().fold(subtle::Choice::from(0), |found, known| found | known.ct_eq(&presented)).into()
    }
}

/// The shortest key of a caller, in characters.
const CALLER_KEY_LENGTH: usize = 16;

/// The keys of callers as the settings have them.
#[derive(Debug)]
pub struct CallerSettings {
    /// The keys for sending and verifying; one or more.
    pub api_keys: Vec<Secret>,
    /// The key for managing; without one nobody can.
    pub admin_key: Option<Secret>,
}

impl CallerSettings {
    /// Parses `API_KEYS` and `ADMIN_KEY`. White space and byte order marks around a key are not part of it.
    ///
    /// # Errors
    /// The setting whose key is missing, has fewer than 16 characters, or serves for both.
    pub fn parse(api_keys: &str, admin_key: Option<&str>) -> Result<Self, Issue> {
        let api_keys: Vec<Secret> = api_keys
            .split(|c: char| c == ',' || is_around_key(c))
            .filter(|key| !key.is_empty())
            .map(|key| parse_caller_key("API_KEYS", key))
            .collect::<Result<_, _>>()?;
        if api_keys.is_empty() {
            let message = "must hold one key or more, separated by commas or white space";
            return Err(Issue::new("API_KEYS", message));
        }
        let admin_key = admin_key
            .map(|key| parse_caller_key("ADMIN_KEY", key.trim_matches(is_around_key)))
            .transpose()?;
        let is_api_key = |key: &Secret| api_keys.iter().any(|other| other.expose() == key.expose());
        if admin_key.as_ref().is_some_and(is_api_key) {
            return Err(Issue::new("ADMIN_KEY", "must not be one of API_KEYS"));
        }
        Ok(Self { api_keys, admin_key })
    }
}

fn is_around_key(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

fn parse_caller_key(name: &str, key: &str) -> Result<Secret, Issue> {
    if key.chars().count() < CALLER_KEY_LENGTH {
        return Err(Issue::new(
            name,
            format!("must have at least {CALLER_KEY_LENGTH} characters in each key"),
        ));
    }
    Ok(Secret::new(key))
}

/// The current keys and, while a rotation runs, the previous ones.
#[derive(Clone, Debug)]
pub struct KeyRing {
    /// The keys of `OTP_SECRET`.
    pub current: KeySet,
    /// The keys of `OTP_SECRET_PREVIOUS`.
    pub previous: Option<KeySet>,
}

impl KeyRing {
    /// The shortest root secret, in characters.
    pub const SECRET_LENGTH: usize = 32;

    /// Derives all keys.
    ///
    /// # Errors
    /// The name of the secret that is missing, shorter than 32 characters, or the other one once more.
    pub fn derive(secret: Option<&Secret>, previous: Option<&Secret>) -> Result<Self, Issue> {
        let derive = |name: &str, secret: &Secret| {
            Some(secret)
                .filter(|secret| secret.expose().chars().count() >= Self::SECRET_LENGTH)
                .and_then(KeySet::derive)
                .ok_or_else(|| Issue::new(name, "must have at least 32 characters"))
        };
        let secret = secret.ok_or_else(|| Issue::new("OTP_SECRET", "is required"))?;
        if previous.is_some_and(|previous| previous.expose() == secret.expose()) {
            return Err(Issue::new("OTP_SECRET_PREVIOUS", "must differ from OTP_SECRET"));
        }
        Ok(Self {
            current: derive("OTP_SECRET", secret)?,
            previous: previous.map(|previous| derive("OTP_SECRET_PREVIOUS", previous)).transpose()?,
        })
    }

    /// Finds the keys of a stored record by their id.
    pub fn find(&self, id: &str) -> Option<&KeySet> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten().find(|keys| keys.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn keys(root: &str) -> KeySet {
        KeyRing::derive(Some(&Secret::new(root)), None).expect("long enough").current
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn each_purpose_has_its_own_key() {
        let root = Hkdf::<Sha256>::new(None, b"0123456789abcdef0123456789abcdef");
        let all =
            ["code", "phone", "event", "caller", "body", "seal", "id"].map(|label| derive_key(&root, label));
        assert!(all.iter().all(Option::is_some));
        assert_eq!(BTreeSet::from(all).len(), all.len());
    }

    /// Records and object names of deployed Workers depend on these values.
    #[wasm_bindgen_test(unsupported = test)]
    fn derived_values_are_pinned() {
        let keys = keys("0123456789abcdef0123456789abcdef");
        let phone = PhoneNumber::parse("+14155550123").expect("valid");
        let code = Code::parse("123456").expect("digits");
        assert_eq!(keys.id, "8f689978");
        assert_eq!(keys.guard_object_name(&phone).len(), 64);
        assert_eq!(keys.phone_id(&phone), "d753a3927ef6e32cfc283d8b3e6ca9e4");
        assert_ne!(
            keys.guard_object_name(&phone),
            keys.idempotency_object_name(IdempotencyKey { scope: "", key: "+14155550123" })
        );
        assert_eq!(
            hex_mac(keys.code_mac(&phone, UsageType::SignIn, "id", &code)),
            "f4fa5722609abf5d1547f2f62520c38cd0696b6705935aa758bb701066d3052c"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn names_of_objects_differ_by_purpose_content_and_secret() {
        let phones = ["+14155550123", "+14155550124"].map(|e164| PhoneNumber::parse(e164).expect("valid"));
        let code = Code::parse("123456").expect("digits");
        let names_under = |keys: &KeySet| {
            let limits = [&["ip", "a"][..], &["ip", "b"], &["ipa"], &["US", "0"]];
            let idempotency = [("a", "b"), ("ab", ""), ("a", "c")];
            let contents =
                [DeliveryContent::Code(&code), DeliveryContent::Text("123456"), DeliveryContent::Text("")];
            let deliveries = phones.iter().flat_map(|phone| contents.map(|content| (phone, content)));
            let mut names: Vec<String> = limits.map(|parts| keys.limit_object_name(parts)).into();
            names.extend(
                idempotency.map(|(scope, key)| keys.idempotency_object_name(IdempotencyKey { scope, key })),
            );
            names.extend(deliveries.map(|(phone, content)| keys.delivery_object_name(phone, content)));
            names.extend(phones.each_ref().map(|phone| keys.guard_object_name(phone)));
            names.extend(["+1415555", "+1415556"].map(|prefix| keys.prefix_id(prefix)));
            names
        };
        let names = ["0123456789abcdef0123456789abcdef", "another secret of thirty-two chars"]
            .map(|root| names_under(&keys(root)))
            .concat();
        assert_eq!(names.iter().filter(|name| name.len() == 64).count(), 2 * 15);
        assert_eq!(names.iter().filter(|name| name.len() == 16).count(), 2 * 2);
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
    }

    /// A MAC that is cut short is valid for Wycheproof and never for us.
    #[wasm_bindgen_test(unsupported = test)]
    fn codes_are_compared_as_the_vectors_of_wycheproof_want() {
        for vector in crate::wycheproof::vectors("hmacSha256") {
            let [key, message, tag] = &*vector.values else { panic!("three values") };
            let mac = HmacSha256::new_from_slice(key).expect("any length").chain_update(message);
            let is_whole = tag.len() == MAC_LENGTH;
            assert_eq!(mac.verify_slice(tag).is_ok(), vector.is_valid && is_whole, "{}", vector.id);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn neighbouring_parts_of_a_mac_cannot_be_confused() {
        let keys = keys("0123456789abcdef0123456789abcdef");
        assert_ne!(keys.request_fingerprint(&["ab", "c"]), keys.request_fingerprint(&["a", "bc"]));
        assert_ne!(keys.request_fingerprint(&["", "a"]), keys.request_fingerprint(&["a", ""]));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn caller_keys_match_as_a_whole_only() {
        let keys = keys("0123456789abcdef0123456789abcdef");
        let known = CallerKeys::new(&keys, &[Secret::new("first-key"), Secret::new("second-key")]);
        assert!(known.contains(&keys, "first-key") && known.contains(&keys, "second-key"));
        for other in ["", "first-ke", "first-key ", "first-keysecond-key"] {
            assert!(!known.contains(&keys, other), "{other:?}");
        }
        let twice = CallerKeys::new(&keys, &[Secret::new("first-key"), Secret::new("first-key")]);
        assert!(twice.contains(&keys, "first-key"), "a key that is listed twice");
        let none = CallerKeys::new(&keys, &[]);
        assert!(none.is_empty() && !none.contains(&keys, "") && !known.is_empty());
        assert!(!known.contains(&keys, &"x".repeat(1_000_000)));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn short_and_equal_secrets_are_refused_by_name() {
        let long = Secret::new("0123456789abcdef0123456789abcdef");
        let short = Secret::new("0123456789abcdef0123456789abcde");
        for (secret, previous, name) in [
            (None, None, "OTP_SECRET"),
            (Some(&short), None, "OTP_SECRET"),
            (Some(&long), Some(&short), "OTP_SECRET_PREVIOUS"),
            (Some(&long), Some(&long), "OTP_SECRET_PREVIOUS"),
        ] {
            assert_eq!(KeyRing::derive(secret, previous).expect_err(name).path, name);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn debug_shows_no_key() {
        let ring = KeyRing::derive(Some(&Secret::new("0123456789abcdef0123456789abcdef")), None);
        let text = format!("{:?}", ring.expect("long enough"));
        assert_eq!(text, "KeyRing { current: KeySet(8f689978), previous: None }");
        let keys = keys("0123456789abcdef0123456789abcdef");
        let callers = CallerKeys::new(&keys, &[Secret::new("first-key"), Secret::new("second-key")]);
        assert_eq!(format!("{callers:?}"), "CallerKeys(2)");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn caller_settings_hold_keys_without_what_is_around_them() {
        let (one, two) = ("key-one-01234567", "key-two-01234567");
        let admin = "admin-key-012345";
        for text in
            [format!("{one},{two}"), format!("\u{feff}{one}\r\n"), format!(" {one} ,\n\t{two},\u{feff}\n")]
        {
            let callers =
                CallerSettings::parse(&text, Some(&format!("\u{feff} {admin}\r\n"))).expect("valid");
            assert_eq!(callers.api_keys.len(), text.matches("key-").count());
            assert_eq!(callers.api_keys[0].expose(), one);
            assert_eq!(callers.admin_key.as_ref().map(Secret::expose), Some(admin));
        }
        assert!(CallerSettings::parse(one, None).expect("valid").admin_key.is_none());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn caller_settings_name_the_setting_that_is_wrong() {
        let long = "key-one-01234567";
        for (api_keys, admin_key, name) in [
            ("", None, "API_KEYS"),
            (" ,\u{feff},\n", None, "API_KEYS"),
            ("key-one-0123456", None, "API_KEYS"),
            ("key-one-01234567,short", None, "API_KEYS"),
            ("key-one-01234567", Some(""), "ADMIN_KEY"),
            ("key-one-01234567", Some("admin-key-01234"), "ADMIN_KEY"),
            ("key-one-01234567", Some("admin-key-01234 \u{feff}\n"), "ADMIN_KEY"),
            ("key-two-01234567,key-one-01234567", Some(long), "ADMIN_KEY"),
            ("key-two-01234567\nkey-one-01234567\n", Some("key-one-01234567\n"), "ADMIN_KEY"),
        ] {
            let issue = CallerSettings::parse(api_keys, admin_key).expect_err(name);
            assert_eq!(issue.path, name, "{api_keys:?} {admin_key:?}");
            assert!(!issue.message.contains("key-"), "no value");
        }
    }
}
