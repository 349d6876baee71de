//! The guard objects of one phone number: that of the old secret and that of the new one.

use core::hash::{Hash, Hasher};

use edge_otp_core::ledger::Ledger;

/// A ledger that can be a part of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored(Ledger);

impl Stored {
    pub fn ledger(&self) -> Ledger {
        self.0.clone()
    }
}

impl From<Ledger> for Stored {
    fn from(ledger: Ledger) -> Self {
        Self(ledger)
    }
}

impl Hash for Stored {
    fn hash<H: Hasher>(&self, state: &mut H) {
        serde_json::to_string(&self.0).expect("a ledger has a JSON form").hash(state);
    }
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    Old,
    New,
}

/// The state of the old object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
enum OldState {
    #[default]
    Absent,
    Ledger(Stored),
    /// Handed over, with a copy in case that the successor loses it.
    Moved(Option<Stored>),
}

/// What the new object has in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
enum Memory {
    #[default]
    Unread,
    Read(Option<Stored>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Objects {
    old: OldState,
    /// What the new object has stored.
    new: Option<Stored>,
    memory: Memory,
}

impl Objects {
    /// Reads the ledger through an object, as `ObjectLedgerStore` and `GuardService::handle` do: the old one passes on what
    /// it has handed over, with its own name if `names_itself`. `None` if nothing can be decided now.
    pub fn load(&mut self, entrance: Object, names_itself: bool) -> Option<Ledger> {
        match (entrance, &self.old) {
            (Object::Old, OldState::Absent) => Some(Ledger::default()),
            (Object::Old, OldState::Ledger(ledger)) => Some(ledger.ledger()),
            (Object::Old, OldState::Moved(_)) => Some(self.load_new(names_itself)),
            (Object::New, _) => Some(self.load_new(true)),
        }
    }

    fn load_new(&mut self, knows_predecessor: bool) -> Ledger {
        if self.memory == Memory::Unread {
            let own = self.new.clone();
            let state = if own.is_none() && knows_predecessor { self.import() } else { own };
            self.memory = Memory::Read(state);
        }
        match &self.memory {
            Memory::Read(Some(ledger)) => ledger.ledger(),
            _ => Ledger::default(),
        }
    }

    /// Takes the old object's state over. It is not stored before something changes it.
    fn import(&mut self) -> Option<Stored> {
        let state = match &self.old {
            OldState::Absent => None,
            OldState::Ledger(ledger) | OldState::Moved(Some(ledger)) => Some(ledger.clone()),
            OldState::Moved(None) => None,
        };
        self.old = OldState::Moved(state.clone());
        state
    }

    /// Stores the ledger through an object.
    pub fn store(&mut self, entrance: Object, ledger: Ledger) {
        let is_moved = matches!(self.old, OldState::Moved(_));
        if entrance == Object::Old && !is_moved {
            self.old = OldState::Ledger(Stored::from(ledger));
            return;
        }
        self.new = Some(Stored::from(ledger));
        self.memory = Memory::Read(self.new.clone());
    }

    /// Removes the new object from memory; `None` if nothing changes by that.
    pub fn evict(&mut self) -> Option<()> {
        (self.memory != Memory::Unread).then(|| self.memory = Memory::Unread)
    }
}
