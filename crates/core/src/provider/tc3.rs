//! Tencent Cloud's signature TC3-HMAC-SHA256: <https://cloud.tencent.com/document/api/382/52072>.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::time::Timestamp;

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const SIGNED_HEADERS: &str = "content-type;host";

/// A POST to `/`, with content type and host as its signed headers. It holds credentials, so it has no `Debug`.
#[derive(Clone, Copy)]
pub struct Tc3Request<'a> {
    /// The public half of the credentials.
    pub secret_id: &'a str,
    /// The secret half.
    pub secret_key: &'a str,
    /// The service, for instance `sms`.
    pub service: &'a str,
    /// The host that is requested.
    pub host: &'a str,
    /// The content type, exactly as it is sent.
    pub content_type: &'a str,
    /// The time of `X-TC-Timestamp`.
    pub now: Timestamp,
    /// The body, exactly as it is sent.
    pub body: &'a str,
}

impl Tc3Request<'_> {
    /// Returns the `Authorization` header.
    pub fn authorization(&self) -> String {
        format!(
            "{ALGORITHM} Credential={}/{}, SignedHeaders={SIGNED_HEADERS}, Signature={}",
            self.secret_id,
            self.credential_scope(),
            self.signature()
        )
    }

    /// Returns the signature in hex.
    pub fn signature(&self) -> String {
        let date_key = hmac_sha256(format!("TC3{}", self.secret_key).as_bytes(), self.now.date().as_bytes());
        let service_key = hmac_sha256(&date_key, self.service.as_bytes());
        let signing_key = hmac_sha256(&service_key, b"tc3_request");
        hex::encode(hmac_sha256(&signing_key, self.string_to_sign().as_bytes()))
    }

    fn canonical_request(&self) -> String {
        let Self { host, content_type, body, .. } = self;
        let hashed_body = hex::encode(Sha256::digest(body));
        format!("POST\n/\n\ncontent-type:{content_type}\nhost:{host}\n\n{SIGNED_HEADERS}\n{hashed_body}")
    }

    fn string_to_sign(&self) -> String {
        let hashed_request = hex::encode(Sha256::digest(self.canonical_request()));
        format!("{ALGORITHM}\n{}\n{}\n{hashed_request}", self.now.unix_seconds(), self.credential_scope())
    }

    fn credential_scope(&self) -> String {
        format!("{}/{}/tc3_request", self.now.date(), self.service)
    }
}

/// HMAC accepts a key of any length, so there is always a MAC.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn hmac_sha256_agrees_with_the_vectors_of_wycheproof() {
        let vectors = crate::wycheproof::vectors("hmacSha256");
        assert_eq!(vectors.len(), 174);
        for vector in vectors {
            let [key, message, tag] = &*vector.values else { panic!("three values") };
            let computed = hmac_sha256(key, message);
            assert_eq!(computed[..tag.len()] == tag[..], vector.is_valid, "{}", vector.id);
        }
    }

    /// The example of Tencent's documentation, step by step; `tests/vectors` has its signature.
    #[wasm_bindgen_test(unsupported = test)]
    fn tc3_request_is_canonicalised_as_the_documentation_shows() {
        let request = Tc3Request {
            secret_id: "",
            secret_key: "",
            service: "cvm",
            host: "cvm.tencentcloudapi.com",
            content_type: "application/json; charset=utf-8",
            now: Timestamp(1_551_113_065_000),
            body: r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#,
        };
        assert_eq!(
            request.canonical_request(),
            "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n\n\
             content-type;host\n35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
        );
        assert_eq!(
            request.string_to_sign(),
            "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n\
             5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
        );
    }
}
