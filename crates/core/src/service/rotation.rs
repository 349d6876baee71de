//! What outlives a rotation of the root secret: the connector and the archive. They are sealed anew with the current key by
//! the first operation that opens them, so that the previous one can be removed.

use super::ServiceError;
use crate::connector::{
    ARCHIVE_KEY, ARCHIVE_LIFETIME, CONNECTOR_KEY, SecretSealer, renew_archive, renew_connector,
};
use crate::keys::KeyRing;
use crate::policy::RotationState;
use crate::ports::{KvStore, RandomSource};

/// What may hold a secret that is sealed with the previous key.
const SEALED_KEYS: [&str; 2] = [CONNECTOR_KEY, ARCHIVE_KEY];

/// Seals anew what KV holds under the previous key. Others may do the same or change the connector at the same time, and
/// KV has no conditional write: a text that is not the one that was read is left alone.
///
/// # Errors
/// If KV or the random source failed. The seals that are there still open while the rotation runs.
pub async fn renew_seals(
    platform: &(impl KvStore + RandomSource),
    keys: &KeyRing,
) -> Result<(), ServiceError> {
    for key in SEALED_KEYS {
        let Some(text) = platform.get(key).await? else { continue };
        let Some(renewed) = renew(key, &text, platform, keys)? else { continue };
        if platform.get(key).await?.as_deref() == Some(&text) {
            let expiration_ttl = (key == ARCHIVE_KEY).then_some(ARCHIVE_LIFETIME);
            platform.put(key, &renewed, expiration_ttl).await?;
        }
    }
    Ok(())
}

/// Tells how far a rotation has come. The ledgers of phone numbers are not looked at: there is no list of them, and what
/// they hold matters for a day at most.
///
/// # Errors
/// As [`renew_seals`].
pub async fn rotation_state(
    platform: &(impl KvStore + RandomSource),
    keys: &KeyRing,
) -> Result<RotationState, ServiceError> {
    let mut state = RotationState { is_running: keys.previous.is_some(), is_previous_needed: false };
    if state.is_running {
        for key in SEALED_KEYS {
            let text = platform.get(key).await?.unwrap_or_default();
            state.is_previous_needed |= renew(key, &text, platform, keys)?.is_some();
        }
    }
    Ok(state)
}

fn renew(
    key: &str,
    text: &str,
    random: &impl RandomSource,
    keys: &KeyRing,
) -> Result<Option<String>, ServiceError> {
    let sealer = SecretSealer { keys };
    let renew = if key == ARCHIVE_KEY { renew_archive } else { renew_connector };
    Ok(renew(text, sealer, random)?)
}
