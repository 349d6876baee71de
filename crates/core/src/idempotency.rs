//! Idempotency: an `Idempotency-Key` belongs to its first request. The same request within 600 s gets the same response,
//! another request with the same key is a conflict. Pure, like the ledger; [`crate::guard`] stores the record.

use serde::{Deserialize, Serialize};

use crate::api::SendReceipt;
use crate::provider::Rejection;
use crate::time::{CODE_LIFETIME, Timestamp};

/// What is stored of a key. The request itself is not kept, only its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    fingerprint: String,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<StoredOutcome>,
}

/// How the first request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StoredOutcome {
    /// A message is on its way, or may be.
    Sent(SendReceipt),
    /// The provider refused the message.
    Rejected(Rejection),
}

/// The state of a key as a request finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdempotencyState {
    /// The key is new: carry out the request, then complete or release the key.
    Started,
    /// The same request is being carried out; ask again later.
    InProgress,
    /// The same request has ended.
    Completed(StoredOutcome),
    /// Another request has the key.
    Conflict,
}

impl IdempotencyRecord {
    /// Looks a key up for the request with this fingerprint. Returns the record to store as well, if the key was free.
    pub fn begin(
        existing: Option<&Self>,
        fingerprint: &str,
        now: Timestamp,
    ) -> (Option<Self>, IdempotencyState) {
        match existing.filter(|record| record.at.is_within(CODE_LIFETIME, now)) {
            None => {
                let record = Self { fingerprint: fingerprint.to_owned(), at: now, outcome: None };
                (Some(record), IdempotencyState::Started)
            }
            Some(record) if record.fingerprint != fingerprint => (None, IdempotencyState::Conflict),
            Some(Self { outcome: Some(outcome), .. }) => (None, IdempotencyState::Completed(outcome.clone())),
            Some(_) => (None, IdempotencyState::InProgress),
        }
    }

    /// Returns the record with its outcome, if it still belongs to the request with this fingerprint.
    pub fn complete(&self, fingerprint: &str, outcome: StoredOutcome) -> Option<Self> {
        (self.fingerprint == fingerprint).then(|| Self { outcome: Some(outcome), ..self.clone() })
    }

    /// Tells whether a request that sent nothing may free the key.
    pub fn may_release(&self, fingerprint: &str) -> bool {
        self.fingerprint == fingerprint && self.outcome.is_none()
    }

    /// Returns when the key is free again.
    pub const fn expires_at(&self) -> Timestamp {
        self.at.plus(CODE_LIFETIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::RejectionKind;
    use wasm_bindgen_test::wasm_bindgen_test;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[wasm_bindgen_test(unsupported = test)]
    fn a_key_belongs_to_one_request_for_ten_minutes() {
        let begin = |record: &IdempotencyRecord, fingerprint, at| {
            IdempotencyRecord::begin(Some(record), fingerprint, at)
        };
        let (record, state) = IdempotencyRecord::begin(None, "a", NOW);
        let record = record.expect("stored");
        assert_eq!(state, IdempotencyState::Started);
        assert_eq!(begin(&record, "a", NOW), (None, IdempotencyState::InProgress));
        assert_eq!(begin(&record, "b", NOW), (None, IdempotencyState::Conflict));

        let rejection = Rejection { kind: RejectionKind::Other, status: 400, code: None };
        let outcome = StoredOutcome::Rejected(rejection);
        assert_eq!(record.complete("b", outcome.clone()), None);
        let completed = record.complete("a", outcome.clone()).expect("the same request");
        assert_eq!(begin(&completed, "a", NOW), (None, IdempotencyState::Completed(outcome)));
        assert!(!completed.may_release("a"), "an outcome is kept to the end");
        assert!(record.may_release("a") && !record.may_release("b"));

        let later = NOW.plus(CODE_LIFETIME);
        assert_eq!(begin(&completed, "b", later).1, IdempotencyState::Started);
    }
}
