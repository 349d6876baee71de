//! The clock: `Date.now`, which in Workers stands still while no I/O happens.

use std::time::Duration;

use edge_otp_core::ports::Clock;
use edge_otp_core::time::Timestamp;
use worker::{Date, Delay};

use super::WorkerPlatform;

/// Returns the current time.
pub(crate) fn now() -> Timestamp {
    Timestamp(Date::now().as_millis())
}

impl Clock for WorkerPlatform {
    fn now(&self) -> Timestamp {
        now()
    }

    async fn sleep(&self, ms: u32) {
        Delay::from(Duration::from_millis(ms.into())).await;
    }
}
