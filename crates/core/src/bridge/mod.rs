//! Bridges: other auth servers make a code, and the active connector delivers it.
//!
//! A dialect is how one auth server calls and what it makes of the answer: one file, registered with one line of
//! [`DIALECTS`]. It parses the request, maps it to a usage type, and answers so that what cannot succeed is not repeated
//! and what may succeed later is. Signatures ([`signature`]) are verified before a body is parsed. To add one: its file,
//! its line, its page in `docs/bridges/`, its setting if it signs.

mod authentik;
mod authgear;
mod caller;
mod casdoor;
mod clerk;
mod fields;
mod fusionauth;
mod generic;
mod kratos;
mod logto;
mod outcome;
mod secrets;
pub mod signature;
mod supabase;
mod zitadel;

use crate::api::{DeliverRequest, RequestError};
use crate::policy::Policy;
use crate::settings::SettingSpec;
use crate::time::Timestamp;

pub use caller::{caller_id, caller_key};
pub use fields::BridgeBody;
pub use outcome::{BridgeOutcome, BridgeResponse, Refusal};
pub use secrets::{BridgeSecrets, SigningSecrets};
pub use signature::{InvalidSignature, SignatureScheme};

macro_rules! dialects {
    ($($module:ident::$dialect:ident,)+) => {
        /// Every dialect, in the order in which they are offered.
        pub static DIALECTS: [&dyn BridgeDialect; [$(stringify!($module)),+].len()] = [$(&$module::$dialect),+];
    };
}

dialects! {
    generic::Generic,
    logto::Logto,
    supabase::Supabase,
    zitadel::Zitadel,
    kratos::Kratos,
    authgear::Authgear,
    authentik::Authentik,
    fusionauth::FusionAuth,
    casdoor::Casdoor,
    clerk::Clerk,
}

/// How one auth server hands codes over. Pure.
pub trait BridgeDialect: Sync {
    /// Returns the last segment of its path.
    fn id(&self) -> &'static str;

    /// Returns the name of the auth server.
    fn name(&self) -> &'static str;

    /// Returns how the auth server proves who it is.
    fn proof(&self) -> Proof {
        Proof::ApiKey
    }

    /// Returns how long the provider may take, in milliseconds, if the auth server waits for less than a provider usually
    /// may.
    fn timeout_ms(&self) -> Option<u32> {
        None
    }

    /// Returns the header that names the call in the auth server's own log.
    fn caller_id_header(&self) -> &'static str {
        "x-request-id"
    }

    /// Reads a request whose sender is proven. Members that are not needed are ignored.
    ///
    /// # Errors
    /// What is missing or not understood; the request cannot succeed, however often it is repeated.
    fn parse(
        &self,
        body: BridgeBody<'_>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<BridgeCall, RequestError>;

    /// Answers as the auth server expects it.
    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse;

    /// Writes the body of a request as the auth server sends it, for the console's test.
    fn sample(&self, sample: &Sample<'_>) -> String;
}

impl core::fmt::Debug for dyn BridgeDialect {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

/// How an auth server proves who it is.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    /// One of `API_KEYS`, in a header that the auth server lets its operator set.
    ApiKey,
    /// A signature over the body.
    Signature {
        /// The setting with its secrets.
        setting: &'static SettingSpec,
        /// How it signs.
        scheme: SignatureScheme,
    },
}

/// What an auth server asks for.
#[derive(Clone, Debug)]
pub enum BridgeCall {
    /// To deliver a message.
    Deliver(DeliverRequest),
    /// Nothing: an event of another kind, one that the auth server has delivered itself, or one that is too old. The text
    /// is for the log.
    Ignore(&'static str),
}

/// What a sample request holds.
#[derive(Clone, Copy)]
pub struct Sample<'a> {
    /// E.164.
    pub to: &'a crate::phone::PhoneNumber,
    /// The code.
    pub code: &'a str,
    /// When the request is made.
    pub now: Timestamp,
}

/// Finds the dialect with that id.
pub fn find_dialect(id: &str) -> Option<&'static dyn BridgeDialect> {
    DIALECTS.into_iter().find(|dialect| dialect.id() == id)
}
