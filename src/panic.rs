//! A panic ends every request in flight of this wasm instance, since nothing can run in it afterwards; worker-build's
//! shim creates a new instance for the next request. The entry module (`entry.js`) answers the requests in flight: it is
//! notified here, and has a deadline for failures that are no panics.

use std::panic;

use wasm_bindgen::prelude::wasm_bindgen;
use worker::event;

#[wasm_bindgen(inline_js = "export const notify_panic = () => globalThis.onEdgeOtpPanic?.();")]
extern "C" {
    fn notify_panic();
}

/// Adds the notification to the panic hook of the `worker` crate, which prints the message.
#[event(start)]
fn install_panic_hook() {
    let print_panic = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        print_panic(info);
        notify_panic();
    }));
}

/// Panics. `entry.js` exports this to nobody; the test of what happens then calls it (tests/edge/panic.test.mjs).
#[wasm_bindgen(js_name = provokePanic)]
#[expect(
    clippy::panic,
    unreachable_pub,
    reason = "that is what it is for; wasm-bindgen exports public functions only"
)]
pub fn provoke_panic() {
    panic!("provoked by a test");
}
