//! How each fault is brought about.

use edge_otp_core::ports::HttpError;
use edge_otp_core::provider::ConnectFailure;

use crate::platform::{Call, Fault as CallFault, KvView, response};
use crate::world::World;

const HOUR_MS: u64 = 3_600_000;

/// A fault of the platform or the provider. Its variants are the runs in `tests/fault-matrix.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    KvGetFails,
    KvGetHangs,
    KvStale,
    KvNegative,
    KvTooManyWrites,
    KvPutFails,
    KvPutFailsAfterEffect,
    KvDeleteFails,
    Corrupt,
    GuardOverloaded,
    GuardReset,
    GuardWriteFails,
    NotReached(ConnectFailure),
    ProviderHangs,
    ProviderReplies(u16, &'static str),
    AcceptedThenTimeout,
    Duplicate,
    ClockBack,
    ClockForward,
    NoRandomness,
    UnknownKey,
    Crash,
    NoConnector,
    MalformedConnector,
    TruncatedBody,
}

/// What a provider repeats in each of its replies.
const REFUSED: &str = r#"{"code":21211,"message":"{{request}} old-secret-token-1"}"#;
const FAILED: &str = r#"{"sid":"SM1","status":"failed","error_code":30006,"error_message":"{{request}}"}"#;
const GARBLED: &str = r#"{"sid":"SM1","status":"que {{request}}"#;
const THROTTLED: &str = r#"{"code":20429,"message":"{{request}}"}"#;
const BROKEN: &str = r#"{"message":"{{request}}"}"#;
const MOVED: &str = "https://other.example/?{{request}}";

impl Fault {
    /// Finds the fault of a run.
    pub(crate) fn find(id: &str, run: &str) -> Option<Self> {
        Some(match (id, run) {
            ("F1", _) => Self::KvGetFails,
            ("F2", _) => Self::KvGetHangs,
            ("F3", _) => Self::KvStale,
            ("F4", _) => Self::KvNegative,
            ("F5", _) => Self::KvTooManyWrites,
            ("F6", _) => Self::KvPutFails,
            ("F7", _) => Self::KvPutFailsAfterEffect,
            ("F8", _) => Self::KvDeleteFails,
            ("F9", _) => Self::Corrupt,
            ("F10", _) => Self::GuardOverloaded,
            ("F11", _) => Self::GuardReset,
            ("F12", _) => Self::GuardWriteFails,
            ("F13", "refused connection") => Self::NotReached(ConnectFailure::Refused),
            ("F13", "refused message") => Self::ProviderReplies(400, REFUSED),
            ("F14", "TLS") => Self::NotReached(ConnectFailure::Tls),
            ("F14", "DNS") => Self::NotReached(ConnectFailure::Dns),
            ("F15", _) => Self::ProviderHangs,
            ("F17", _) => Self::ProviderReplies(200, FAILED),
            ("F18", _) => Self::ProviderReplies(200, GARBLED),
            ("F20", _) => Self::ProviderReplies(429, THROTTLED),
            ("F21", _) => Self::ProviderReplies(500, BROKEN),
            ("F22", _) => Self::ProviderReplies(302, MOVED),
            ("F23", _) => Self::AcceptedThenTimeout,
            ("F24", _) => Self::Duplicate,
            ("F26", "1 h back") => Self::ClockBack,
            ("F26", "1 h forward") => Self::ClockForward,
            ("F27", _) => Self::NoRandomness,
            ("F28", _) => Self::UnknownKey,
            ("F30", _) => Self::Crash,
            ("F31", "none") => Self::NoConnector,
            ("F31", "malformed") => Self::MalformedConnector,
            ("F32", _) => Self::TruncatedBody,
            _ => return None,
        })
    }

    /// Tells whether the fault has to begin before the first request of an operation, and not only once the provider is
    /// asked.
    pub(crate) const fn is_early(self) -> bool {
        matches!(
            self,
            Self::NotReached(_)
                | Self::ProviderHangs
                | Self::ProviderReplies(..)
                | Self::AcceptedThenTimeout
                | Self::ClockBack
                | Self::ClockForward
                | Self::NoConnector
                | Self::MalformedConnector
        )
    }

    /// Begins the fault.
    pub(crate) fn begin(self, world: &World) {
        let platform = &world.platform;
        let fail = |call, fault| platform.calls.inject(call, fault);
        match self {
            Self::Duplicate | Self::UnknownKey | Self::Crash | Self::TruncatedBody => {}
            Self::KvGetFails => {
                fail(Call::KvGet, CallFault::BeforeEffect);
                fail(Call::Connector, CallFault::BeforeEffect);
            }
            Self::KvGetHangs => {
                platform.calls.hold(Call::KvGet);
                platform.calls.hold(Call::Connector);
            }
            Self::KvStale => drop(platform.kv_view.replace(KvView::AsOf(platform.kv.borrow().clone()))),
            Self::KvNegative => drop(platform.kv_view.replace(KvView::WithoutPrefix(""))),
            Self::KvTooManyWrites => {
                let now = platform.clock.now();
                let keys = platform.kv.borrow().keys().map(|key| (key.clone(), now)).collect();
                platform.last_writes.replace(Some(keys));
            }
            Self::KvPutFails => fail(Call::KvPut, CallFault::BeforeEffect),
            Self::KvPutFailsAfterEffect => fail(Call::KvPut, CallFault::AfterEffect),
            Self::KvDeleteFails => fail(Call::KvDelete, CallFault::BeforeEffect),
            Self::Corrupt => {
                for entry in platform.kv.borrow_mut().values_mut() {
                    r#"{"v":9}"#.clone_into(&mut entry.text);
                }
            }
            Self::GuardOverloaded => fail(Call::Guard, CallFault::BeforeEffect),
            Self::GuardReset => fail(Call::Guard, CallFault::AfterEffect),
            Self::GuardWriteFails => fail(Call::Swap, CallFault::BeforeEffect),
            Self::NotReached(failure) => platform.fail_requests_with(HttpError::NotReached(failure)),
            Self::ProviderHangs => platform.reply_delay.set(u32::MAX),
            Self::ProviderReplies(status, body) => {
                let mut reply = response(status, body);
                reply.headers_mut().insert("retry-after", http::HeaderValue::from_static("7"));
                platform.reply.replace(Some(reply));
            }
            Self::AcceptedThenTimeout => fail(Call::Http, CallFault::AfterEffect),
            Self::ClockBack => {
                let now = platform.clock.now();
                platform.clock.set(edge_otp_core::time::Timestamp(now.0 - HOUR_MS));
            }
            Self::ClockForward => platform.clock.advance(HOUR_MS),
            Self::NoRandomness => fail(Call::Random, CallFault::BeforeEffect),
            Self::NoConnector => world.set_connector(None),
            Self::MalformedConnector => world.set_connector(Some("{\"connectorId\":\"twilio")),
        }
    }

    /// Ends what prevents later calls, whichever fault it was; what is stored stays as the fault has left it.
    pub(crate) fn end(world: &World) {
        world.platform.calls.repair();
        for call in [Call::KvGet, Call::Connector, Call::Http, Call::KvPut] {
            world.platform.calls.release(call);
        }
        world.platform.kv_view.replace(KvView::Current);
        world.platform.last_writes.replace(None);
    }
}
