// The factories of the stand-in for the management API: the field tables of src/connector/*.rs in the API's form.
const text = (key, label, more = {}) => ({
  key,
  label,
  type: "Text",
  required: true,
  isConfidential: false,
  ...more,
});
const secret = (key, label, more = {}) => text(key, label, { isConfidential: true, ...more });
const toggle = (key, label, description) => ({
  key,
  label,
  type: "Switch",
  required: false,
  isConfidential: false,
  description,
});
const templates = (shape, rules = {}) => ({
  key: "templates",
  label: "Templates",
  type: "Json",
  required: true,
  isConfidential: false,
  format: "templates",
  templates: { shape, generic: true, knownUsages: false, ...rules },
});
const optional = { required: false };

const factory = (id, en, zh, about, aboutZh, formItems) => ({
  id,
  target: id.replace(/-(short-message-(auth-)?service|sms)$/, "-sms"),
  type: "Sms",
  platform: null,
  name: { en, "zh-CN": zh },
  description: { en: about, "zh-CN": aboutZh },
  logo: `/logos/${id}.svg`,
  formItems,
});

export const factories = [
  factory(
    "twilio-short-message-service",
    "Twilio",
    "Twilio",
    "Text messages to most countries.",
    "向多数国家和地区发送短信。",
    [
      text("accountSID", "Account SID", { placeholder: "AC…" }),
      secret("authToken", "Auth token"),
      text("fromMessagingServiceSID", "Messaging service SID", {
        ...optional,
        placeholder: "MG…",
        description: "The messaging service that sends. Needed unless a sender is given.",
      }),
      text("from", "Sender", {
        ...optional,
        placeholder: "+14155550100 or YourBrand",
        description: "A number or a sender name, instead of a messaging service.",
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
        "Asks Twilio not to hold this traffic back for fraud checks.",
      ),
      templates("text"),
    ],
  ),
  factory(
    "aliyun-short-message-service",
    "Aliyun SMS",
    "阿里云短信服务",
    "Registered templates, mainland China and abroad.",
    "已审核的模板，中国大陆及海外。",
    [
      text("accessKeyId", "Access key ID", { placeholder: "LTAI…" }),
      secret("accessKeySecret", "Access key secret"),
      text("signName", "Signature name", {
        description: "The approved signature that stands before every text.",
      }),
      text("endpoint", "Endpoint", {
        ...optional,
        format: "host",
        placeholder: "dysmsapi.aliyuncs.com",
        description: "A regional host such as dysmsapi.ap-southeast-1.aliyuncs.com.",
      }),
      toggle(
        "strictPhoneRegionNumberCheck",
        "Strict number check",
        "Accepted for the sake of Logto's configs; every number here says its country.",
      ),
      templates("registered"),
    ],
  ),
  factory(
    "aliyun-short-message-auth-service",
    "Aliyun SMS authentication",
    "阿里云短信认证服务",
    "Ready-made templates, mainland China only, no review.",
    "预置模板，仅限中国大陆，无需审核。",
    [
      text("accessKeyId", "Access key ID", { placeholder: "LTAI…" }),
      secret("accessKeySecret", "Access key secret"),
      text("signName", "Signature name", {
        description: "One of the signatures that Aliyun gives; they change from time to time.",
      }),
      templates("registered"),
    ],
  ),
  factory(
    "tencent-short-message-service",
    "Tencent Cloud SMS",
    "腾讯云短信",
    "Registered templates, mainland China and abroad.",
    "已审核的模板，中国大陆及海外。",
    [
      text("accessKeyId", "Secret ID", { placeholder: "AKID…" }),
      secret("accessKeySecret", "Secret key"),
      text("signName", "Signature", { description: "The approved signature's text." }),
      text("sdkAppId", "SMS application ID", { placeholder: "1400006666" }),
      text("region", "Region", { placeholder: "ap-guangzhou" }),
      templates("registered"),
    ],
  ),
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
    "yunpian-sms",
    "Yunpian",
    "云片",
    "Your text, equal to an approved template; mainland China, and abroad if switched on.",
    "您的短信内容，须与已审核模板一致；中国大陆，可开启海外。",
    [
      secret("apikey", "API key"),
      toggle("enableInternational", "Send abroad", "Whether numbers outside mainland China are sent to."),
      text("unsupportedCountriesMsg", "Message for unsupported countries", optional),
      templates("text"),
    ],
  ),
  factory(
    "smsbao-sms",
    "SMSBao",
    "短信宝",
    "Your text with the signature in it, mainland China only.",
    "含签名的短信内容，仅限中国大陆。",
    [
      text("username", "User name"),
      secret("passwordOrApiKey", "API key or MD5 of the password"),
      text("goodsId", "Product ID", {
        ...optional,
        description: "The product of a dedicated channel, if there is one.",
      }),
      templates("text", { generic: false, knownUsages: true }),
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
        description: "Sent as it stands, so that the endpoint knows us.",
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
