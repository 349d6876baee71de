//! Idempotency: an `Idempotency-Key` belongs to its first request. The same request within 600 s gets the same response,
//! another request with the same key is a conflict. Pure, like the ledger; [`crate::guard`] stores the record.

use serde::{Deserialize, Serialize};

use crate::api::SendReceipt;
use crate::time::{CODE_LIFETIME, Seconds, Timestamp};

/// How long a request may take until its send is granted. One that takes longer, because a guard object or KV hangs, has
/// lost the key to its duplicate and sends nothing.
const GRANT_TIMEOUT: Seconds = Seconds(30);

/// What is stored of a key. The request itself is not kept, only its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    fingerprint: Box<str>,
    /// The fingerprint under the previous root secret: a Worker that has only that one may repeat the request.
    #[serde(default, rename = "previousFingerprint", skip_serializing_if = "Option::is_none")]
    previous_fingerprint: Option<Box<str>>,
    /// Random, of the request that has the key. A request that was too slow loses the key to its duplicate.
    owner: Box<str>,
    /// When the key was taken.
    at: Timestamp,
    /// When the request that has the key is no longer waited for.
    deadline: Timestamp,
    /// What was granted, as long as the outcome is open; then the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receipt: Option<SendReceipt>,
    #[serde(default)]
    ended: bool,
}

/// A request that has a key, or wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdempotentRequest {
    /// A MAC of the request.
    pub fingerprint: String,
    /// The same under the previous root secret, while a rotation runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_fingerprint: Option<String>,
    /// 128 random bits in hex: distinguishes equal requests.
    pub owner: String,
}

/// The state of a key as a request finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdempotencyState {
    /// The key is new: carry out the request, then complete or release the key.
    Started,
    /// The same request is being carried out; ask again, at the latest at this time.
    InProgress(Timestamp),
    /// The same request has ended, or is not waited for any longer: a message may exist.
    Completed(SendReceipt),
    /// Another request has the key.
    Conflict,
}

impl IdempotentRequest {
    fn matches(&self, record: &IdempotencyRecord) -> bool {
        let own = [Some(self.fingerprint.as_str()), self.previous_fingerprint.as_deref()];
        let stored = [Some(&*record.fingerprint), record.previous_fingerprint.as_deref()];
        own.iter().flatten().any(|fingerprint| stored.contains(&Some(fingerprint)))
    }
}

impl IdempotencyRecord {
    /// Looks a key up for a request. Returns the record to store as well, if the key was free, or was taken by the same
    /// request, which was granted nothing in time.
    pub fn begin(
        existing: Option<&Self>,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> (Option<Self>, IdempotencyState) {
        match existing.filter(|record| record.at.is_within(CODE_LIFETIME, now)) {
            Some(record) if !request.matches(record) => (None, IdempotencyState::Conflict),
            Some(Self { receipt: Some(receipt), ended, deadline, .. }) if *ended || *deadline <= now => {
                (None, IdempotencyState::Completed(receipt.clone()))
            }
            Some(record) if record.deadline > now => (None, IdempotencyState::InProgress(record.deadline)),
            _ => {
                let record = Self {
                    fingerprint: request.fingerprint.as_str().into(),
                    previous_fingerprint: request.previous_fingerprint.as_deref().map(Box::from),
                    owner: request.owner.as_str().into(),
                    at: now,
                    deadline: now.plus(GRANT_TIMEOUT),
                    receipt: None,
                    ended: false,
                };
                (Some(record), IdempotencyState::Started)
            }
        }
    }

    /// Returns the record with what was granted to the request and until when its outcome is waited for; `None` if the
    /// request has lost the key.
    pub fn grant(&self, owner: &str, receipt: SendReceipt, deadline: Timestamp) -> Option<Self> {
        self.is_owned_by(owner).then(|| Self { receipt: Some(receipt), deadline, ..self.clone() })
    }

    /// Returns the record with its outcome; `None` if the request has lost the key.
    pub fn complete(&self, owner: &str, receipt: SendReceipt) -> Option<Self> {
        self.is_owned_by(owner).then(|| Self { receipt: Some(receipt), ended: true, ..self.clone() })
    }

    /// Tells whether a request after which no message exists may free the key.
    pub fn is_owned_by(&self, owner: &str) -> bool {
        *self.owner == *owner && !self.ended
    }

    /// Returns when the key is free again.
    pub const fn expires_at(&self) -> Timestamp {
        self.at.plus(CODE_LIFETIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::SendStatus;
    use crate::usage_type::UsageType;
    use wasm_bindgen_test::wasm_bindgen_test;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn request(fingerprint: &str, owner: &str) -> IdempotentRequest {
        let (fingerprint, owner) = (fingerprint.to_owned(), owner.to_owned());
        IdempotentRequest { fingerprint, previous_fingerprint: None, owner }
    }

    fn receipt(status: SendStatus) -> SendReceipt {
        SendReceipt {
            verification_id: "0a".to_owned(),
            status,
            usage_type: UsageType::SignIn,
            expires_at: NOW.rfc3339(),
            resend_at: NOW.rfc3339(),
            connector_id: "http-sms".to_owned(),
            warnings: Box::default(),
            cause: None,
        }
    }

    fn begin(record: &IdempotencyRecord, fingerprint: &str, at: Timestamp) -> IdempotencyState {
        IdempotencyRecord::begin(Some(record), &request(fingerprint, "duplicate"), at).1
    }

    fn started() -> IdempotencyRecord {
        let (record, state) = IdempotencyRecord::begin(None, &request("a", "first"), NOW);
        assert_eq!(state, IdempotencyState::Started);
        record.expect("stored")
    }

    /// While a rotation runs, some Workers have the new secret and the old one, others only the old one.
    #[wasm_bindgen_test(unsupported = test)]
    fn begin_recognises_a_request_under_either_secret() {
        let old = request("old", "a");
        let new = IdempotentRequest { previous_fingerprint: Some("old".to_owned()), ..request("new", "b") };
        for (first, repeated) in [(&old, &new), (&new, &old), (&new, &new)] {
            let record = IdempotencyRecord::begin(None, first, NOW).0;
            let (_, state) = IdempotencyRecord::begin(record.as_ref(), repeated, NOW);
            assert!(matches!(state, IdempotencyState::InProgress(_)), "{first:?} {repeated:?}");
            let other = IdempotencyRecord::begin(record.as_ref(), &request("other", "c"), NOW).1;
            assert_eq!(other, IdempotencyState::Conflict);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_key_belongs_to_one_request_for_ten_minutes() {
        let record = started();
        assert_eq!(begin(&record, "a", NOW), IdempotencyState::InProgress(NOW.plus(GRANT_TIMEOUT)));
        assert_eq!(begin(&record, "b", NOW), IdempotencyState::Conflict);
        assert!(record.is_owned_by("first") && !record.is_owned_by("duplicate"));

        let sent = receipt(SendStatus::Sent);
        assert_eq!(record.complete("duplicate", sent.clone()), None);
        let completed = record.complete("first", sent.clone()).expect("its owner");
        assert_eq!(begin(&completed, "a", NOW), IdempotencyState::Completed(sent));
        assert!(!completed.is_owned_by("first"), "an outcome is kept to the end");
        assert_eq!(begin(&completed, "b", NOW.plus(CODE_LIFETIME)), IdempotencyState::Started);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_request_that_never_ends_is_unknown_once_its_deadline_has_passed() {
        let (unknown, deadline) = (receipt(SendStatus::Unknown), NOW.plus(Seconds(15)));
        assert_eq!(started().grant("duplicate", unknown.clone(), deadline), None);
        let granted = started().grant("first", unknown.clone(), deadline).expect("its owner");
        assert_eq!(begin(&granted, "a", Timestamp(deadline.0 - 1)), IdempotencyState::InProgress(deadline));
        assert_eq!(begin(&granted, "a", deadline), IdempotencyState::Completed(unknown));
        assert_eq!(begin(&granted, "b", deadline), IdempotencyState::Conflict);
        let late = granted.complete("first", receipt(SendStatus::Sent)).expect("still its owner");
        assert_eq!(begin(&late, "a", deadline), IdempotencyState::Completed(receipt(SendStatus::Sent)));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_request_that_is_granted_nothing_in_time_loses_the_key_to_its_duplicate() {
        let late = NOW.plus(GRANT_TIMEOUT);
        let (record, state) = IdempotencyRecord::begin(Some(&started()), &request("a", "duplicate"), late);
        assert_eq!(state, IdempotencyState::Started);
        let record = record.expect("stored");
        assert!(record.is_owned_by("duplicate") && !record.is_owned_by("first"));
        assert_eq!(record.grant("first", receipt(SendStatus::Unknown), late), None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_key_of_the_previous_root_secret_belongs_to_the_same_request() {
        let rotated =
            IdempotentRequest { previous_fingerprint: Some("a".to_owned()), ..request("new", "duplicate") };
        let (_, state) = IdempotencyRecord::begin(Some(&started()), &rotated, NOW);
        assert_eq!(state, IdempotencyState::InProgress(NOW.plus(GRANT_TIMEOUT)));
    }
}
