//! The operations inside a guard object: read the ledger, decide, store it, and only then let the result be known. The
//! Worker runs them in a Durable Object per phone number, the npm package also over the caller's own store.
//!
//! An attempt is counted and compared in one update of the ledger. The record that it is compared with is read from KV
//! before that update, and nobody learns the result before the new ledger is stored. So no other event falls between the
//! count and the comparison, and a crash leaves an attempt either uncounted and unanswered, or counted.

mod counters;
mod handover;
mod messages;
mod object;
mod store;

use core::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::api::SendReceipt;
use crate::challenge::{ChallengeBinding, StoredChallenge, Verdict, challenge_key};
use crate::code::Code;
use crate::event::elapsed_ms;
use crate::idempotency::{IdempotencyRecord, IdempotencyState, IdempotentRequest};
use crate::keys::KeyRing;
use crate::ledger::{AttemptResult, CodeSelector, DeliveryPermit, Ledger, LedgerError, SendPermit};
use crate::limits::{SendCounter, StopList};
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::ports::{
    Change, Clock, GuardClient, KvStore, PartedLedgerStore, RandomError, RandomSource, StorageError,
};
use crate::time::{CODE_LIFETIME, Seconds, Timestamp};
use crate::usage_type::UsageType;

use counters::StopUpdate;
pub use handover::MovedState;
use handover::{hand_over, moved_error, release};
pub use messages::{GuardRequest, GuardResponse, IssuedCode};
pub use object::{GuardObject, ObjectLedgerStore, ObjectPart, ObjectStorage, Rotation};
pub use store::{CasLedgerStore, CompareAndSwap};

/// How often the live code may change during a verification before the guard gives up.
const MAX_COMPARISONS: u32 = 4;
/// KV counts its TTL in whole seconds, so a record may be gone up to a second before the code expires.
const KV_ROUNDING: Seconds = Seconds(1);

/// What a guard object stores. A test pins the stored form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GuardState {
    /// Of a phone number.
    Ledger(Ledger),
    /// Of an idempotency key.
    Idempotency(IdempotencyRecord),
    /// Handed over to the object that a new root secret names.
    Moved(MovedState),
    /// Of an IP address, a number prefix, a country or all sends: a part of an object.
    Counter(SendCounter),
    /// What is stopped.
    Stops(StopList),
}

impl GuardState {
    /// Returns when nothing in the state matters any more; `None` if that is so already.
    pub fn expires_at(&self, now: Timestamp) -> Option<Timestamp> {
        let expires_at = match self {
            Self::Ledger(ledger) => ledger.prune(now).expires_at(),
            Self::Idempotency(record) => Some(record.expires_at()),
            Self::Moved(moved) => Some(moved.expires_at()),
            Self::Counter(counter) => counter.expires_at(),
            Self::Stops(stops) => stops.expires_at(),
        };
        expires_at.filter(|at| *at > now)
    }
}

#[derive(Debug, thiserror::Error)]
enum GuardError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The state was handed over to the object `to` by the object `from`.
    #[error("moved")]
    Moved { to: String, from: Option<String> },
}

/// The operations of one guard object.
pub struct GuardService<'a, P, L> {
    /// KV, clock and random source.
    pub platform: &'a P,
    /// The object's state.
    pub ledger_store: &'a L,
    /// For the records of codes.
    pub keys: &'a KeyRing,
    /// The limits.
    pub policy: &'a Policy,
}

impl<P, L> core::fmt::Debug for GuardService<'_, P, L> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("GuardService")
    }
}

impl<P: KvStore + GuardClient + Clock + RandomSource, L: PartedLedgerStore> GuardService<'_, P, L> {
    /// Carries out a request, or passes it on to the object that has taken the state over. Every failure becomes a
    /// response; a reserved send whose record cannot be stored is revoked.
    pub async fn handle(&self, request: &GuardRequest) -> GuardResponse {
        match self.carry_out(request).await {
            Ok(response) => response,
            Err(GuardError::Ledger(error)) => GuardResponse::Rejected(error),
            Err(GuardError::Storage(_) | GuardError::Random(_)) => GuardResponse::Unavailable,
            // With its own name: a successor that has not stored the state yet takes it over now, and does not begin
            // anew.
            Err(GuardError::Moved { to, from }) => {
                let forwarded = boxed(self.platform.call(&to, from.as_deref(), request)).await;
                forwarded.unwrap_or(GuardResponse::Unavailable)
            }
        }
    }

    async fn carry_out(&self, request: &GuardRequest) -> Result<GuardResponse, GuardError> {
        // Else all operations are one function, which takes V8 0.3 s to optimise in a process that has just begun.
        match request {
            GuardRequest::ReserveSend { phone, usage_type } => {
                boxed(self.reserve_send(phone, *usage_type)).await.map(GuardResponse::SendReserved)
            }
            GuardRequest::RevokeSend { id } => {
                boxed(self.revoke_send(id)).await.map(|()| GuardResponse::Done)
            }
            GuardRequest::Verify { phone, usage_type, code, id } => {
                let selector = CodeSelector { usage_type: *usage_type, id: id.as_deref() };
                boxed(self.verify(phone, code, selector)).await
            }
            GuardRequest::ReserveDelivery => {
                boxed(self.reserve_delivery()).await.map(GuardResponse::DeliveryReserved)
            }
            GuardRequest::RevokeDelivery { counted_at } => {
                let revoke = |ledger: &Ledger, now| ledger.revoke_delivery(*counted_at, now);
                boxed(self.change_ledger(revoke)).await.map(|()| GuardResponse::Done)
            }
            GuardRequest::Unlock => boxed(self.unlock()).await.map(|()| GuardResponse::Done),
            GuardRequest::BeginIdempotent(request) => {
                boxed(self.begin_idempotent(request)).await.map(GuardResponse::Idempotency)
            }
            GuardRequest::GrantIdempotent { owner, receipt, timeout } => {
                boxed(self.grant_idempotent(owner, receipt, *timeout)).await.map(GuardResponse::Granted)
            }
            GuardRequest::EndIdempotent { owner, receipt } => {
                boxed(self.end_idempotent(owner, receipt.as_ref())).await.map(|()| GuardResponse::Done)
            }
            GuardRequest::CountSend { counters, origin } => boxed(self.count_send(counters, *origin)).await,
            GuardRequest::CountVerified { counters } => boxed(self.count_verified(counters)).await,
            GuardRequest::ClearCounter(key) => {
                boxed(self.clear_counter(key)).await.map(|()| GuardResponse::Done)
            }
            GuardRequest::AddStop(stop) => {
                boxed(self.update_stops(StopUpdate::Add(stop))).await.map(GuardResponse::Stops)
            }
            GuardRequest::RemoveStop { kind, key, shard } => {
                let remove = StopUpdate::Remove(*kind, key, *shard);
                boxed(self.update_stops(remove)).await.map(GuardResponse::Stops)
            }
            GuardRequest::ListStops => {
                boxed(self.update_stops(StopUpdate::Read)).await.map(GuardResponse::Stops)
            }
            GuardRequest::ExportState { to, from } => {
                boxed(self.export_state(to, from.as_deref())).await.map(GuardResponse::StateExported)
            }
            GuardRequest::ReleaseState { to } => {
                boxed(self.release_state(to)).await.map(|()| GuardResponse::Done)
            }
        }
    }

    /// Draws id and code, counts the send, and stores the code's record, awaited. If the record cannot be stored, the
    /// send is revoked and nothing may be sent.
    async fn reserve_send(&self, phone: &str, usage_type: UsageType) -> Result<IssuedCode, GuardError> {
        let phone = PhoneNumber::parse(phone).ok_or(StorageError)?;
        let id = hex::encode(self.platform.bytes::<16>()?);
        let random = self.platform.bytes::<{ Code::RANDOM_BYTES }>()?;
        let code = Code::draw(&random, self.policy.code_length).ok_or(RandomError)?;
        let permit = self.record_send(usage_type, &id).await?;
        let binding = ChallengeBinding { phone: &phone, usage_type, id: &id };
        let challenge = StoredChallenge::new(&self.keys.current, binding, &code, permit.issued_at);
        if let Err(error) = self.store_challenge(&id, &challenge).await {
            // Whether or not that can be stored: a ledger that has moved meanwhile must not make the caller try there again.
            let _ = self.change_ledger(|ledger, now| ledger.cancel_send(&id, now)).await;
            self.platform.delete_later(&challenge_key(&id));
            return Err(error.into());
        }
        let SendPermit { issued_at, expires_at, resend_at } = permit;
        let kv_ms = elapsed_ms(issued_at, self.platform.now());
        Ok(IssuedCode { id, code: code.as_str().to_owned(), expires_at, resend_at, kv_ms })
    }

    async fn record_send(&self, usage_type: UsageType, id: &str) -> Result<SendPermit, GuardError> {
        let decide = |state: Option<&GuardState>| {
            let now = self.platform.now();
            let (ledger, permit) = ledger_of(state, now)?.record_send(usage_type, id, now, self.policy)?;
            Ok((put_ledger(ledger), permit))
        };
        self.ledger_store.update(decide).await
    }

    async fn reserve_delivery(&self) -> Result<DeliveryPermit, GuardError> {
        let decide = |state: Option<&GuardState>| {
            let now = self.platform.now();
            let (ledger, permit) = ledger_of(state, now)?.record_delivery(now, self.policy)?;
            Ok((put_ledger(ledger), permit))
        };
        self.ledger_store.update(decide).await
    }

    async fn store_challenge(&self, id: &str, challenge: &StoredChallenge) -> Result<(), StorageError> {
        let text = challenge.to_json().ok_or(StorageError)?;
        self.platform.put(&challenge_key(id), &text, Some(CODE_LIFETIME)).await
    }

    async fn revoke_send(&self, id: &str) -> Result<(), GuardError> {
        self.change_ledger(|ledger, now| ledger.revoke_send(id, now)).await?;
        self.platform.delete_later(&challenge_key(id));
        Ok(())
    }

    async fn unlock(&self) -> Result<(), GuardError> {
        self.change_ledger(Ledger::unlock).await
    }

    async fn change_ledger(&self, change: impl Fn(&Ledger, Timestamp) -> Ledger) -> Result<(), GuardError> {
        let decide = |state: Option<&GuardState>| {
            let now = self.platform.now();
            Ok::<_, GuardError>((put_ledger(change(&ledger_of(state, now)?, now)), ()))
        };
        self.ledger_store.update(decide).await
    }

    /// Asks the ledger which record may be compared, reads it from KV, and counts and compares in one update. If another
    /// code is live by then, starts again with that one.
    async fn verify(
        &self,
        phone: &str,
        code: &str,
        selector: CodeSelector<'_>,
    ) -> Result<GuardResponse, GuardError> {
        let phone = PhoneNumber::parse(phone).ok_or(StorageError)?;
        let code = Code::parse(code).ok_or(StorageError)?;
        for _ in 0..MAX_COMPARISONS {
            let began = self.platform.now();
            let id = self.find_live_code(selector, began).await?;
            let record = self.platform.get(&challenge_key(&id)).await?;
            let binding = ChallengeBinding { phone: &phone, usage_type: selector.usage_type, id: &id };
            let Attempt { result, lock } =
                self.compare_and_record(selector, binding, &code, record.as_deref()).await?;
            match (result, lock) {
                (AttemptResult::Verified, _) => {
                    // The ledger, not KV, decides whether a code is valid.
                    self.platform.delete_later(&challenge_key(&id));
                    let at = self.platform.now();
                    return Ok(GuardResponse::Verified { id, at, kv_ms: elapsed_ms(began, at) });
                }
                (AttemptResult::Rejected(error), Some(LedgerError::LockedOut { retry_after })) => {
                    return Ok(GuardResponse::Locked { error, retry_after });
                }
                (AttemptResult::Rejected(error), _) => return Err(error.into()),
                (AttemptResult::Superseded, _) => {}
            }
        }
        Err(StorageError.into())
    }

    async fn find_live_code(&self, selector: CodeSelector<'_>, now: Timestamp) -> Result<String, GuardError> {
        let decide = |state: Option<&GuardState>| {
            let ledger = ledger_of(state, now)?;
            let id = ledger.check_attempt(selector, now, self.policy)?;
            Ok((Change::Keep, id.to_owned()))
        };
        self.ledger_store.update(decide).await
    }

    async fn compare_and_record(
        &self,
        selector: CodeSelector<'_>,
        binding: ChallengeBinding<'_>,
        code: &Code,
        record: Option<&str>,
    ) -> Result<Attempt, GuardError> {
        let Some(record) = record else {
            return self.explain_missing_record(selector, binding.id).await.map(Attempt::from);
        };
        let record = StoredChallenge::parse(record).ok_or(StorageError)?;
        let matched = match record.compare(self.keys, binding, code, self.platform.now()) {
            Verdict::Match => true,
            Verdict::Mismatch => false,
            Verdict::Expired => return Ok(AttemptResult::Rejected(LedgerError::Expired).into()),
            Verdict::UnknownKey => return Err(StorageError.into()),
        };
        let decide = |state: Option<&GuardState>| {
            let now = self.platform.now();
            let ledger = ledger_of(state, now)?;
            let (next, result) = ledger.record_attempt(selector, binding.id, matched, now, self.policy);
            let is_mismatch = matches!(result, AttemptResult::Rejected(LedgerError::Mismatch { .. }));
            // Nothing was compared if the number had been locked before.
            let lock = if is_mismatch { next.check_lock(now, self.policy).err() } else { None };
            let is_counted = is_mismatch || result == AttemptResult::Verified;
            Ok((if is_counted { put_ledger(next) } else { Change::Keep }, Attempt { result, lock }))
        };
        self.ledger_store.update(decide).await
    }

    /// KV does not have the record: it is void by now, or it expired within KV's rounding. Otherwise KV has lost it, and
    /// an attempt that cannot be compared is not counted.
    async fn explain_missing_record(
        &self,
        selector: CodeSelector<'_>,
        id: &str,
    ) -> Result<AttemptResult, GuardError> {
        self.ledger_store.forget();
        match self.find_live_code(selector, self.platform.now().plus(KV_ROUNDING)).await {
            Err(GuardError::Ledger(error)) => Ok(AttemptResult::Rejected(error)),
            Err(error) => Err(error),
            Ok(live) if live != id => Ok(AttemptResult::Superseded),
            Ok(_) => Err(StorageError.into()),
        }
    }

    async fn begin_idempotent(&self, request: &IdempotentRequest) -> Result<IdempotencyState, GuardError> {
        let decide = |state: Option<&GuardState>| {
            let now = self.platform.now();
            let (record, found) = IdempotencyRecord::begin(idempotency_of(state)?, request, now);
            Ok((record.map_or(Change::Keep, put_idempotency), found))
        };
        self.ledger_store.update(decide).await
    }

    async fn grant_idempotent(
        &self,
        owner: &str,
        receipt: &SendReceipt,
        timeout: Seconds,
    ) -> Result<bool, GuardError> {
        let decide = |state: Option<&GuardState>| {
            let deadline = self.platform.now().plus(timeout);
            let record = idempotency_of(state)?;
            let granted = record.and_then(|record| record.grant(owner, receipt.clone(), deadline));
            let is_granted = granted.is_some();
            Ok((granted.map_or(Change::Keep, put_idempotency), is_granted))
        };
        self.ledger_store.update(decide).await
    }

    async fn end_idempotent(&self, owner: &str, receipt: Option<&SendReceipt>) -> Result<(), GuardError> {
        let decide = |state: Option<&GuardState>| {
            let Some(record) = idempotency_of(state)? else { return Ok((Change::Keep, ())) };
            let change = match receipt {
                None if record.is_owned_by(owner) => Change::Delete,
                None => Change::Keep,
                Some(receipt) => {
                    record.complete(owner, receipt.clone()).map_or(Change::Keep, put_idempotency)
                }
            };
            Ok((change, ()))
        };
        self.ledger_store.update(decide).await
    }

    /// Hands the state over and leaves a marker, even where there is no state: a Worker that does not know the new secret
    /// yet would count anew here.
    async fn export_state(&self, to: &str, from: Option<&str>) -> Result<Option<GuardState>, GuardError> {
        let now = self.platform.now();
        self.ledger_store.update(|state| Ok(hand_over(state, to, from, now)?)).await
    }

    async fn release_state(&self, to: &str) -> Result<(), GuardError> {
        self.ledger_store.update(|state| Ok((release(state, to), ()))).await
    }
}

/// The result of an attempt, and the lock that it has brought about.
struct Attempt {
    result: AttemptResult,
    lock: Option<LedgerError>,
}

impl From<AttemptResult> for Attempt {
    fn from(result: AttemptResult) -> Self {
        Self { result, lock: None }
    }
}

/// Keeps the code of a future out of the function that awaits it.
fn boxed<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(future)
}

/// A state of another kind, or from the future, is a storage failure: nobody may pass because a ledger is broken.
fn ledger_of(state: Option<&GuardState>, now: Timestamp) -> Result<Ledger, GuardError> {
    match state {
        None => Ok(Ledger::default()),
        Some(GuardState::Ledger(ledger)) if !ledger.is_ahead_of(now) => Ok(ledger.clone()),
        Some(GuardState::Moved(moved)) => Err(moved_error(moved)),
        Some(_) => Err(StorageError.into()),
    }
}

fn idempotency_of(state: Option<&GuardState>) -> Result<Option<&IdempotencyRecord>, GuardError> {
    match state {
        None => Ok(None),
        Some(GuardState::Idempotency(record)) => Ok(Some(record)),
        Some(GuardState::Moved(moved)) => Err(moved_error(moved)),
        Some(_) => Err(StorageError.into()),
    }
}

/// A ledger without anything that matters is deleted.
fn put_ledger(ledger: Ledger) -> Change {
    match ledger.expires_at() {
        Some(expires_at) => Change::Put { state: GuardState::Ledger(ledger), expires_at },
        None => Change::Delete,
    }
}

fn put_idempotency(record: IdempotencyRecord) -> Change {
    let expires_at = record.expires_at();
    Change::Put { state: GuardState::Idempotency(record), expires_at }
}
