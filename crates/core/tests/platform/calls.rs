//! Control over the calls of ports: a log, faults, and calls that wait until they are released.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::Poll;
use std::collections::BTreeSet;

/// A call of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Connector,
    Guard,
    Http,
    KvDelete,
    KvGet,
    KvPut,
    /// Reading a guard object's state.
    Load,
    Random,
    Sleep,
    /// Writing a guard object's state.
    Swap,
}

impl Call {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connector => "connector",
            Self::Guard => "guard",
            Self::Http => "fetch",
            Self::KvDelete => "delete",
            Self::KvGet => "get",
            Self::KvPut => "put",
            Self::Load => "load",
            Self::Random => "random",
            Self::Sleep => "sleep",
            Self::Swap => "swap",
        }
    }
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The call fails and has no effect.
    BeforeEffect,
    /// The call has its effect, and the caller learns of a failure.
    AfterEffect,
}

impl Fault {
    pub(crate) const ALL: [Self; 2] = [Self::BeforeEffect, Self::AfterEffect];
}

/// The call has failed as the test wanted.
#[derive(Debug)]
pub(crate) struct InjectedFault;

#[derive(Debug)]
struct Rule {
    /// Every call, if `None`.
    call: Option<Call>,
    fault: Fault,
    /// How many matching calls succeed first.
    skip: u32,
    /// How many fail then.
    times: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Calls {
    log: RefCell<Vec<Call>>,
    rules: RefCell<Vec<Rule>>,
    held: RefCell<BTreeSet<Call>>,
    /// How many calls wait for their release.
    waiting: Cell<u32>,
}

impl Calls {
    /// Makes all calls of this kind fail from now on.
    pub(crate) fn inject(&self, call: Call, fault: Fault) {
        self.rules.borrow_mut().push(Rule { call: Some(call), fault, skip: 0, times: u32::MAX });
    }

    /// Makes one of the coming calls fail, of whatever kind, after `skip` successes.
    pub(crate) fn inject_nth(&self, skip: u32, fault: Fault) {
        self.rules.borrow_mut().push(Rule { call: None, fault, skip, times: 1 });
    }

    /// Ends all faults; tells whether there was one that has not come up yet.
    pub(crate) fn repair(&self) -> bool {
        self.rules.take().iter().any(|rule| rule.call.is_none() && rule.times > 0)
    }

    /// Makes calls of this kind wait, before they have any effect.
    pub(crate) fn hold(&self, call: Call) {
        self.held.borrow_mut().insert(call);
    }

    pub(crate) fn release(&self, call: Call) {
        self.held.borrow_mut().remove(&call);
    }

    pub(crate) fn is_held(&self, call: Call) -> bool {
        self.held.borrow().contains(&call)
    }

    /// Tells how many calls wait for their release.
    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.get()
    }

    /// Returns the calls of guard, KV and provider since it was asked last.
    pub(crate) fn take_operations(&self) -> String {
        let is_counted = |call: &Call| {
            matches!(call, Call::Guard | Call::Http | Call::KvDelete | Call::KvGet | Call::KvPut)
        };
        let calls = self.log.take();
        calls.into_iter().filter(is_counted).map(Call::name).collect::<Vec<_>>().join(" ")
    }

    /// Tells how many calls of a kind have begun since the log was taken last.
    pub(crate) fn count(&self, call: Call) -> usize {
        self.log.borrow().iter().filter(|begun| **begun == call).count()
    }

    /// Logs a call and tells how it fails, if it does.
    pub(crate) fn begin(&self, call: Call) -> Option<Fault> {
        self.log.borrow_mut().push(call);
        for rule in self.rules.borrow_mut().iter_mut().filter(|rule| rule.call.is_none_or(|c| c == call)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                return Some(rule.fault);
            }
        }
        None
    }

    /// Carries out a call. Other tasks may run before its effect and after it.
    pub(crate) async fn perform<T>(
        &self,
        call: Call,
        effect: impl FnOnce() -> T,
    ) -> Result<T, InjectedFault> {
        let fault = self.arrive(call).await?;
        let value = effect();
        self.leave(fault).await?;
        Ok(value)
    }

    /// The first half of a call: up to its effect.
    pub(crate) async fn arrive(&self, call: Call) -> Result<Option<Fault>, InjectedFault> {
        let fault = self.begin(call);
        yield_once().await;
        self.wait_for_release(call).await;
        if fault == Some(Fault::BeforeEffect) { Err(InjectedFault) } else { Ok(fault) }
    }

    /// The second half of a call: its response.
    pub(crate) async fn leave(&self, fault: Option<Fault>) -> Result<(), InjectedFault> {
        yield_once().await;
        if fault.is_some() { Err(InjectedFault) } else { Ok(()) }
    }

    pub(crate) async fn wait_for_release(&self, call: Call) {
        let mut is_waiting = false;
        poll_fn(|_| {
            let is_held = self.held.borrow().contains(&call);
            match (is_waiting, is_held) {
                (false, true) => self.waiting.set(self.waiting.get() + 1),
                (true, false) => self.waiting.set(self.waiting.get() - 1),
                _ => {}
            }
            is_waiting = is_held;
            if is_held { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}

/// Lets other tasks run.
async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
