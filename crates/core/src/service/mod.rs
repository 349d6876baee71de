//! The operations outside the guard: send a code, verify a code, manage the connector. The order of steps is part of the
//! contract; a step that fails ends the operation, and what was counted in vain is taken back.

mod archive;
mod connectors;
mod deliver;
mod delivery;
mod error;
mod limits;
mod rotation;
mod send;

pub use connectors::ConnectorService;
pub use error::ServiceError;
pub use rotation::{renew_seals, rotation_state};

use crate::api::{VerifyFailure, VerifyReceipt, VerifyRequest, VerifyResult};
use crate::event::{PhoneLock, Trace};
use crate::guard::{GuardRequest, GuardResponse};
use crate::keys::KeyRing;
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::ports::Platform;

const UNEXPECTED: ServiceError = ServiceError::Internal("unexpected guard response");

/// Sends and verifies codes.
pub struct OtpService<'a, P> {
    /// The platform.
    pub platform: &'a P,
    /// The keys of the deployment.
    pub keys: &'a KeyRing,
    /// The limits of the deployment.
    pub policy: &'a Policy,
}

impl<P> core::fmt::Debug for OtpService<'_, P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OtpService")
    }
}

impl<P: Platform> OtpService<'_, P> {
    /// Verifies a code with one call of the phone number's guard object; with none if what was typed is no code.
    ///
    /// # Errors
    /// The `verification_code` codes of the contract, and `storage.unavailable`.
    pub async fn verify(&self, request: &VerifyRequest) -> Result<VerifyReceipt, ServiceError> {
        self.verify_traced(request, &mut Trace::default()).await
    }

    /// Verifies a code as [`Self::verify`], and notes in `trace` how.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub async fn verify_traced(
        &self,
        request: &VerifyRequest,
        trace: &mut Trace,
    ) -> Result<VerifyReceipt, ServiceError> {
        let code = request.code.as_ref().ok_or(ServiceError::NotACode)?;
        let guard_request = GuardRequest::Verify {
            phone: request.phone.e164().to_owned(),
            usage_type: request.usage_type,
            code: code.as_str().to_owned(),
            id: request.verification_id.clone(),
        };
        match self.call_phone_guard(&request.phone, &guard_request, trace).await? {
            GuardResponse::Verified { id, at, kv_ms } => {
                trace.kv_ms = Some(kv_ms);
                trace.verified = Some(&request.phone).filter(|_| self.policy.limits.has_breaker()).cloned();
                Ok(VerifyReceipt::new(request, id, at))
            }
            _ => Err(UNEXPECTED),
        }
    }

    /// Verifies a code as [`Self::verify`], with the caller's mistakes as values.
    ///
    /// # Errors
    /// Every other error.
    pub async fn verify_as_value(&self, request: &VerifyRequest) -> Result<VerifyResult, ServiceError> {
        verify_result(self.verify(request).await)
    }

    /// Clears the counts of failures of a phone number, for an operator.
    ///
    /// # Errors
    /// `storage.unavailable`.
    pub async fn unlock(&self, phone: &PhoneNumber) -> Result<(), ServiceError> {
        self.call_phone_guard(phone, &GuardRequest::Unlock, &mut Trace::default()).await.map(drop)
    }

    async fn call_phone_guard(
        &self,
        phone: &PhoneNumber,
        request: &GuardRequest,
        trace: &mut Trace,
    ) -> Result<GuardResponse, ServiceError> {
        let name = self.keys.current.guard_object_name(phone);
        let previous = self.keys.previous.as_ref().map(|keys| keys.guard_object_name(phone));
        self.call_guard(&name, previous.as_deref(), request, trace).await
    }

    async fn call_guard(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
        trace: &mut Trace,
    ) -> Result<GuardResponse, ServiceError> {
        let began = self.platform.now();
        let response = self.platform.call(name, previous, request).await;
        trace.add_guard_call(began, self.platform.now());
        match response? {
            GuardResponse::Unavailable => Err(ServiceError::StorageUnavailable),
            GuardResponse::Rejected(error) => Err(error.into()),
            GuardResponse::Locked { error, retry_after } => {
                trace.lock = Some(PhoneLock { retry_after });
                Err(error.into())
            }
            response => Ok(response),
        }
    }
}

/// Turns the mistakes of a caller into values.
///
/// # Errors
/// Every other error.
pub fn verify_result(result: Result<VerifyReceipt, ServiceError>) -> Result<VerifyResult, ServiceError> {
    match result {
        Ok(receipt) => Ok(VerifyResult::Verified(receipt)),
        Err(ServiceError::Ledger(error)) => Ok(VerifyResult::Failed(VerifyFailure::new(&error))),
        Err(ServiceError::NotACode) => Ok(VerifyResult::Failed(VerifyFailure::not_a_code())),
        Err(error) => Err(error),
    }
}
