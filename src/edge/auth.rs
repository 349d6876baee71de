//! Who may call: `Authorization: Bearer <key>`.

use super::Visit;
use crate::error::{Error, Result};
use crate::secret::Secret;

impl Visit<'_> {
    /// Lets a request pass that carries one of the keys.
    ///
    /// # Errors
    /// `auth.unauthorized`.
    pub(super) fn check_key(&self, ours: &[Secret]) -> Result<()> {
        let key = self.request.header("authorization").split_once(' ');
        match key.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
            Some((_, key)) if self.settings.keys.current.knows(ours, key.trim()) => Ok(()),
            _ => Err(Error::Unauthorized),
        }
    }
}
