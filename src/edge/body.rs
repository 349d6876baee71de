//! Bodies with a limit: what is too large is not read to its end.

use alloc::string::String;

use super::Visit;
use crate::api::{MAX_BODY, MAX_CONFIG_BODY};
use crate::error::{Error, Result};

impl Visit<'_> {
    /// A JSON request body of at most 8 KiB.
    ///
    /// # Errors
    /// 415 if it is not declared to be JSON, 413 if it is larger.
    pub(super) fn json(&self) -> Result<String> {
        self.read_json(MAX_BODY)
    }

    /// A JSON request body of at most 64 KiB.
    ///
    /// # Errors
    /// As [`Self::json`].
    pub(super) fn long_json(&self) -> Result<String> {
        self.read_json(MAX_CONFIG_BODY)
    }

    fn read_json(&self, limit: u32) -> Result<String> {
        let media_type = self.request.header("content-type").split(';').next().unwrap_or_default().trim();
        let encoding = self.request.header("content-encoding");
        if !media_type.eq_ignore_ascii_case("application/json") || !matches!(encoding, "" | "identity") {
            return Err(Error::UnsupportedMediaType);
        }
        if self.request.header("content-length").parse::<u64>().is_ok_and(|length| length > limit.into()) {
            return Err(Error::TooLarge);
        }
        self.world.body(limit)?.ok_or(Error::TooLarge)
    }
}
