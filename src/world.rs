//! What the stories need of the world, and how they come by it without waiting.
//!
//! A story is a plain function over a [`World`]. Where it needs something from outside (a text from KV, random bytes, a
//! provider's answer), it looks into its [`Journal`]. If the answer does not stand there yet, the story leaves a
//! [`Wish`] and ends. The shell grants the wish, writes the answer down, and has the story told again from its
//! beginning: the same journal gives the same telling, now one step further. So the core needs no clock, no dice, no
//! I/O and no `async`; and whatever may happen between two steps can be tested by value.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::json::Value;
use crate::record::Record;
use crate::sign::unhex;
use crate::time::{Seconds, Timestamp};
use crate::wire::{Request, Response};

/// One thing that a story wants of the world. It may hold credentials and codes, so it has no `Debug`.
pub(crate) enum Wish {
    /// So many bytes from a cryptographic source. Answer: hex.
    Random(u32),
    /// Let time pass, in milliseconds. Answer: null.
    Sleep(u32),
    /// The active connector in its stored form, as it was 90 s ago or later. Answer: the text or null.
    Connector,
    /// A text from KV. Answer: the text or null.
    Get(String),
    /// Store a text in KV, for so many seconds if given (60 at least). Answer: null, once it is stored.
    Put { key: String, text: String, ttl: Option<Seconds> },
    /// Remove a text from KV. Answer: null.
    Delete(String),
    /// A cell's text: a ledger or a claim. Answer: the text or null.
    Load(String),
    /// Put `next` in the place of `expected` (None: absent), in one step; `ttl` is for how long, in seconds, it may
    /// still matter. Answer: whether `expected` was what stood there.
    Swap { cell: String, expected: Option<String>, next: Option<String>, ttl: u32 },
    /// Ask the guard object of that name. Answer: what it says.
    Guard { name: String, call: Value },
    /// Send a request to a provider, once; redirects are not followed. Answer: a [`Response`].
    Fetch { request: Request, timeout_ms: u32 },
    /// Show a mock message to the developer. Answer: null.
    Show(String),
    /// Seal a text: AES-256-GCM, `place` as associated data. Key, nonce (12 bytes) and answer are hex; the tag of 16
    /// bytes stands at the end.
    Seal { key: String, nonce: String, place: String, text: String },
    /// The body of the request at hand. Answer: its text, or null if it has more bytes than this; empty if it is not
    /// UTF-8.
    Body(u32),
    /// A static file of the deployment. Answer: its text or null.
    Asset(String),
    /// Open a sealed text. Answer: the text, or null if it does not authenticate.
    Open { key: String, nonce: String, place: String, sealed: String },
}

/// What a story has been told so far.
pub(crate) struct Journal {
    /// When it began.
    begun: Timestamp,
    known: Known,
    answers: Vec<Answer>,
}

/// What stands in a cell; None if nothing does.
pub(crate) type CellText = Option<String>;

/// What the shell knew that the story would ask for. Each saves a wish; none has to be there.
#[derive(Default)]
pub(crate) struct Known {
    /// Random bytes, never told to another story.
    pub(crate) dice: Vec<u8>,
    /// The answer to [`Wish::Body`].
    pub(crate) body: Option<String>,
    /// The answer to [`Wish::Connector`].
    pub(crate) connector: Option<String>,
    /// The text of the guard object's own cell.
    pub(crate) cell: Option<CellText>,
}

/// How a wish ended.
pub(crate) struct Answer {
    /// When. For the story no time passes but while it waits for an answer.
    pub(crate) at: Timestamp,
    /// None if it failed.
    pub(crate) value: Option<Value>,
}

impl Journal {
    /// The journal of a story that begins now.
    pub(crate) const fn begin(begun: Timestamp, known: Known) -> Self {
        Self { begun, known, answers: Vec::new() }
    }

    /// Writes down how the newest wish ended.
    pub(crate) fn add(&mut self, answer: Answer) {
        self.answers.push(answer);
    }
}

/// Tells a story as far as its journal goes: to its end, or to its next wish.
pub(crate) fn tell<T>(journal: &Journal, story: impl FnOnce(&World<'_>) -> T) -> ControlFlow<T, Wish> {
    let world = World {
        journal,
        thrown: Cell::new(0),
        next: Cell::new(0),
        now: Cell::new(journal.begun),
        wish: RefCell::default(),
    };
    let end = story(&world);
    match world.wish.into_inner() {
        // Whatever the story made of an answer that it has not got means nothing.
        Some(wish) => ControlFlow::Continue(wish),
        None => ControlFlow::Break(end),
    }
}

/// The world as one telling of a story sees it.
pub(crate) struct World<'a> {
    journal: &'a Journal,
    /// How many of the known dice were used.
    thrown: Cell<usize>,
    next: Cell<usize>,
    now: Cell<Timestamp>,
    /// The first wish without an answer. From then on every answer is a failure, so that the story ends soon.
    wish: RefCell<Option<Wish>>,
}

impl<'a> World<'a> {
    /// The time at which the newest answer came.
    pub(crate) const fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// If there is no source of them: nothing may then be made of it.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let from = self.thrown.get();
        if let Some(bytes) = self.journal.known.dice.get(from..from + N) {
            self.thrown.set(from + N);
            return bytes.try_into().map_err(|_| Error::Internal("no random source"));
        }
        let bytes = self.ask(Wish::Random(u32::try_from(N).unwrap_or(u32::MAX))).and_then(Value::as_str);
        bytes.and_then(|hex| unhex(hex)?.try_into().ok()).ok_or(Error::Internal("no random source"))
    }

    /// Lets time pass.
    pub(crate) fn sleep(&self, ms: u32) {
        self.ask(Wish::Sleep(ms));
    }

    /// The active connector in its stored form, as it was 90 s ago or later.
    pub(crate) fn connector(&self) -> Result<Option<String>> {
        match &self.journal.known.connector {
            Some(text) => Ok(Some(text.clone())),
            None => self.text(Wish::Connector),
        }
    }

    /// A text from KV.
    pub(crate) fn get(&self, key: &str) -> Result<Option<String>> {
        self.text(Wish::Get(key.to_owned()))
    }

    /// Stores a text in KV, for `ttl` if given (60 s at least). It is stored once this returns.
    pub(crate) fn put(&self, key: &str, text: String, ttl: Option<Seconds>) -> Result<()> {
        self.done(Wish::Put { key: key.to_owned(), text, ttl })
    }

    /// Removes a text from KV.
    pub(crate) fn delete(&self, key: &str) -> Result<()> {
        self.done(Wish::Delete(key.to_owned()))
    }

    /// The text of the guard object's own cell, if that was known from the beginning.
    pub(crate) const fn known_cell(&self) -> Option<&'a CellText> {
        self.journal.known.cell.as_ref()
    }

    /// A cell's text.
    pub(crate) fn load(&self, cell: &str) -> Result<Option<String>> {
        self.text(Wish::Load(cell.to_owned()))
    }

    /// Puts `next` in the place of `expected` (None: absent) and says whether `expected` was what stood there. `ttl` is
    /// how long the text may still matter.
    pub(crate) fn swap(
        &self,
        cell: &str,
        expected: Option<&str>,
        next: Option<String>,
        ttl: Seconds,
    ) -> Result<bool> {
        let expected = expected.map(str::to_owned);
        let swapped = self.ask(Wish::Swap { cell: cell.to_owned(), expected, next, ttl: ttl.0 });
        swapped.and_then(Value::as_bool).ok_or(Error::Storage)
    }

    /// Asks the guard object of that name.
    pub(crate) fn guard(&self, name: &str, call: Value) -> Result<&'a Value> {
        self.ask(Wish::Guard { name: name.to_owned(), call }).ok_or(Error::Storage)
    }

    /// Sends a request to a provider, once. None if no readable answer came in time: the provider may then have done
    /// its work or not.
    pub(crate) fn exchange(&self, request: Request, timeout_ms: u32) -> Option<Response> {
        self.ask(Wish::Fetch { request, timeout_ms }).and_then(Response::read)
    }

    /// The body of the request at hand; None if it has more bytes than `limit`, empty if it is not UTF-8.
    pub(crate) fn body(&self, limit: u32) -> Result<Option<String>> {
        match &self.journal.known.body {
            Some(text) => Ok(Some(text.clone())),
            None => self.text(Wish::Body(limit)).map_err(|_| Error::Internal("the body broke off")),
        }
    }

    /// A static file of the deployment; None if there is none of that path.
    pub(crate) fn asset(&self, path: String) -> Option<String> {
        self.text(Wish::Asset(path)).ok().flatten()
    }

    /// Shows a mock message to the developer.
    pub(crate) fn show(&self, line: String) {
        self.ask(Wish::Show(line));
    }

    /// Seals a text; hex, the tag at its end.
    pub(crate) fn seal(&self, key: String, nonce: String, place: String, text: &str) -> Result<String> {
        let sealed = self.ask(Wish::Seal { key, nonce, place, text: text.to_owned() });
        sealed.and_then(String::read).ok_or(Error::Storage)
    }

    /// Opens a sealed text; None if it does not authenticate.
    pub(crate) fn open(
        &self,
        key: String,
        nonce: String,
        place: String,
        sealed: String,
    ) -> Result<Option<String>> {
        self.text(Wish::Open { key, nonce, place, sealed })
    }

    fn text(&self, wish: Wish) -> Result<Option<String>> {
        self.ask(wish).and_then(Record::read).ok_or(Error::Storage)
    }

    fn done(&self, wish: Wish) -> Result<()> {
        self.ask(wish).map(drop).ok_or(Error::Storage)
    }

    /// The answer to a wish; None if it failed, or is not known yet.
    fn ask(&self, wish: Wish) -> Option<&'a Value> {
        let mut open = self.wish.borrow_mut();
        if open.is_some() {
            return None;
        }
        let Some(answer) = self.journal.answers.get(self.next.get()) else {
            *open = Some(wish);
            return None;
        };
        self.next.set(self.next.get() + 1);
        self.now.set(answer.at);
        answer.value.as_ref()
    }
}
