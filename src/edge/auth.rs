//! Who may call: `Authorization: Bearer <key>`.

use worker::Headers;

use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::secret::Secret;

/// Lets a request pass that carries one of the keys.
///
/// # Errors
/// `auth.unauthorized`.
pub(super) fn check(headers: &Headers, ours: &[Secret], keys: &Keys) -> Result<()> {
    let header = headers.get("authorization").ok().flatten().unwrap_or_default();
    let key = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match key {
        Some((_, key)) if keys.current.knows(ours, key.trim()) => Ok(()),
        _ => Err(Error::Unauthorized),
    }
}
