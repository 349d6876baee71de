//! The archive: what was active before.

use super::{ConnectorService, ServiceError};
use crate::connector::{
    ARCHIVE_KEY, ARCHIVE_LENGTH, ARCHIVE_LIFETIME, ArchivedConnector, ConnectorView, LeftOutSecret,
    StoredConnector, archive_to_json, parse_archive,
};
use crate::ports::Platform;

impl<P: Platform> ConnectorService<'_, P> {
    /// Lists what was active before, newest first.
    ///
    /// # Errors
    /// `storage.unavailable`.
    pub async fn list_archive(&self) -> Result<Vec<ConnectorView>, ServiceError> {
        let archive = self.read_archive().await?;
        self.renew_seals().await;
        let active = self.find_active().await?.map(|active| active.id);
        let view = |archived: &ArchivedConnector| {
            let view = self.view(&archived.connector)?;
            Some(ConnectorView { archived_at: Some(archived.archived_at.rfc3339()), ..view })
        };
        let others = archive.iter().filter(|archived| active.as_ref() != Some(&archived.connector.id));
        Ok(others.filter_map(view).take(ARCHIVE_LENGTH).collect())
    }

    /// Makes an archived connector the active one, in one write; the active one takes its place in the archive.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub async fn restore(&self, id: &str) -> Result<ConnectorView, ServiceError> {
        let active = self.find_active().await?;
        let archive = self.read_archive().await?;
        let archived = archive
            .into_iter()
            .find(|archived| archived.connector.id == id)
            .filter(|_| active.as_ref().is_none_or(|active| active.id != id));
        let mut stored = archived.ok_or(ServiceError::EntityNotFound)?.connector;
        let provider = self.find_enabled_provider(&stored.connector_id)?;
        stored.config = self.validate_config(provider, &stored.config, Some(&stored), LeftOutSecret::Kept)?;
        stored.touch(self.platform.now());
        self.archive(active, Some(id)).await?;
        self.store(stored).await
    }

    /// Deletes an archived connector for good.
    ///
    /// # Errors
    /// `entity.not_found`, `storage.unavailable`.
    pub async fn purge(&self, id: &str) -> Result<(), ServiceError> {
        let active = self.find_active().await?;
        let mut archive = self.read_archive().await?;
        let length = archive.len();
        // The active connector is not shown as archived, and its copy is what a failed change falls back on.
        if active.is_none_or(|active| active.id != id) {
            archive.retain(|archived| archived.connector.id != id);
        }
        if archive.len() == length {
            return Err(ServiceError::EntityNotFound);
        }
        if archive.is_empty() {
            return Ok(self.platform.delete(ARCHIVE_KEY).await?);
        }
        Ok(self.platform.put(ARCHIVE_KEY, &archive_to_json(&archive), Some(ARCHIVE_LIFETIME)).await?)
    }

    pub(super) async fn read_archive(&self) -> Result<Vec<ArchivedConnector>, ServiceError> {
        let text = self.platform.get(ARCHIVE_KEY).await?.unwrap_or_default();
        Ok(parse_archive(&text, self.platform.now()))
    }

    /// Puts what is active first in the archive. This precedes the write that replaces it, and nothing is taken out: if that
    /// write fails, everything is still there. A connector that is active is left out where the archive is shown; it is in
    /// there once. `kept`, which is about to become active, does not count for the length of the archive. All secrets are
    /// sealed with the current key, those of an archive that was stored by hand as well.
    pub(super) async fn archive(
        &self,
        active: Option<StoredConnector>,
        kept: Option<&str>,
    ) -> Result<(), ServiceError> {
        let Some(connector) = active else { return Ok(()) };
        let mut archive = self.read_archive().await?;
        archive.retain(|archived| archived.connector.id != connector.id);
        archive.insert(0, ArchivedConnector { connector, archived_at: self.platform.now() });
        let mut room = ARCHIVE_LENGTH;
        archive.retain(|archived| {
            let is_kept = kept == Some(archived.connector.id.as_str());
            let has_room = room > 0;
            room -= usize::from(has_room && !is_kept);
            is_kept || has_room
        });
        for ArchivedConnector { connector, .. } in &mut archive {
            if let Some(provider) = connector.provider() {
                connector.config = self.sealer().seal_config(provider, &connector.config, self.platform)?;
            }
        }
        let text = archive_to_json(&archive);
        Ok(self.platform.put(ARCHIVE_KEY, &text, Some(ARCHIVE_LIFETIME)).await?)
    }
}
