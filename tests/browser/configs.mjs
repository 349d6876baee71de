// Valid connector configs. Their credentials are made up.
export const twilio = {
  accountSID: "AC00000000000000000000000000000001",
  authToken: "not-a-real-token-1a2b",
  fromMessagingServiceSID: "MG00000000000000000000000000000003",
  templates: [
    {
      usageType: "Generic",
      content: "{{code}} is your Acme code. It is valid for 10 minutes. Do not share it.",
    },
    { usageType: "SignIn", content: "{{code}} is your Acme sign-in code. It is valid for 10 minutes." },
    { usageType: "SignIn", locale: "de", content: "{{code}} ist Ihr Code bei Acme. Er gilt 10 Minuten." },
    {
      usageType: "Register",
      content:
        "Welcome to Acme! {{code}} is your code to open an account – it is valid for 10 minutes. Do not share it.",
    },
  ],
};

export const aliyun = {
  accessKeyId: "LTAI0000000000000001",
  accessKeySecret: "not-a-real-secret-3c4d",
  signName: "示例公司",
  templates: [
    { usageType: "SignIn", templateCode: { china: "SMS_100000001", overseas: "SMS_100000002" } },
    { usageType: "Generic", templateCode: "SMS_100000003" },
  ],
};

export const whatsapp = {
  accessToken: "not-a-real-token-0001",
  phoneNumberId: "100000000000001",
  templates: [{ usageType: "Generic", templateName: "acme_code", language: "en" }],
};

export const ids = {
  twilio: "twilio-short-message-service",
  aliyun: "aliyun-short-message-service",
  http: "http-sms",
  whatsapp: "whatsapp-short-message-service",
  mock: "mock-short-message-service",
};
