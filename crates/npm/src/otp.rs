//! `createOtp`'s engine: each method carries out one operation of the core and returns a promise.

use std::rc::Rc;

use edge_otp_core::api::{
    DeliverReceipt, DeliverRequest, SendRequest, VerifyRequest, VerifyResult, check_idempotency_key,
    parse_phone_request,
};
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::service::{ConnectorService, OtpService, ServiceError};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::deployment::Deployment;
use crate::error::CallError;
use crate::executor;
use crate::options::read_otp_options;
use crate::platform::Operation;
use crate::value::{to_json, to_object, to_text};

/// Whose idempotency keys those of the package's caller are.
const IDEMPOTENCY_SCOPE: &str = "createOtp";

/// Sends and verifies codes, and manages the connector.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Otp {
    deployment: Rc<Deployment>,
}

impl Operation {
    fn otp_service(&self) -> Result<OtpService<'_, Self>, ServiceError> {
        let Deployment { keys, .. } = &*self.deployment;
        Ok(OtpService { platform: self, keys, policy: self.deployment.policy()? })
    }

    fn connector_service(&self) -> Result<ConnectorService<'_, Self>, ServiceError> {
        let Deployment { keys, .. } = &*self.deployment;
        Ok(ConnectorService { platform: self, keys, policy: self.deployment.policy()? })
    }

    fn require_stored_connector(&self) -> Result<(), CallError> {
        self.deployment.connector_in_code().map_or(Ok(()), |_| Err(CallError::ConnectorIsOption))
    }
}

#[wasm_bindgen]
impl Otp {
    /// Checks the options of `createOtp`.
    ///
    /// # Errors
    /// A `TypeError` that names the option that is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Self, JsValue> {
        Ok(Self { deployment: Rc::new(read_otp_options(options)?) })
    }

    /// Sends a code. The idempotency key is a string; anything else is none.
    pub fn send(&self, request: &JsValue, idempotency_key: &JsValue) -> Promise {
        let body = to_json(request);
        let key = idempotency_key.as_string();
        self.run(async move |operation| {
            let body = body.map_err(CallError::Thrown)?;
            let service = operation.otp_service()?;
            key.as_deref().map(check_idempotency_key).transpose()?;
            let request = SendRequest::parse(body.as_bytes(), service.policy)?;
            let key = key.as_deref().map(|key| IdempotencyKey { scope: IDEMPOTENCY_SCOPE, key });
            let receipt = service.send(&request, key).await;
            operation.renew_seals().await;
            Ok(to_object(&receipt?))
        })
    }

    /// Delivers a code that another server has made: `{to, code?, text?, usageType?, locale?, ip?}`.
    pub fn deliver(&self, request: &JsValue) -> Promise {
        let body = to_json(request);
        self.run(async move |operation| {
            let body = body.map_err(CallError::Thrown)?;
            let service = operation.otp_service()?;
            let request = DeliverRequest::parse(body.as_bytes(), service.policy)?;
            let receipt = service.deliver(&request, None).await;
            operation.renew_seals().await;
            Ok(to_object(&DeliverReceipt::from(&receipt?)))
        })
    }

    /// Verifies a code. The caller's mistakes are values.
    pub fn verify(&self, request: &JsValue) -> Promise {
        let body = to_json(request);
        self.run(async move |operation| {
            let body = body.map_err(CallError::Thrown)?;
            let service = operation.otp_service()?;
            let request = VerifyRequest::parse(body.as_bytes())?;
            let result = service.verify_as_value(&request).await?;
            if matches!(result, VerifyResult::Verified(_)) {
                // Nothing keeps a process alive for it, so the caller waits.
                service.report_verified(&request.phone).await;
            }
            Ok(to_object(&result))
        })
    }

    /// Clears the counts of failures of a phone number: `{phone}`.
    pub fn unlock(&self, request: &JsValue) -> Promise {
        let body = to_json(request);
        self.run(async move |operation| {
            let phone = parse_phone_request(body.map_err(CallError::Thrown)?.as_bytes())?;
            operation.otp_service()?.unlock(&phone).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Returns the active connector, or null.
    #[wasm_bindgen(js_name = getConnector)]
    pub fn get_connector(&self) -> Promise {
        self.run(async move |operation| {
            let active = operation.connector_service()?.list().await?.into_iter().next();
            Ok(to_object(&active))
        })
    }

    /// Replaces the active connector by `{connectorId, config}`.
    #[wasm_bindgen(js_name = setConnector)]
    pub fn set_connector(&self, connector: &JsValue) -> Promise {
        let body = to_json(connector);
        self.run(async move |operation| {
            operation.require_stored_connector()?;
            let body = body.map_err(CallError::Thrown)?;
            Ok(to_object(&operation.connector_service()?.replace(body.as_bytes()).await?))
        })
    }

    /// Replaces the active connector's config: `{config, updatedAt?}`.
    #[wasm_bindgen(js_name = editConnector)]
    pub fn edit_connector(&self, change: &JsValue) -> Promise {
        let body = to_json(change);
        self.run(async move |operation| {
            operation.require_stored_connector()?;
            let body = body.map_err(CallError::Thrown)?;
            let service = operation.connector_service()?;
            let active = service.list().await?.into_iter().next().ok_or(ServiceError::ConnectorNotFound)?;
            Ok(to_object(&service.edit(&active.id, body.as_bytes(), None).await?))
        })
    }

    /// Deletes the active connector, if there is one.
    #[wasm_bindgen(js_name = deleteConnector)]
    pub fn delete_connector(&self) -> Promise {
        self.run(async move |operation| {
            operation.require_stored_connector()?;
            let service = operation.connector_service()?;
            if let Some(active) = service.list().await?.into_iter().next() {
                service.delete(&active.id, None).await?;
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Lists the connectors that were active before.
    #[wasm_bindgen(js_name = listArchive)]
    pub fn list_archive(&self) -> Promise {
        self.run(async move |operation| Ok(to_object(&operation.connector_service()?.list_archive().await?)))
    }

    /// Makes an archived connector the active one.
    #[wasm_bindgen(js_name = restoreConnector)]
    pub fn restore_connector(&self, id: &JsValue) -> Promise {
        let id = to_text(id);
        self.run(async move |operation| {
            operation.require_stored_connector()?;
            let id = id.map_err(CallError::Thrown)?.unwrap_or_default();
            Ok(to_object(&operation.connector_service()?.restore(&id).await?))
        })
    }

    /// Sends the code 000000 with a config that need not be saved.
    #[wasm_bindgen(js_name = testConnector)]
    pub fn test_connector(&self, connector_id: &JsValue, request: &JsValue) -> Promise {
        let arguments = to_text(connector_id).and_then(|id| Ok((id, to_json(request)?)));
        self.run(async move |operation| {
            let (id, body) = arguments.map_err(CallError::Thrown)?;
            let service = operation.connector_service()?;
            Ok(to_object(&service.test(&id.unwrap_or_default(), body.as_bytes()).await?))
        })
    }

    fn run(
        &self,
        operation: impl AsyncFnOnce(&Operation) -> Result<JsValue, CallError> + 'static,
    ) -> Promise {
        let platform = Operation::new(Rc::clone(&self.deployment));
        executor::run(async move {
            let result = operation(&platform).await;
            result.map_err(|error| error.into_rejection(platform.take_thrown()))
        })
    }
}
