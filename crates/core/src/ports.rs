//! What the operations need from the platform. The Worker implements these traits over Workers bindings, the npm package
//! over JavaScript objects, the tests in memory.
#![expect(async_fn_in_trait, reason = "wasm has one thread, so no future has to be Send")]

use core::pin::pin;
use std::rc::Rc;

use futures_util::future::{Either, select};

use crate::connector::LoadedConnector;
use crate::guard::{GuardRequest, GuardResponse, GuardState};
use crate::provider::ConnectFailure;
use crate::time::{Seconds, Timestamp};

/// How long an operation of KV may take, in milliseconds.
pub const KV_TIMEOUT_MS: u32 = 3_000;
/// How long a call of a guard object may take, in milliseconds. It waits for KV itself.
pub const GUARD_TIMEOUT_MS: u32 = 10_000;

/// KV or the guard failed or did not answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("storage did not answer")]
pub struct StorageError;

/// There are no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no random source")]
pub struct RandomError;

/// Why there is no response. Only [`Self::NotReached`] proves that the request was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// There was no connection, so that nothing of the request has left.
    #[error("not reached")]
    NotReached(ConnectFailure),
    /// The deadline has passed.
    #[error("timed out")]
    TimedOut,
    /// The connection broke off, or what arrived is no response.
    #[error("no readable response")]
    Unreadable,
}

impl HttpError {
    /// Reads the word that a platform's JavaScript has for it (`dns`, `refused`, `tls`, `timeout`). Whatever else it says
    /// proves nothing.
    pub fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("dns") => Self::NotReached(ConnectFailure::Dns),
            Some("refused") => Self::NotReached(ConnectFailure::Refused),
            Some("tls") => Self::NotReached(ConnectFailure::Tls),
            Some("timeout") => Self::TimedOut,
            _ => Self::Unreadable,
        }
    }
}

/// Texts by key, eventually consistent (Workers KV). A store that has not answered after [`KV_TIMEOUT_MS`] has failed.
pub trait KvStore {
    /// Reads a text; `None` if there is none.
    ///
    /// # Errors
    /// If the store failed.
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError>;

    /// Stores a text, for `expiration_ttl` if given (60 s at least). It is stored once this returns.
    ///
    /// # Errors
    /// If the store failed; the text may be stored or not.
    async fn put(&self, key: &str, value: &str, expiration_ttl: Option<Seconds>) -> Result<(), StorageError>;

    /// Deletes a text.
    ///
    /// # Errors
    /// If the store failed; the text may be there or not.
    async fn delete(&self, key: &str) -> Result<(), StorageError>;

    /// Starts to delete a text that does not matter any more. Nobody waits for it, and nobody learns if it fails.
    fn delete_later(&self, key: &str);
}

/// What [`LedgerStore::update`] does with the state that it was applied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing is written.
    Keep,
    /// The state is replaced.
    Put {
        /// The new state.
        state: GuardState,
        /// When it stops to matter.
        expires_at: Timestamp,
    },
    /// The state is deleted.
    Delete,
}

/// The state of one guard object.
pub trait LedgerStore {
    /// Applies `decide` to the state (`None` if there is none) and writes the change, atomically: no other update falls
    /// between reading and writing. `decide` may run more than once; the last run counts. Nobody may learn its result
    /// before the change is stored.
    ///
    /// # Errors
    /// That of `decide`, or of the store; then nothing has changed.
    async fn update<T, E: From<StorageError>>(
        &self,
        decide: impl FnMut(Option<&GuardState>) -> Result<(Change, T), E>,
    ) -> Result<T, E>;

    /// Drops what the store remembers of the state, so that the next update reads it anew.
    fn forget(&self) {}
}

/// A guard object whose state has parts beside the main one, each under a name.
pub trait PartedLedgerStore: LedgerStore {
    /// The store of one part.
    type Part<'p>: LedgerStore
    where
        Self: 'p;

    /// Returns the store of a part. Its updates are atomic each for itself.
    fn part<'p>(&'p self, name: &'p str) -> Self::Part<'p>;
}

/// Calls guard objects by name. One that has not answered after [`GUARD_TIMEOUT_MS`] has failed.
pub trait GuardClient {
    /// Calls the guard object `name`. `previous` is the name of the same object under the previous root secret, whose
    /// state it takes over while a rotation runs.
    ///
    /// # Errors
    /// If the object failed or did not answer in time.
    async fn call(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError>;
}

/// Sends requests to providers.
pub trait HttpClient {
    /// Sends a request once, without following redirects, and reads at most 64 KiB of the response within `timeout_ms`.
    /// Of the response's headers only `Retry-After` is needed.
    ///
    /// # Errors
    /// If no readable response arrived in time; [`HttpError::NotReached`] only where that is proven.
    async fn send(
        &self,
        request: http::Request<String>,
        timeout_ms: u32,
    ) -> Result<http::Response<String>, HttpError>;
}

/// Provides the active connector, which implementations may cache.
pub trait ConnectorSource {
    /// Returns the active connector as it was at most 90 s ago; `None` if there is none.
    ///
    /// # Errors
    /// If the store failed and nothing is cached.
    async fn active_connector(&self) -> Result<Option<Rc<LoadedConnector>>, StorageError>;
}

/// Shows the messages of the mock connector to the developer.
pub trait MockLog {
    /// Prints a line.
    fn print(&self, line: &str);
}

/// The clock.
pub trait Clock {
    /// Returns the current time.
    fn now(&self) -> Timestamp;

    /// Suspends the caller for a duration in milliseconds.
    async fn sleep(&self, ms: u32);
}

/// Waits for a storage operation, for at most `timeout_ms`. An operation that takes longer is dropped; it may still have
/// its effect.
///
/// # Errors
/// That of the operation, or [`StorageError`] after the timeout.
pub async fn with_timeout<T>(
    clock: &impl Clock,
    timeout_ms: u32,
    operation: impl Future<Output = Result<T, StorageError>>,
) -> Result<T, StorageError> {
    match select(pin!(operation), pin!(clock.sleep(timeout_ms))).await {
        Either::Left((result, _)) => result,
        Either::Right(((), _)) => Err(StorageError),
    }
}

/// A cryptographic source of random bytes.
pub trait RandomSource {
    /// Fills a buffer.
    ///
    /// # Errors
    /// If there is no source; the buffer must then not be used.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError>;

    /// Returns `N` random bytes.
    ///
    /// # Errors
    /// As [`Self::fill`].
    fn bytes<const N: usize>(&self) -> Result<[u8; N], RandomError> {
        let mut buffer = [0; N];
        self.fill(&mut buffer)?;
        Ok(buffer)
    }
}

/// Everything that [`crate::service`] needs.
pub trait Platform:
    KvStore + GuardClient + HttpClient + ConnectorSource + MockLog + Clock + RandomSource
{
}

impl<P: KvStore + GuardClient + HttpClient + ConnectorSource + MockLog + Clock + RandomSource> Platform
    for P
{
}
