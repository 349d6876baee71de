//! The clock: `Date.now`, which in Workers stands still while no I/O happens.

use std::time::Duration;

use edge_otp_core::ports::Clock;
use edge_otp_core::time::Timestamp;
use worker::Delay;

use super::WorkerPlatform;

/// Returns the current time.
pub(crate) fn now() -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds are whole and positive"
    )]
    let ms = js_sys::Date::now() as u64;
    Timestamp(ms)
}

impl Clock for WorkerPlatform {
    fn now(&self) -> Timestamp {
        now()
    }

    async fn sleep(&self, ms: u32) {
        Delay::from(Duration::from_millis(ms.into())).await;
    }
}
