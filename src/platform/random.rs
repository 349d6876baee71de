//! Random bytes: `crypto.getRandomValues`, through `getrandom`. A call into JavaScript costs as much as the bytes of
//! several sends, so that bytes are drawn ahead.

use std::cell::RefCell;

use edge_otp_core::ports::{RandomError, RandomSource};

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL_LENGTH], used: POOL_LENGTH }) };
}

/// How many bytes are drawn at once: enough for five sends.
const POOL_LENGTH: usize = 1_024;

struct Pool {
    /// Bytes that were handed out are zero.
    bytes: [u8; POOL_LENGTH],
    used: usize,
}

impl Pool {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), RandomError> {
        if POOL_LENGTH - self.used < buffer.len() {
            // A failure leaves the pool empty.
            self.used = POOL_LENGTH;
            getrandom::fill(&mut self.bytes).map_err(|_| RandomError)?;
            self.used = 0;
        }
        let end = self.used + buffer.len();
        let source = self.bytes.get_mut(self.used..end).ok_or(RandomError)?;
        buffer.copy_from_slice(source);
        source.fill(0);
        self.used = end;
        Ok(())
    }
}

/// The platform's random source.
pub(crate) struct SystemRandom;

impl RandomSource for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        POOL.with_borrow_mut(|pool| pool.fill(buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn fill_never_repeats_bytes_and_clears_the_pool_behind_them() {
        let draws: BTreeSet<[u8; 16]> = (0..1_000).map(|_| SystemRandom.bytes().expect("bytes")).collect();
        assert_eq!(draws.len(), 1_000);
        POOL.with_borrow(|pool| assert!(pool.bytes[..pool.used].iter().all(|byte| *byte == 0)));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn fill_refuses_more_than_the_pool_holds() {
        assert_eq!(SystemRandom.fill(&mut [0; POOL_LENGTH + 1]), Err(RandomError));
        assert!(SystemRandom.fill(&mut [0; POOL_LENGTH]).is_ok());
    }
}
