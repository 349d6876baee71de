//! Tells stories to their end over a world of the test's own.

use core::ops::ControlFlow;

use crate::json::Value;
use crate::time::Timestamp;
use crate::world::{Answer, Journal, Known, Wish, World, tell};

/// A world that a test plays.
pub(crate) trait Granter {
    fn now(&self) -> Timestamp;

    /// The answer to a wish; None if it fails.
    fn grant(&self, wish: Wish) -> Option<Value>;
}

/// A story under way.
pub(crate) struct Telling<'a, G> {
    granter: &'a G,
    journal: Journal,
    /// The wish that waits to be granted, once it is known.
    wish: Option<Wish>,
}

impl<'a, G: Granter> Telling<'a, G> {
    pub(crate) fn begin(granter: &'a G) -> Self {
        Self { granter, journal: Journal::begin(granter.now(), Known::default()), wish: None }
    }

    /// Tells the story until `waits` holds one of its wishes back. Some once it has ended.
    pub(crate) fn until<T>(
        &mut self,
        waits: impl Fn(&Wish) -> bool,
        story: impl Fn(&World<'_>) -> T,
    ) -> Option<T> {
        for _ in 0..1_000 {
            let wish =
                match self.wish.take().map_or_else(|| tell(&self.journal, &story), ControlFlow::Continue) {
                    ControlFlow::Break(end) => return Some(end),
                    ControlFlow::Continue(wish) => wish,
                };
            if waits(&wish) {
                self.wish = Some(wish);
                return None;
            }
            let value = self.granter.grant(wish);
            self.journal.add(Answer { at: self.granter.now(), value });
        }
        panic!("it never ends")
    }
}

/// Tells a story to its end.
pub(crate) fn told<T>(granter: &impl Granter, story: impl Fn(&World<'_>) -> T) -> T {
    Telling::begin(granter).until(|_| false, story).expect("nothing waits")
}
