//! What the stories need of the world, as traits. A shell (`edge`, the npm package, a test) brings them.

use std::rc::Rc;

use crate::connector::Connector;
use crate::error::Result;
use crate::guard::{Ask, Told};
use crate::time::Timestamp;
use crate::wire::{Request, Response};

/// The clock and the dice. The only way in which the core learns of either.
pub(crate) trait Ambient {
    fn now(&self) -> Timestamp;

    /// Fills the buffer from a cryptographic source.
    ///
    /// # Errors
    /// If there is none: nothing may then be made of it.
    fn fill_random(&self, buffer: &mut [u8]) -> Result<()>;

    /// Lets time pass.
    async fn sleep(&self, ms: u32);
}

/// `N` random bytes.
pub(crate) fn random<const N: usize, A: Ambient>(ambient: &A) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    ambient.fill_random(&mut bytes)?;
    Ok(bytes)
}

/// A cell of text with an atomic exchange: one ledger or one claim.
pub(crate) trait LedgerStore {
    /// The text; None if there is none.
    async fn load(&self) -> Result<Option<String>>;

    /// Puts `next` in the place of `expected` (None: absent) and says whether `expected` was what stood there.
    /// `ttl` is how long, in seconds, the text may still matter.
    async fn swap(&self, expected: Option<&str>, next: Option<&str>, ttl: u32) -> Result<bool>;
}

/// Code records, by verification id.
pub(crate) trait CodeStore {
    /// Stores a record for 600 s; the answer is awaited before anything is sent.
    async fn put(&self, id: &str, record: &str) -> Result<()>;
    async fn get(&self, id: &str) -> Result<Option<String>>;
    async fn delete(&self, id: &str) -> Result<()>;
}

/// A KV: texts by key.
pub(crate) trait Shelf {
    async fn get(&self, key: &str) -> Result<Option<String>>;

    /// Stores a text, for `ttl` seconds if given (60 at least).
    async fn put(&self, key: &str, text: &str, ttl: Option<u32>) -> Result<()>;
    async fn delete(&self, key: &str) -> Result<()>;
}

/// AES-256-GCM: a tag of 16 bytes at the end, `place` as associated data, a nonce of 12 bytes.
pub(crate) trait Cipher {
    async fn seal(&self, key: &[u8; 32], nonce: &[u8], place: &[u8], plain: &[u8]) -> Result<Vec<u8>>;

    /// None if it does not authenticate.
    async fn open(
        &self,
        key: &[u8; 32],
        nonce: &[u8],
        place: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>>;
}

/// The one key that holds the active connector.
pub(crate) trait ConnectorStore {
    /// The connector, checked; it may be up to 90 s old.
    async fn load(&self) -> Result<Option<Rc<Connector>>>;
}

/// The way to the guard objects.
pub(crate) trait Guard {
    /// Asks the object of that name. `previous` is its name under the secret before, while a rotation runs.
    async fn ask(&self, name: &str, previous: Option<&str>, ask: Ask) -> Result<Told>;
}

/// The way to the providers.
pub(crate) trait Transport {
    /// Sends a request, once; redirects are not followed. None if no readable answer came in time: the provider
    /// may then have done its work or not.
    async fn exchange(&self, request: Request, timeout_ms: u32) -> Option<Response>;

    /// Shows a mock message to the developer.
    fn show(&self, line: &str);
}
