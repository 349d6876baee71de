//! A message on its way: put on the provider's wire, sent once, its answer read.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::connector::{Connector, Delivery, Outcome};
use crate::error::Result;
use crate::message::Message;
use crate::policy::Policy;
use crate::wire::{Request, Stamp};
use crate::world::World;

/// Sends a message through a connector, and tells what became of it.
///
/// # Errors
/// `internal` if there is no source of random bytes: then nothing was sent.
pub(crate) fn dispatch(
    world: &World<'_>,
    policy: &Policy,
    connector: &Connector,
    message: &Message<'_>,
) -> Result<Outcome> {
    let Connector { provider, config } = connector;
    let stamp = Stamp::new(world.now(), world.random()?);
    let request = match provider.delivery(config, message, &stamp) {
        Delivery::Http(request) => request,
        Delivery::Terminal(line) => {
            world.show(line);
            return Ok(Outcome::Accepted);
        }
    };
    let credentials = credentials(&request);
    let answer = world.exchange(request, policy.provider_timeout_ms);
    let outcome = answer.map_or(Outcome::Unknown, |answer| provider.outcome(&answer));
    let mut private: Vec<&str> = connector.secrets().collect();
    private.extend([message.code.as_str(), message.to.digits(), &credentials]);
    Ok(outcome.without(provider.codes(), &private))
}

/// The credentials that a request carries as they are; a signature is none.
fn credentials(request: &Request) -> String {
    let header = request.headers.iter().find(|(name, _)| *name == "authorization");
    let text = header.map(|(_, value)| value.as_str()).unwrap_or_default();
    let bare = text.strip_prefix("Basic ").or_else(|| text.strip_prefix("Bearer "));
    bare.unwrap_or_default().to_owned()
}
