//! A clock that only tests move.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::Poll;

use edge_otp_core::time::Timestamp;

#[derive(Debug)]
pub(crate) struct VirtualClock {
    now: Cell<u64>,
    /// The times for which tasks wait.
    timers: RefCell<Vec<u64>>,
}

impl VirtualClock {
    pub(crate) const fn new(now: Timestamp) -> Self {
        Self { now: Cell::new(now.0), timers: RefCell::new(Vec::new()) }
    }

    pub(crate) const fn now(&self) -> Timestamp {
        Timestamp(self.now.get())
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, ms: u64) {
        self.now.set(self.now.get() + ms);
    }

    /// Sets the clock, also back.
    pub(crate) fn set(&self, now: Timestamp) {
        self.now.set(now.0);
    }

    /// Moves the clock to the next time for which a task waits; tells whether there is one.
    pub(crate) fn advance_to_next_timer(&self) -> bool {
        let next = self.timers.borrow().iter().copied().filter(|at| *at > self.now.get()).min();
        next.is_some_and(|at| {
            self.now.set(at);
            true
        })
    }

    /// Suspends the caller until the clock has moved on by a duration in milliseconds.
    pub(crate) async fn wait(&self, ms: u32) {
        if ms == 0 {
            return;
        }
        let until = self.now.get() + u64::from(ms);
        self.timers.borrow_mut().push(until);
        poll_fn(|_| if self.now.get() >= until { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}
