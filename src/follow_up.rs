//! What follows a response: the renewal of seals, the report of a success to the counters of sends, the operator's webhook,
//! the message log. Nothing here delays or changes a response.

use std::cell::RefCell;
use std::rc::Rc;

use edge_otp_core::message_log::StoredMessage;
use edge_otp_core::webhook::Webhook;
use edge_otp_core::webhook::delivery::deliver_notice;
use edge_otp_core::webhook::monitor::Monitor;
use edge_otp_core::webhook::notice::Notice;
use serde::Serialize;
use worker::{Context, console_error};

use crate::message_log;
use crate::request_log::{RequestLog, log_object};
use crate::settings::Deployment;

/// The operator's webhook, with what this isolate remembers for it.
pub(crate) struct Notifier {
    webhook: Webhook,
    monitor: RefCell<Monitor>,
}

impl Notifier {
    /// Creates the notifier of an isolate.
    pub(crate) fn new(webhook: Webhook) -> Self {
        Self { webhook, monitor: RefCell::default() }
    }
}

/// Begins what follows a response.
pub(crate) fn begin(context: &Context, deployment: &Rc<Deployment>, log: &RequestLog) {
    if deployment.platform.take_needs_renewal() {
        let deployment = Rc::clone(deployment);
        context.wait_until(async move { deployment.platform.renew_seals().await });
    }
    if let Some(phone) = log.trace.verified.clone() {
        let deployment = Rc::clone(deployment);
        context.wait_until(async move { deployment.otp_service().report_verified(&phone).await });
    }
    if log.event.kind.group().is_none() {
        return;
    }
    if let Some(notifier) = &deployment.notifier {
        let notices = notifier.monitor.borrow_mut().observe(&log.event, &log.trace, log.ended());
        for notice in notices {
            context.wait_until(notify(Rc::clone(deployment), notice, log.event.request_id.clone()));
        }
    }
    if let Some(messages) = &deployment.messages
        && let Some(entry) = StoredMessage::new(&log.event, log.phone.as_ref(), log.ended())
    {
        let messages = messages.clone();
        context.wait_until(async move {
            if message_log::append(&messages, entry).await.is_err() {
                console_error!("the message log did not take an entry");
            }
        });
    }
}

/// A notice that was not delivered, as it is logged.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotDelivered<'a> {
    event: &'static str,
    request_id: &'a str,
    r#type: &'static str,
    webhook_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

async fn notify(deployment: Rc<Deployment>, notice: Notice, request_id: String) {
    let Some(notifier) = &deployment.notifier else { return };
    if let Err(failure) = deliver_notice(&deployment.platform, &notifier.webhook, &notice).await {
        log_object(&NotDelivered {
            event: "webhook.failed",
            request_id: &request_id,
            r#type: notice.kind,
            webhook_id: &failure.id,
            status: failure.status,
        });
    }
}
