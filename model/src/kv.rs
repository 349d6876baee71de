//! A ledger in KV: each location goes on to read what it has read or written. A location forgets at any time; that it may
//! keep something for as long as it likes covers the 60 s of Workers KV.

use edge_otp_core::ledger::Ledger;

use crate::guard::Stored;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Kv {
    ledger: Stored,
    remembered: [Option<Stored>; 2],
}

impl Kv {
    pub fn read(&mut self, location: usize) -> Ledger {
        self.remembered[location].get_or_insert_with(|| self.ledger.clone()).ledger()
    }

    /// The last write wins.
    pub fn write(&mut self, location: usize, ledger: Ledger) {
        self.ledger = Stored::from(ledger);
        self.remembered[location] = Some(self.ledger.clone());
    }

    /// Forgets what a location remembers; `None` if that is nothing.
    pub fn expire(&mut self, location: usize) -> Option<()> {
        self.remembered[location].take().map(drop)
    }
}
