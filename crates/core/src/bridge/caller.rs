//! Who calls: the API key where an auth server can set a header, and the id of the call in its own log.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest id of a caller that is logged, in characters.
const MAX_ID: usize = 128;

/// Returns the key in an `Authorization` header: a Bearer token (RFC 6750), the password of Basic credentials (RFC 7617),
/// or their user name if the password is empty, or the whole header where an auth server has a field for the key alone.
pub fn caller_key(authorization: &str) -> Option<Cow<'_, str>> {
    let key = match authorization.trim().split_once(' ') {
        None => Cow::Borrowed(authorization.trim()),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Cow::Borrowed(token.trim()),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("basic") => {
            let credentials = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
            let (user, password) = credentials.split_once(':')?;
            Cow::Owned(if password.is_empty() { user } else { password }.to_owned())
        }
        Some(_) => return None,
    };
    (!key.is_empty()).then_some(key)
}

/// Returns the id of a call as it is logged. What does not look like an id, or might be a phone number or a code, is not
/// logged.
pub fn caller_id(header: Option<String>) -> Option<String> {
    header.filter(|id| {
        let is_id = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:=/".contains(&byte));
        is_id && (1..=MAX_ID).contains(&id.len()) && id.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn caller_key_reads_bearer_basic_and_bare_keys() {
        for header in [
            "Bearer api-key-of-sixteen",
            "bearer  api-key-of-sixteen",
            "api-key-of-sixteen",
            " api-key-of-sixteen ",
            // edge-otp:api-key-of-sixteen, api-key-of-sixteen: and :api-key-of-sixteen
            "Basic ZWRnZS1vdHA6YXBpLWtleS1vZi1zaXh0ZWVu",
            "basic YXBpLWtleS1vZi1zaXh0ZWVuOg==",
            "Basic OmFwaS1rZXktb2Ytc2l4dGVlbg==",
        ] {
            assert_eq!(caller_key(header).as_deref(), Some("api-key-of-sixteen"), "{header}");
        }
        for header in ["", " ", "Bearer", "Bearer ", "Basic !", "Basic YWJj", "Basic Og==", "Digest a=b"] {
            assert!(caller_key(header).is_none_or(|key| key == "Bearer"), "{header}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn caller_id_logs_ids_only() {
        for id in ["msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", "00-4bf92f-01", "Root=1-67891233-abcdef"] {
            assert_eq!(caller_id(Some(id.to_owned())).as_deref(), Some(id));
        }
        for id in ["", "14155550123", "+14155550123", "123456", "a b", "a\nb", "é", &"x".repeat(129)] {
            assert_eq!(caller_id(Some(id.to_owned())), None, "{id}");
        }
        assert_eq!(caller_id(None), None);
    }
}
