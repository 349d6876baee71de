// The fake API's factories. Names, fields and texts are those of the real API.
import { factoriesForChina } from "./fake-factories-china.mjs";
import { factory, optional, secret, templates, text, toggle } from "./fake-form.mjs";

export const factories = [
  factory(
    "twilio-short-message-service",
    "Twilio",
    "Twilio",
    "Text messages to most countries.",
    "向多数国家和地区发送短信。",
    [
      text("accountSID", "Account SID", { placeholder: "AC…" }),
      secret("authToken", "Auth token", {
        ...optional,
        description: "The account's token. Needed unless an API key is given.",
      }),
      secret("apiKey", "API key SID", {
        ...optional,
        placeholder: "SK…",
        description: "An API key of the account, instead of its auth token.",
      }),
      secret("apiSecret", "API key secret", optional),
      text("fromMessagingServiceSID", "Messaging service SID", {
        ...optional,
        placeholder: "MG…",
        description: "The messaging service that sends. Needed unless a sender is given.",
      }),
      text("from", "Sender", {
        ...optional,
        placeholder: "+14155550100 or YourBrand",
        description: "A number, a short code or a sender name, instead of a messaging service.",
      }),
      text("host", "API host", {
        ...optional,
        format: "host",
        placeholder: "api.twilio.com",
        description: "A regional host such as api.dublin.ie1.twilio.com.",
      }),
      toggle(
        "disableRiskCheck",
        "Disable the risk check",
        "Asks Twilio not to block these messages by its fraud checks.",
      ),
      templates("text"),
    ],
  ),
  ...factoriesForChina,
  factory(
    "vonage-sms",
    "Vonage",
    "Vonage",
    "Text messages to most countries.",
    "向多数国家和地区发送短信。",
    [
      secret("apiKey", "API key"),
      secret("apiSecret", "API secret"),
      text("brandName", "Brand name", {
        placeholder: "YourBrand",
        description: "The sender: a name or a number, as far as the country allows.",
      }),
      templates("text"),
    ],
  ),
  factory(
    "smsaero-short-message-service",
    "SMS Aero",
    "SMS Aero",
    "Text messages to Russia, and to others by account.",
    "向俄罗斯发送短信，其他国家视账户而定。",
    [
      text("email", "E-mail", { format: "email", description: "The account's login." }),
      secret("apiKey", "API key"),
      text("senderName", "Sender name", { placeholder: "SMSAero" }),
      templates("text"),
    ],
  ),
  factory(
    "gatewayapi-sms",
    "GatewayAPI",
    "GatewayAPI",
    "Text messages to most countries; an EU platform exists.",
    "向多数国家和地区发送短信，有欧盟平台。",
    [
      text("endpoint", "Endpoint", {
        format: "url",
        placeholder: "https://gatewayapi.com/rest/mtsms",
        description: "For accounts in the EU: https://gatewayapi.eu/rest/mtsms.",
      }),
      secret("apiToken", "API token"),
      text("sender", "Sender", {
        placeholder: "YourBrand",
        description: "Up to 11 letters and digits, or up to 15 digits.",
      }),
      templates("text"),
    ],
  ),
  factory(
    "whatsapp-short-message-service",
    "WhatsApp",
    "WhatsApp",
    "Registered templates to people who use WhatsApp.",
    "向 WhatsApp 用户发送已审核的模板。",
    [
      secret("accessToken", "Access token", {
        description: "A system user's permanent token with whatsapp_business_messaging.",
      }),
      text("phoneNumberId", "Phone number ID", {
        placeholder: "100000000000001",
        description: "The sender's ID, not its number.",
      }),
      text("apiVersion", "Graph API version", {
        ...optional,
        placeholder: "v26.0",
        description: "Meta's API version; only needed if the default has expired.",
      }),
      templates("named"),
    ],
  ),
  factory(
    "http-sms",
    "HTTP endpoint",
    "HTTP 接口",
    "Posts the code to an endpoint of your own.",
    "把验证码发送到您自己的接口。",
    [
      text("endpoint", "Endpoint", { format: "url", placeholder: "https://example.com/send-sms" }),
      secret("authorization", "Authorization header", {
        ...optional,
        placeholder: "Bearer …",
        description: "Sent unchanged, so that your endpoint can recognize the request.",
      }),
    ],
  ),
  factory(
    "mock-short-message-service",
    "Mock",
    "模拟",
    "Prints on the terminal and sends nothing.",
    "只在终端打印，不发送。",
    [
      text("accountSID", "Account SID"),
      secret("authToken", "Auth token"),
      text("fromMessagingServiceSID", "Messaging service SID"),
      templates("text", { generic: false, knownUsages: true }),
    ],
  ),
];
