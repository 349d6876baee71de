//! Describes numbers: reads them in E.164 form, one a line, and writes `calling code, country, verdict` for each, separated
//! by tabs. Used by `tests/tables`, which compares them with libphonenumber's.

use std::io::{self, BufRead as _, Write as _};

use edge_otp_core::numbering::PlannedNumber;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::phone_check::{AllowedServices, PhoneCheck};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let check = PhoneCheck::Full(AllowedServices::default());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let Some(phone) = PhoneNumber::parse(&line) else {
            writeln!(out, "\t\tformat")?;
            continue;
        };
        let number = PlannedNumber::new(&phone);
        let calling_code = number.as_ref().map(PlannedNumber::calling_code).unwrap_or_default();
        let country = number.as_ref().and_then(PlannedNumber::country).unwrap_or_default();
        let verdict = check.check(&phone).err().and_then(|error| error.data().reason).unwrap_or("ok");
        writeln!(out, "{calling_code}\t{country}\t{verdict}")?;
    }
    Ok(())
}
