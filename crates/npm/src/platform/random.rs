//! Random bytes: `crypto.getRandomValues`, through `getrandom`. A call of it costs a JavaScript runtime several
//! microseconds however few bytes it returns, so they are drawn in stock.

use std::cell::RefCell;

use edge_otp_core::ports::{RandomError, RandomSource};

use super::Operation;

/// Enough for six sends.
const STOCK: usize = 1024;

/// Random bytes that nobody has used. Those that were used are overwritten, so that memory does not reveal them later.
struct Stock {
    bytes: [u8; STOCK],
    used: usize,
}

thread_local! {
    static RANDOM: RefCell<Stock> = const { RefCell::new(Stock { bytes: [0; STOCK], used: STOCK }) };
}

impl Stock {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), RandomError> {
        if buffer.len() > STOCK - self.used {
            getrandom::fill(&mut self.bytes).map_err(|_| RandomError)?;
            self.used = 0;
        }
        let end = self.used + buffer.len();
        // A buffer longer than the stock is filled by the platform itself.
        let Some(fresh) = self.bytes.get_mut(self.used..end) else {
            return getrandom::fill(buffer).map_err(|_| RandomError);
        };
        buffer.copy_from_slice(fresh);
        fresh.fill(0);
        self.used = end;
        Ok(())
    }
}

impl RandomSource for Operation {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        RANDOM.with_borrow_mut(|stock| stock.fill(buffer))
    }
}
