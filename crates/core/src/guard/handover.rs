//! Handing a state over to the object that a new root secret names.

use serde::{Deserialize, Serialize};

use super::{GuardError, GuardState};
use crate::ports::{Change, StorageError};
use crate::time::{DAY, Seconds, Timestamp};

/// How long an object remembers that its state was handed over: as long as the failures in it may count.
const MARKER_LIFETIME: Seconds = Seconds(31 * DAY.0);

/// What an object keeps of a state that it has handed over. Until the successor has stored it, it may ask for it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedState {
    /// The name of the successor.
    to: String,
    /// The name of the object itself, for the requests that it passes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<Box<GuardState>>,
}

impl MovedState {
    /// Returns when the marker is no longer needed.
    pub(super) const fn expires_at(&self) -> Timestamp {
        self.at.plus(MARKER_LIFETIME)
    }
}

/// Returns what the object `from` stores once it has handed its state over to `to`, and the state.
pub(super) fn hand_over(
    state: Option<&GuardState>,
    to: &str,
    from: Option<&str>,
    now: Timestamp,
) -> Result<(Change, Option<GuardState>), StorageError> {
    match state {
        Some(GuardState::Moved(moved)) if moved.to == to => {
            Ok((Change::Keep, moved.state.as_deref().cloned()))
        }
        Some(GuardState::Moved(_)) => Err(StorageError),
        state => {
            let (to, from) = (to.to_owned(), from.map(str::to_owned));
            let moved = MovedState { to, from, at: now, state: state.cloned().map(Box::new) };
            let expires_at = moved.expires_at();
            Ok((Change::Put { state: GuardState::Moved(moved), expires_at }, state.cloned()))
        }
    }
}

/// Returns what an object stores once `to` has stored the state that was handed over: the marker alone.
pub(super) fn release(state: Option<&GuardState>, to: &str) -> Change {
    match state {
        Some(GuardState::Moved(moved)) if moved.to == to && moved.state.is_some() => {
            let marker = MovedState { state: None, ..moved.clone() };
            let expires_at = marker.expires_at();
            Change::Put { state: GuardState::Moved(marker), expires_at }
        }
        _ => Change::Keep,
    }
}

pub(super) fn moved_error(moved: &MovedState) -> GuardError {
    GuardError::Moved { to: moved.to.clone(), from: moved.from.clone() }
}
