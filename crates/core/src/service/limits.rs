//! The limits against SMS pumping as services use them: count a send, report a verification, list and lift stops.

use super::{OtpService, ServiceError, UNEXPECTED};
use crate::event::Trace;
use crate::guard::{GuardRequest, GuardResponse};
use crate::ledger::LedgerError;
use crate::limits::{
    CounterObject, LimitKind, LimitMode, LimitReached, LimitTarget, Stop, StopView, country_of_number,
    prefix_of,
};
use crate::phone::PhoneNumber;
use crate::ports::Platform;

/// How often a verification is reported before that is given up.
const REPORTS: u32 = 2;

impl<P: Platform> OtpService<'_, P> {
    /// Counts a send with at most two calls of guard objects, at the same time. Where limits are only recorded, the one that
    /// would have refused it is noted in `trace`.
    ///
    /// # Errors
    /// `request.message_rate_limited` with the limit that is reached, or `storage.unavailable`; then nothing may be sent.
    pub(super) async fn count_send(
        &self,
        CountedSend { phone, ip, is_verifiable }: CountedSend<'_>,
        trace: &mut Trace,
    ) -> Result<(), ServiceError> {
        let (limits, keys) = (&self.policy.limits, &self.keys.current);
        let counting = |object| counting(object, is_verifiable);
        let address = ip.and_then(|ip| limits.address(keys, ip, phone));
        let reached = match (address, limits.route(keys, phone)) {
            (None, None) => return Ok(()),
            (Some(object), None) | (None, Some(object)) => {
                let (name, request) = counting(object);
                reached_of(&self.call_guard(&name, None, &request, trace).await?)?
            }
            (Some(address), Some(route)) => {
                let (address, route) = (counting(address), counting(route));
                let calls = [(address.0.as_str(), &address.1), (route.0.as_str(), &route.1)];
                let began = self.platform.now();
                let responses = self.platform.call_both(calls).await;
                trace.add_guard_call(began, self.platform.now());
                let [address, route] = responses?;
                let route = reached_of(&route)?;
                let address = reached_of(&address)?;
                if let (Some(_), Some(route)) = (address, route) {
                    self.list_stop(route, phone).await;
                }
                address.or(route)
            }
        };
        let Some(reached) = reached else { return Ok(()) };
        self.list_stop(reached, phone).await;
        let limit = reached.kind.send_limit();
        if limits.mode == LimitMode::Record {
            trace.recorded_limit = Some(limit);
            return Ok(());
        }
        let retry_after = self.platform.now().until(reached.until);
        let scope = key_of(reached.kind, phone).map(str::to_owned);
        trace.trip_limit(reached.kind.as_str(), scope, Some(retry_after));
        Err(LedgerError::RateLimited { limit, retry_after }.into())
    }

    /// Adds a stop to the list of stops, if that is due. Best effort: a stop holds without being listed.
    async fn list_stop(
        &self,
        LimitReached { kind, since, until, is_due }: LimitReached,
        phone: &PhoneNumber,
    ) {
        let Some(key) = key_of(kind, phone).filter(|_| is_due) else { return };
        let country = (kind == LimitKind::Prefix).then(|| country_of_number(phone).to_owned());
        let stop = Stop { kind, key: key.to_owned(), country, since, until };
        let _ = self.call_stops(&GuardRequest::AddStop(stop)).await;
    }

    /// Reports that a code sent to this number was verified, to the counters whose conversion matters; none if there are
    /// none. It is to be called after a success, where nobody waits for it. Best effort: a report that is lost makes the
    /// conversion look worse by one.
    pub async fn report_verified(&self, phone: &PhoneNumber) {
        let Some(object) = self.policy.limits.conversion(&self.keys.current, phone) else { return };
        let CounterObject { name, counters } = object;
        let request = GuardRequest::CountVerified { counters };
        for _ in 0..REPORTS {
            match self.call_guard(&name, None, &request, &mut Trace::default()).await {
                Ok(GuardResponse::VerifiedCounted(lifted)) => return self.unlist_stops(&lifted, phone).await,
                Ok(_) => return,
                Err(_) => {}
            }
        }
    }

    async fn unlist_stops(&self, lifted: &[LimitKind], phone: &PhoneNumber) {
        for kind in lifted {
            let key = if *kind == LimitKind::Prefix { prefix_of(phone) } else { country_of_number(phone) };
            let request = GuardRequest::RemoveStop { kind: *kind, key: key.to_owned() };
            let _ = self.call_stops(&request).await;
        }
    }

    /// Lists what is stopped, newest first.
    ///
    /// # Errors
    /// `storage.unavailable`.
    pub async fn stopped_sends(&self) -> Result<Vec<StopView>, ServiceError> {
        Ok(self.stops().await?.into_iter().map(StopView::from).collect())
    }

    /// Lifts a limit, for an operator: its counts begin anew.
    ///
    /// # Errors
    /// `storage.unavailable`.
    pub async fn lift_limit(&self, target: &LimitTarget) -> Result<(), ServiceError> {
        let stops = self.stops().await?;
        let listed = stops.iter().find(|stop| stop.kind == target.kind && stop.key == target.key);
        let country = listed.and_then(|stop| stop.country.as_deref());
        for CounterObject { name, counters } in
            target.objects(&self.policy.limits, &self.keys.current, country)
        {
            for counter in counters {
                let request = GuardRequest::ClearCounter(counter);
                self.call_guard(&name, None, &request, &mut Trace::default()).await?;
            }
        }
        let request = GuardRequest::RemoveStop { kind: target.kind, key: target.key.clone() };
        self.call_stops(&request).await.map(drop)
    }

    async fn stops(&self) -> Result<Vec<Stop>, ServiceError> {
        match self.call_stops(&GuardRequest::ListStops).await? {
            GuardResponse::Stops(stops) => Ok(stops),
            _ => Err(UNEXPECTED),
        }
    }

    async fn call_stops(&self, request: &GuardRequest) -> Result<GuardResponse, ServiceError> {
        let name = self.keys.current.limit_object_name(&["stops"]);
        self.call_guard(&name, None, request, &mut Trace::default()).await
    }
}

/// Returns what a limit counts a number by, as operators see it; `None` for IP addresses, which nobody sees.
fn key_of(kind: LimitKind, phone: &PhoneNumber) -> Option<&str> {
    match kind {
        LimitKind::Prefix => Some(prefix_of(phone)),
        LimitKind::Country => Some(country_of_number(phone)),
        LimitKind::Total => Some("all"),
        LimitKind::Ip => None,
    }
}

/// A send as the limits count it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CountedSend<'a> {
    /// The recipient.
    pub(super) phone: &'a PhoneNumber,
    /// The end user's IP address.
    pub(super) ip: Option<&'a str>,
    /// Whether the code can be verified here; one that another server has made cannot.
    pub(super) is_verifiable: bool,
}

fn counting(CounterObject { name, counters }: CounterObject, is_verifiable: bool) -> (String, GuardRequest) {
    let request = if is_verifiable {
        GuardRequest::CountSend { counters }
    } else {
        GuardRequest::CountDelivery { counters }
    };
    (name, request)
}

fn reached_of(response: &GuardResponse) -> Result<Option<LimitReached>, ServiceError> {
    match response {
        GuardResponse::SendCounted(reached) => Ok(*reached),
        GuardResponse::Unavailable => Err(ServiceError::StorageUnavailable),
        _ => Err(UNEXPECTED),
    }
}
