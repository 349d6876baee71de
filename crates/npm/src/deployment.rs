//! What an `Otp` is made of: its options, checked, and what is derived of them once.

use std::rc::Rc;

use edge_otp_core::connector::LoadedConnector;
use edge_otp_core::error::Issue;
use edge_otp_core::keys::KeyRing;
use edge_otp_core::policy::Policy;
use edge_otp_core::provider::AllowedAddresses;
use edge_otp_core::service::ServiceError;
use js_sys::Function;

use crate::platform::guard::Guard;
use crate::platform::kv::KvObject;

/// Where the active connector comes from.
#[derive(Debug)]
pub(crate) enum ConnectorOption {
    /// From KV, read anew for each send.
    Stored,
    /// From the options; it cannot be changed.
    InCode {
        /// Its stored form.
        text: String,
        /// Or what is wrong with it.
        connector: Rc<LoadedConnector>,
    },
}

/// The parts of an `Otp`.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) kv: KvObject,
    pub(crate) keys: Rc<KeyRing>,
    pub(crate) guard: Guard,
    pub(crate) connector: ConnectorOption,
    /// Or the option that the core does not accept.
    pub(crate) policy: Result<Policy, Issue>,
    /// The global `fetch` if there is none.
    pub(crate) fetch: Option<Function>,
    /// `Date.now` if there is none.
    pub(crate) now: Option<Function>,
}

impl Deployment {
    /// Returns the limits.
    ///
    /// # Errors
    /// `config.invalid`.
    pub(crate) fn policy(&self) -> Result<&Policy, ServiceError> {
        self.policy.as_ref().map_err(|issue| ServiceError::InvalidSettings(vec![issue.clone()]))
    }

    /// Returns the addresses that a connector may name; public ones where the limits are wrong.
    pub(crate) fn allowed_addresses(&self) -> AllowedAddresses {
        self.policy.as_ref().map_or(AllowedAddresses::Public, |policy| policy.allowed_addresses)
    }

    /// Returns the stored form of a connector that is given in code.
    pub(crate) fn connector_in_code(&self) -> Option<&str> {
        match &self.connector {
            ConnectorOption::Stored => None,
            ConnectorOption::InCode { text, .. } => Some(text),
        }
    }
}
