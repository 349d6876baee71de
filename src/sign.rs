//! The signing kit: MACs, hashes and text encodings, checked with the standards' own vectors, and the two signatures
//! made of them that have an algorithm of their own: Aliyun's RPC 1.0 and Tencent Cloud's TC3.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::time::Timestamp;

/// HMAC-SHA-256 (RFC 2104, FIPS 180-4).
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    mac::<Hmac<Sha256>>(key, message).try_into().unwrap_or_default()
}

/// HMAC-SHA-1, for Aliyun's RPC signature only.
pub(crate) fn hmac_sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    mac::<Hmac<Sha1>>(key, message)
}

/// HMAC takes a key of any length, so the error that the trait allows does not occur; an empty MAC fails closed.
fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    <M as KeyInit>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// SHA-256 as lower-case hex.
pub(crate) fn sha256_hex(data: &[u8]) -> String {
    hex(&Sha256::digest(data))
}

/// Whether two MACs are equal, without a branch on their bytes. (In wasm no one can promise constant time: the
/// values compared are keyed MACs, so that a timing leak tells nothing that can be used.)
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of a hex text; None if it is none.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        bytes.push(nibble(*high)? << 4 | nibble(*low)?);
    }
    rest.is_empty().then_some(bytes)
}

/// Base64 with padding (RFC 4648 §4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            let used = position <= chunk.len();
            text.push(if used { base64_digit((bits >> (18 - 6 * position)) & 63) } else { '=' });
        }
    }
    text
}

fn base64_digit(value: u32) -> char {
    let code = match value {
        0..=25 => u32::from(b'A') + value,
        26..=51 => u32::from(b'a') + value - 26,
        52..=61 => u32::from(b'0') + value - 52,
        62 => u32::from(b'+'),
        _ => u32::from(b'/'),
    };
    char::from_u32(code).unwrap_or('/')
}

/// Percent-encodes everything but `A-Z a-z 0-9 - _ . ~` (RFC 3986 §2.3), upper-case hex.
pub(crate) fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        push_encoded(byte, matches!(byte, b'-' | b'_' | b'.' | b'~'), &mut out);
    }
    out
}

/// Encodes as browsers encode forms (WHATWG URL §5.2): as RFC 3986, but a space is `+`, `*` stays and `~` does not.
pub(crate) fn form_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte == b' ' {
            out.push('+');
        } else {
            push_encoded(byte, matches!(byte, b'-' | b'_' | b'.' | b'*'), &mut out);
        }
    }
    out
}

fn push_encoded(byte: u8, stays: bool, out: &mut String) {
    if stays || byte.is_ascii_alphanumeric() {
        out.push(char::from(byte));
        return;
    }
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 });
    out.push('%');
    out.push(digit(byte >> 4));
    out.push(digit(byte & 15));
}

/// Aliyun's RPC signature 1.0 over all fields but itself: the pairs, percent-encoded and sorted by their bytes, are
/// encoded once more; the key is the secret and `&`. <https://help.aliyun.com/document_detail/315526.html>
pub(crate) fn aliyun_rpc(method: &str, fields: &[(&str, &str)], secret: &str) -> String {
    // Thirteen pairs: inserting each where it belongs is shorter than the standard library's sort, by 3 KiB of wasm.
    let mut pairs: Vec<String> = Vec::new();
    for (name, value) in fields {
        let pair = [&percent_encode(name), "=", &percent_encode(value)].concat();
        pairs.insert(pairs.partition_point(|known| *known < pair), pair);
    }
    let signed = [method, "&%2F&", &percent_encode(&pairs.join("&"))].concat();
    base64(&hmac_sha1([secret, "&"].concat().as_bytes(), signed.as_bytes()))
}

/// A POST to `/` as Tencent Cloud's TC3-HMAC-SHA256 sees it, with content type and host as its signed headers.
/// <https://cloud.tencent.com/document/api/382/52072>
pub(crate) struct Tc3<'a> {
    pub(crate) secret_id: &'a str,
    pub(crate) secret_key: &'a str,
    pub(crate) service: &'a str,
    pub(crate) host: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) now: Timestamp,
    /// The bytes that are sent, not one blank more.
    pub(crate) body: &'a str,
}

impl Tc3<'_> {
    /// The `Authorization` header.
    pub(crate) fn authorization(&self) -> String {
        let date = self.now.date();
        let scope = [&date, "/", self.service, "/tc3_request"].concat();
        let headers = ["content-type:", self.content_type, "\nhost:", self.host, "\n"].concat();
        let request =
            ["POST\n/\n\n", &headers, "\ncontent-type;host\n", &sha256_hex(self.body.as_bytes())].concat();
        let timestamp = self.now.unix_seconds().to_string();
        let hash = sha256_hex(request.as_bytes());
        let signed = ["TC3-HMAC-SHA256", &timestamp, &scope, &hash].join("\n");
        let day_key = hmac_sha256(["TC3", self.secret_key].concat().as_bytes(), date.as_bytes());
        let key = hmac_sha256(&hmac_sha256(&day_key, self.service.as_bytes()), b"tc3_request");
        let signature = hex(&hmac_sha256(&key, signed.as_bytes()));
        let credential = ["TC3-HMAC-SHA256 Credential=", self.secret_id, "/", &scope].concat();
        [&credential, ", SignedHeaders=content-type;host, Signature=", &signature].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn hmac_matches_rfc_4231_and_rfc_2202() {
        assert_eq!(
            hex(&hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(&hmac_sha1(b"Jefe", b"what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        let long_key = [0xaa; 131];
        assert_eq!(
            hex(&hmac_sha256(&long_key, b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn base64_matches_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn hex_goes_both_ways() {
        assert_eq!(hex(&[0, 15, 16, 255]), "000f10ff");
        assert_eq!(unhex("000f10FF"), Some(vec![0, 15, 16, 255]));
        assert_eq!((unhex("0"), unhex("0g"), unhex("é1")), (None, None, None));
    }

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(percent_encode("aZ09-_.~"), "aZ09-_.~");
        assert_eq!(percent_encode(" *+!'()é"), "%20%2A%2B%21%27%28%29%C3%A9");
    }

    #[test]
    fn comparison_tells_length_and_content() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"abcd"));
        assert!(same(b"", b""));
    }
}
