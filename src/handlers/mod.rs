//! One handler per route: from a request to a service and back.

pub(crate) mod activity;
pub(crate) mod bridges;
pub(crate) mod connectors;
pub(crate) mod factories;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod limits;
pub(crate) mod messages;
pub(crate) mod otp;
pub(crate) mod phones;
pub(crate) mod settings;

use crate::request::IncomingRequest;
use crate::settings::Deployment;

/// What every handler works with.
pub(crate) struct Exchange<'a> {
    pub(crate) request: &'a IncomingRequest,
    pub(crate) deployment: &'a Deployment,
}
