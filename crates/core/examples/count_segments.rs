//! Counts segments: reads texts as JSON strings, one a line, and writes `{"encoding":…,"segments":…}` for each. Used by
//! `tests/segments`, which compares the counts with those of another implementation.

use std::io::{self, BufRead as _, Write as _};

use edge_otp_core::segments::{Encoding, count_segments, detect_encoding};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let encoding = match detect_encoding(&text) {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        };
        let segments = count_segments(&text);
        writeln!(out, r#"{{"encoding":"{encoding}","segments":{segments}}}"#)?;
    }
    Ok(())
}
