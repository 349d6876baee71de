//! A deterministic executor: a task makes progress only when the test polls it.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;

use super::InMemoryPlatform;

/// More polls than any operation needs.
const MAX_POLLS: u32 = 100_000;

/// Whether a task can go on at once. A task that waits for the clock or for the release of a call is not woken.
#[derive(Default)]
struct WakeFlag(AtomicBool);

impl Wake for WakeFlag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A future under way.
pub(crate) struct Task<'a, T> {
    future: Pin<Box<dyn Future<Output = T> + 'a>>,
    flag: Arc<WakeFlag>,
    output: Option<T>,
}

impl<'a, T> Task<'a, T> {
    /// Creates a task. Nothing is polled yet.
    pub(crate) fn new(future: impl Future<Output = T> + 'a) -> Self {
        Self { future: Box::pin(future), flag: Arc::default(), output: None }
    }

    /// Polls the task once, to its next suspension point; tells whether it can go on at once.
    pub(crate) fn step(&mut self) -> bool {
        if self.output.is_some() {
            return false;
        }
        self.flag.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self.flag));
        if let Poll::Ready(output) = self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.output = Some(output);
            return false;
        }
        self.flag.0.load(Ordering::Relaxed)
    }

    /// Polls the task until it has ended or has to wait; tells whether it has ended.
    pub(crate) fn advance(&mut self) -> bool {
        for _ in 0..MAX_POLLS {
            if !self.step() {
                return self.is_done();
            }
        }
        panic!("the task makes no end")
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.output.is_some()
    }

    /// Returns the output of a task that has ended.
    pub(crate) fn into_output(self) -> T {
        self.output.expect("the task has not ended")
    }
}

impl InMemoryPlatform {
    /// Runs a future to its end. The clock moves when nothing else can happen.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut tasks = [Task::new(future)];
        self.finish(&mut tasks);
        let [task] = tasks;
        task.into_output()
    }

    /// Runs tasks to their end, in turn.
    pub(crate) fn finish<T>(&self, tasks: &mut [Task<'_, T>]) {
        for _ in 0..MAX_POLLS {
            let mut is_any_woken = false;
            for task in tasks.iter_mut() {
                is_any_woken |= task.step();
            }
            if tasks.iter().all(Task::is_done) {
                return;
            }
            // A task that has ended may have freed another one, so the clock moves only after a second look.
            if !is_any_woken && !tasks.iter_mut().any(Task::step) {
                let is_later = tasks.iter().all(Task::is_done) || self.clock.advance_to_next_timer();
                assert!(is_later, "nothing can go on: {} calls are held", self.calls.waiting());
            }
        }
        panic!("the tasks make no end")
    }

    /// Polls tasks in the order of a schedule of indexes, then runs them to their end.
    pub(crate) fn interleave<T>(&self, mut tasks: Vec<Task<'_, T>>, schedule: &[usize]) -> Vec<T> {
        for index in schedule {
            let count = tasks.len();
            if let Some(task) = tasks.get_mut(index % count) {
                task.step();
            }
        }
        self.finish(&mut tasks);
        tasks.into_iter().map(Task::into_output).collect()
    }
}
