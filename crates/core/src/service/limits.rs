//! The limits against SMS pumping as services use them: count a send, report a verification, list and lift stops.

use super::{OtpService, ServiceError, UNEXPECTED};
use crate::event::Trace;
use crate::guard::{GuardRequest, GuardResponse};
use crate::ledger::LedgerError;
use crate::limits::{
    CodeOrigin, CounterObject, LimitKind, LimitMode, LimitReached, LimitTarget, Stop, StopView,
    country_of_prefix, prefix_of,
};
use crate::phone::PhoneNumber;
use crate::ports::Platform;

impl<P: Platform> OtpService<'_, P> {
    /// Counts a send with at most two calls of guard objects, one after the other: what the limit of an IP address refuses
    /// must not count against its country, or one address could stop a country. Where limits are only recorded, the one
    /// that would have refused it is noted in `trace`, and a counter that does not answer refuses nothing either.
    ///
    /// # Errors
    /// `request.message_rate_limited` with the limit that binds longest of those that are reached in one object, or
    /// `storage.unavailable`; then nothing may be sent.
    pub(super) async fn count_send(
        &self,
        phone: &PhoneNumber,
        ip: Option<&str>,
        origin: CodeOrigin,
        trace: &mut Trace,
    ) -> Result<(), ServiceError> {
        let (limits, keys) = (&self.policy.limits, &self.keys.current);
        let is_recorded = limits.mode == LimitMode::Record;
        let address = ip.and_then(|ip| limits.address(keys, ip, phone));
        for object in address.into_iter().chain(limits.route(keys, phone)) {
            let reached = match self.count_in(object, origin, trace).await {
                Err(_) if is_recorded => continue,
                reached => reached?,
            };
            for limit in &reached {
                self.list_stop(*limit, phone).await;
            }
            let Some(longest) = reached.into_iter().max_by_key(|limit| limit.until) else { continue };
            if !is_recorded {
                return Err(self.refuse(longest, phone, trace));
            }
            trace.recorded_limit.get_or_insert(longest.kind.send_limit());
        }
        Ok(())
    }

    /// Counts a send in one object, and returns the limits that are reached.
    async fn count_in(
        &self,
        object: CounterObject,
        origin: CodeOrigin,
        trace: &mut Trace,
    ) -> Result<Vec<LimitReached>, ServiceError> {
        let CounterObject { name, counters } = object;
        let request = GuardRequest::CountSend { counters, origin };
        reached_of(self.call_guard(&name, None, &request, trace).await?)
    }

    fn refuse(&self, reached: LimitReached, phone: &PhoneNumber, trace: &mut Trace) -> ServiceError {
        let limit = reached.kind.send_limit();
        let retry_after = self.platform.now().until(reached.until);
        let scope = key_of(reached.kind, phone).map(str::to_owned);
        trace.trip_limit(reached.kind.as_str(), scope, Some(retry_after));
        LedgerError::RateLimited { limit, retry_after }.into()
    }

    /// Adds a stop to the list of stops, if that is due. Best effort: a stop holds without being listed.
    async fn list_stop(
        &self,
        LimitReached { kind, since, until, is_due }: LimitReached,
        phone: &PhoneNumber,
    ) {
        let Some(key) = key_of(kind, phone).filter(|_| is_due) else { return };
        let country = (kind == LimitKind::Prefix).then(|| country_of_prefix(phone).to_owned());
        let shard = self.policy.limits.shard(&self.keys.current, phone);
        let stop = Stop { kind, key: key.to_owned(), country, shard, since, until };
        let _ = self.call_stops(&GuardRequest::AddStop(stop)).await;
    }

    /// Reports that a code sent to this number was verified, to the counters whose conversion matters; none if there are
    /// none. It is to be called after a success, where nobody waits for it. Best effort, and once only: a report that is
    /// lost makes the conversion look worse by one, one that is repeated might make it look better.
    pub async fn report_verified(&self, phone: &PhoneNumber) {
        let Some(object) = self.policy.limits.conversion(&self.keys.current, phone) else { return };
        let CounterObject { name, counters } = object;
        let request = GuardRequest::CountVerified { counters };
        let response = self.call_guard(&name, None, &request, &mut Trace::default()).await;
        if let Ok(GuardResponse::VerifiedCounted(lifted)) = response {
            self.unlist_stops(&lifted, phone).await;
        }
    }

    async fn unlist_stops(&self, lifted: &[LimitKind], phone: &PhoneNumber) {
        for kind in lifted {
            let Some(key) = key_of(*kind, phone) else { continue };
            // The other shards may go on refusing.
            let shard = Some(self.policy.limits.shard(&self.keys.current, phone));
            let request = GuardRequest::RemoveStop { kind: *kind, key: key.to_owned(), shard };
            let _ = self.call_stops(&request).await;
        }
    }

    /// Lists what is stopped, newest first. A limit that was switched off since stops nothing.
    ///
    /// # Errors
    /// `storage.unavailable`.
    pub async fn stopped_sends(&self) -> Result<Vec<StopView>, ServiceError> {
        let stops = self.stops().await?.into_iter();
        Ok(stops.filter(|stop| self.policy.limits.is_on(stop.kind)).map(StopView::from).collect())
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
        let request = GuardRequest::RemoveStop { kind: target.kind, key: target.key.clone(), shard: None };
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
        LimitKind::Country => Some(country_of_prefix(phone)),
        LimitKind::Total => Some("all"),
        LimitKind::Ip => None,
    }
}

fn reached_of(response: GuardResponse) -> Result<Vec<LimitReached>, ServiceError> {
    match response {
        GuardResponse::SendCounted(reached) => Ok(reached),
        GuardResponse::Unavailable => Err(ServiceError::StorageUnavailable),
        _ => Err(UNEXPECTED),
    }
}
