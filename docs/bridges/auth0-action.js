// Auth0, trigger custom-phone-provider: delivers Auth0's code through edge-otp.
const USAGE_TYPES = { otp_verify: "SignIn", otp_enroll: "BindMfa", change_password: "ForgotPassword" };

exports.onExecuteCustomPhoneProvider = async (event, api) => {
  const { recipient, as_text, code, delivery_method, message_type, locale } = event.notification;
  if (delivery_method === "voice") return api.notification.drop("Voice messages are not delivered.");
  const body = {
    to: recipient,
    ...(code ? { code } : {}),
    ...(as_text ? { text: as_text } : {}),
    usageType: USAGE_TYPES[message_type] ?? "Generic",
    ...(locale ? { locale } : {}),
    ...(event.request?.ip ? { ip: event.request.ip } : {}),
  };
  let response;
  try {
    response = await fetch(`${event.secrets.EDGE_OTP_URL}/deliver/generic`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${event.secrets.EDGE_OTP_KEY}`,
        "content-type": "application/json",
        "x-request-id": event.transaction?.correlation_id ?? "",
      },
      body: JSON.stringify(body),
    });
  } catch {
    // The message may have been sent; the same code is not sent twice.
    return api.notification.retry("edge-otp did not answer.");
  }
  if (response.ok) return;
  const { code: error, data } = await response.json().catch(() => ({}));
  const reason = `edge-otp: ${response.status} ${error ?? ""}`;
  // A refusal with a cause: the provider was not reached, and nothing was sent.
  const isTemporary = [429, 500, 501, 503].includes(response.status) || data?.cause !== undefined;
  return isTemporary ? api.notification.retry(reason) : api.notification.drop(reason);
};
