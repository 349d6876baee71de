//! Sealing anew what was sealed with the previous key. Only the seals change; whatever else is stored stays as it is.

use serde_json::Value;

use super::sealing::SecretSealer;
use super::text::parse_stored;
use crate::ports::{RandomError, RandomSource};
use crate::provider::find_provider;

/// Returns the text of a stored connector with its seals renewed; `None` if there is nothing to renew.
///
/// # Errors
/// If there are no random bytes for a nonce.
pub fn renew_connector(
    text: &str,
    sealer: SecretSealer<'_>,
    random: &impl RandomSource,
) -> Result<Option<String>, RandomError> {
    renew_text(text, sealer, |connector| renew(connector, sealer, random))
}

/// Returns the text of an archive as [`renew_connector`] does that of a connector.
///
/// # Errors
/// As [`renew_connector`].
pub fn renew_archive(
    text: &str,
    sealer: SecretSealer<'_>,
    random: &impl RandomSource,
) -> Result<Option<String>, RandomError> {
    renew_text(text, sealer, |archive| {
        let mut is_renewed = false;
        for connector in
            archive.as_array_mut().into_iter().flatten().filter_map(|item| item.get_mut("connector"))
        {
            is_renewed |= renew(connector, sealer, random)?;
        }
        Ok(is_renewed)
    })
}

fn renew_text(
    text: &str,
    sealer: SecretSealer<'_>,
    renew: impl FnOnce(&mut Value) -> Result<bool, RandomError>,
) -> Result<Option<String>, RandomError> {
    if !sealer.may_need_renewal(text) {
        return Ok(None);
    }
    let Ok(mut value) = parse_stored(text) else { return Ok(None) };
    Ok(renew(&mut value)?.then(|| value.to_string()))
}

fn renew(
    connector: &mut Value,
    sealer: SecretSealer<'_>,
    random: &impl RandomSource,
) -> Result<bool, RandomError> {
    let provider = connector.get("connectorId").and_then(Value::as_str).and_then(find_provider);
    match provider.zip(connector.get_mut("config")) {
        Some((provider, config)) => sealer.renew_config(provider, config, random),
        None => Ok(false),
    }
}
