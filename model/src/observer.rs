//! What an observer counts, independently of the ledger.

use edge_otp_core::ledger::Ledger;

use crate::CODES;

/// What has happened so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Observer {
    /// The codes in the order in which they were issued.
    pub issued: Vec<usize>,
    /// The codes whose send was taken back.
    pub withdrawn: Vec<usize>,
    /// Wrong codes that a caller was told of, by the code that they were compared with.
    pub compared: [u32; CODES],
    pub successes: [u32; CODES],
    pub failures_since_success: u32,
    /// Requests to the provider.
    pub requests: [u32; CODES],
    pub has_accepted_an_old_code: bool,
    pub has_lost_failures: bool,
}

impl Observer {
    /// Looks whether a ledger knows of every failure.
    pub fn compare_with(&mut self, ledger: &Ledger) {
        let json = serde_json::to_value(ledger).expect("a ledger has a JSON form");
        let known = json["failures"]["sinceSuccess"].as_u64().unwrap_or_default();
        self.has_lost_failures |= known < self.failures_since_success.into();
    }

    pub fn record_request(&mut self, code: usize) {
        self.requests[code] += 1;
    }

    pub fn record_mismatch(&mut self, code: usize) {
        self.compared[code] += 1;
        self.failures_since_success += 1;
    }

    pub fn record_success(&mut self, code: usize) {
        self.successes[code] += 1;
        self.failures_since_success = 0;
        let newest = self.issued.iter().rfind(|code| !self.withdrawn.contains(code));
        self.has_accepted_an_old_code |= newest != Some(&code);
    }
}
