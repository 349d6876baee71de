// The providers as documented: endpoint, authentication, required parameters, form of the number, responses.
// `account` is the connector's config as the provider stores it.
import {
  aliyunSignature,
  check,
  checkEndpoint,
  checkFields,
  isChinaMobile,
  isDigits,
  isE164,
  isGsm7,
  parseBasicAuth,
  parseForm,
  parseJson,
  parseQuery,
  respond,
  tc3Signature,
} from "./check.mjs";

const minutes = 60_000;
const requestId = "00000000-0000-4000-8000-000000000000";

const twilio = (request, account) => {
  const reject = (status, code, message) => respond(status, { code, message, more_info: "", status });
  const { accountSID, authToken, host = "api.twilio.com" } = account;
  const { user, password } = parseBasicAuth(request);
  check(user === accountSID && password === authToken, "credentials", reject(401, 20003, "Authenticate"));
  checkEndpoint(request, "POST", [host], `/2010-04-01/Accounts/${accountSID}/Messages.json`);
  const form = parseForm(request);
  const sender = account.fromMessagingServiceSID ? "MessagingServiceSid" : "From";
  checkFields(form, ["To", sender, "Body", "RiskCheck"], [], () =>
    reject(400, 21602, "A parameter is missing."),
  );
  check(isE164(form.To), "To", reject(400, 21211, "Invalid 'To' Phone Number"));
  check(
    ["enable", "disable"].includes(form.RiskCheck),
    "RiskCheck",
    reject(400, 20001, "Invalid parameter."),
  );
  const sid = `SM${"0".repeat(32)}`;
  return {
    response: respond(201, {
      sid,
      status: "accepted",
      error_code: null,
      error_message: null,
      body: form.Body,
      to: form.To,
    }),
    message: { to: form.To, text: form.Body, sender: form[sender] },
  };
};

/** Both services of Aliyun: the RPC parameters, the signature, its age, the template. */
const aliyun = (host, action, recipient, parse) => (request, account, provider) => {
  const reject = (status, Code) =>
    respond(status, { RequestId: requestId, Message: Code, Recommend: "", HostId: host, Code });
  checkEndpoint(request, "POST", [account.endpoint ?? host], "/");
  const form = parseForm(request);
  check(form.AccessKeyId === account.accessKeyId, "AccessKeyId", reject(404, "InvalidAccessKeyId.NotFound"));
  const common = { Action: action, Format: "json", SignatureMethod: "HMAC-SHA1", SignatureVersion: "1.0" };
  for (const [name, value] of Object.entries({ ...common, Version: "2017-05-25" })) {
    check(form[name] === value, name, reject(400, `Invalid${name}`));
  }
  // The real provider repeats what was signed, including number and code.
  const signature = aliyunSignature("POST", form, account.accessKeySecret);
  const echo = respond(400, {
    Code: "SignatureDoesNotMatch",
    Message: `server string to sign is:${request.body}`,
  });
  check(form.Signature === signature, "Signature", echo);
  check(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(form.Timestamp),
    "Timestamp",
    reject(400, "InvalidTimeStamp.Format"),
  );
  const age = Math.abs(provider.now() - Date.parse(form.Timestamp));
  check(age < 15 * minutes, "the timestamp is too old", reject(400, "InvalidTimeStamp.Expired"));
  check(
    form.SignatureNonce && !provider.nonces.has(form.SignatureNonce),
    "the nonce was used",
    reject(400, "SignatureNonceUsed"),
  );
  provider.nonces.add(form.SignatureNonce);
  const own = ["AccessKeyId", "RegionId", "SignName", "TemplateCode", "TemplateParam"];
  const signing = ["Version", "Signature", "SignatureNonce", "Timestamp"];
  checkFields(form, [...Object.keys(common), ...own, ...signing, ...recipient], [], (name) =>
    reject(400, `Missing${name}`),
  );
  const params = JSON.parse(form.TemplateParam);
  check(
    Object.values(params).every((value) => /^[0-9A-Za-z]{1,35}$/.test(value)),
    "params",
    reject(200, "isv.INVALID_JSON_PARAM"),
  );
  const { to, variables, success } = parse(form, reject);
  check(Object.keys(params).join() === variables, "variables", reject(200, "isv.TEMPLATE_PARAMS_ILLEGAL"));
  return {
    response: respond(200, { RequestId: requestId, Code: "OK", ...success }),
    message: { to, template: form.TemplateCode, params, sender: form.SignName },
  };
};

const aliyunSms = aliyun("dysmsapi.aliyuncs.com", "SendSms", ["PhoneNumbers"], (form, reject) => {
  const mainland = form.PhoneNumbers.startsWith("+86") && isChinaMobile(form.PhoneNumbers.slice(3));
  const abroad = isDigits(form.PhoneNumbers) && !form.PhoneNumbers.startsWith("86");
  check(mainland || abroad, "PhoneNumbers", reject(200, "isv.MOBILE_NUMBER_ILLEGAL"));
  const to = mainland ? form.PhoneNumbers : `+${form.PhoneNumbers}`;
  return { to, variables: "code", success: { Message: "OK", BizId: "900000001^0" } };
});

const aliyunMas = aliyun(
  "dypnsapi.aliyuncs.com",
  "SendSmsVerifyCode",
  ["CountryCode", "PhoneNumber"],
  (form, reject) => {
    const mainland = form.CountryCode === "86" && isChinaMobile(form.PhoneNumber);
    check(mainland, "PhoneNumber", reject(200, "MOBILE_NUMBER_ILLEGAL"));
    const success = { Success: true, Message: "成功", Model: { BizId: "900000001^0" } };
    return { to: `+86${form.PhoneNumber}`, variables: "code,min", success };
  },
);

const tencent = (request, account, provider) => {
  const reject = (Code) =>
    respond(200, { Response: { Error: { Code, Message: Code }, RequestId: requestId } });
  checkEndpoint(request, "POST", ["sms.tencentcloudapi.com"], "/");
  const { headers, body } = request;
  const { groups } =
    /^TC3-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<date>[^/]+)\/sms\/tc3_request, SignedHeaders=(?<names>[a-z;-]+), Signature=(?<signature>[0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    ) ?? {};
  check(groups, "Authorization", reject("AuthFailure.InvalidAuthorization"));
  check(groups.id === account.accessKeyId, "SecretId", reject("AuthFailure.SecretIdNotFound"));
  const timestamp = headers["x-tc-timestamp"];
  const failure = reject("AuthFailure.SignatureFailure");
  check(/^\d{10}$/.test(timestamp), "X-TC-Timestamp", failure);
  check(
    new Date(timestamp * 1000).toISOString().startsWith(groups.date),
    "the date is not the timestamp's",
    failure,
  );
  check(groups.names === "content-type;host", `signed are ${groups.names}`, failure);
  const signed = { "content-type": headers["content-type"], host: new URL(request.url).host };
  const signature = tc3Signature({
    ...{ service: "sms", headers: signed, signedHeaders: groups.names, body, timestamp },
    secret: account.accessKeySecret,
  });
  check(signature === groups.signature, "signature", failure);
  const age = Math.abs(provider.now() - timestamp * 1000);
  check(age < 5 * minutes, "the timestamp is too old", reject("AuthFailure.SignatureExpire"));
  check(headers["x-tc-action"] === "SendSms", "X-TC-Action", reject("InvalidAction"));
  check(headers["x-tc-version"] === "2021-01-11", "X-TC-Version", reject("NoSuchVersion"));
  check(headers["x-tc-region"] === account.region, "X-TC-Region", reject("UnsupportedRegion"));
  const sms = parseJson(request);
  const names = ["SmsSdkAppId", "SignName", "TemplateId", "TemplateParamSet", "PhoneNumberSet"];
  checkFields(sms, names, [], () => reject("MissingParameter"));
  check(
    sms.SmsSdkAppId === account.sdkAppId,
    "SmsSdkAppId",
    reject("InvalidParameterValue.SdkAppIdNotExist"),
  );
  const [to, ...others] = sms.PhoneNumberSet;
  check(
    isE164(to) && others.length === 0,
    "PhoneNumberSet",
    reject("InvalidParameterValue.IncorrectPhoneNumber"),
  );
  const [code, ...rest] = sms.TemplateParamSet;
  check(typeof code === "string" && rest.length === 0, "TemplateParamSet", reject("InvalidParameter"));
  const sent = {
    SerialNo: "5000:1",
    PhoneNumber: to,
    Fee: 1,
    SessionContext: "",
    Code: "Ok",
    Message: "send success",
  };
  return {
    response: respond(200, { Response: { SendStatusSet: [sent], RequestId: requestId } }),
    message: { to, template: sms.TemplateId, params: { code }, sender: sms.SignName },
  };
};

const vonage = (request, account) => {
  const reject = (status, text) =>
    respond(200, { "message-count": "1", messages: [{ status, "error-text": text }] });
  checkEndpoint(request, "POST", ["rest.nexmo.com"], "/sms/json");
  const { user, password } = parseBasicAuth(request);
  check(
    user === account.apiKey && password === account.apiSecret,
    "credentials",
    reject("4", "Bad Credentials"),
  );
  const sms = parseJson(request);
  checkFields(sms, ["from", "to", "text"], ["type"], (name) => reject("2", `Missing ${name} param`));
  check(isDigits(sms.to), "to", reject("3", "Invalid value for parameter: to"));
  check(
    (sms.type ?? "text") === (isGsm7(sms.text) ? "text" : "unicode"),
    "type",
    reject("3", "Invalid type"),
  );
  const accepted = {
    to: sms.to,
    "message-id": "0A0000000123ABCD1",
    status: "0",
    "remaining-balance": "15.5",
    network: "23410",
  };
  return {
    response: respond(200, { "message-count": "1", messages: [accepted] }),
    message: { to: `+${sms.to}`, text: sms.text, sender: sms.from },
  };
};

const yunpian = (request, account) => {
  const reject = (code, msg) => respond(400, { http_status_code: 400, code, msg, detail: msg });
  checkEndpoint(request, "POST", ["sms.yunpian.com"], "/v2/sms/single_send.json");
  const form = parseForm(request);
  check(form.apikey === account.apikey, "apikey", reject(-1, "非法的apikey"));
  checkFields(form, ["apikey", "mobile", "text"], [], () => reject(1, "请求参数缺失"));
  const abroad = isE164(form.mobile) && !isChinaMobile(form.mobile.slice(3));
  check(isChinaMobile(form.mobile) || abroad, "mobile", reject(2, "请求参数格式错误"));
  const to = abroad ? form.mobile : `+86${form.mobile}`;
  return {
    response: respond(200, {
      code: 0,
      msg: "发送成功",
      count: 1,
      fee: 0.05,
      unit: "RMB",
      mobile: form.mobile,
      sid: 1,
    }),
    message: { to, text: form.text },
  };
};

const smsbao = (request, account) => {
  const query = parseQuery(checkEndpoint(request, "GET", ["api.smsbao.com"], "/sms"));
  check(query.u === account.username, "u", respond(200, "40"));
  check(query.p === account.passwordOrApiKey, "p", respond(200, "30"));
  checkFields(query, ["u", "p", "m", "c"], ["g"], () => respond(200, "-1"));
  check(isChinaMobile(query.m), "m", respond(200, "51"));
  return { response: respond(200, "0"), message: { to: `+86${query.m}`, text: query.c } };
};

const smsaero = (request, account) => {
  const reject = (status, message, data = null) => respond(status, { success: false, data, message });
  checkEndpoint(request, "POST", ["gate.smsaero.ru"], "/v2/sms/send");
  const { user, password } = parseBasicAuth(request);
  const isKnown = user === account.email && password === account.apiKey;
  check(isKnown, "credentials", reject(401, "Your request was made with invalid credentials."));
  const sms = parseJson(request);
  const invalid = (name) => reject(400, "Validation error.", { [name]: [`${name} is invalid.`] });
  checkFields(sms, ["number", "sign", "text"], [], invalid);
  check(isDigits(sms.number), "number", invalid("number"));
  const data = {
    id: 1,
    from: sms.sign,
    number: sms.number,
    text: sms.text,
    status: 0,
    extendStatus: "queue",
    cost: 5.49,
  };
  return {
    response: respond(200, { success: true, data, message: null }),
    message: { to: `+${sms.number}`, text: sms.text, sender: sms.sign },
  };
};

const gatewayapi = (request, account) => {
  const reject = (status, code, message) => respond(status, { code, incident_uuid: requestId, message });
  const { hostname, pathname } = new URL(account.endpoint);
  checkEndpoint(request, "POST", [hostname], pathname);
  const { user, password } = parseBasicAuth(request);
  check(user === account.apiToken && password === "", "credentials", reject(401, "0x0229", "Invalid token"));
  const sms = parseJson(request);
  const missing = reject(422, "0x0222", "Missing required parameter %1");
  checkFields(sms, ["sender", "message", "recipients"], ["encoding"], () => missing);
  const [{ msisdn }, ...others] = sms.recipients;
  check(isDigits(msisdn) && others.length === 0, "recipients", missing);
  check((sms.encoding ?? "UTF8") === (isGsm7(sms.message) ? "UTF8" : "UCS2"), "encoding", missing);
  const usage = { countries: { DK: 1 }, currency: "DKK", total_cost: 0.12 };
  return {
    response: respond(200, { ids: [421332671], usage }),
    message: { to: `+${msisdn}`, text: sms.message, sender: sms.sender },
  };
};

const whatsapp = (request, account) => {
  const reject = (status, code, message) =>
    respond(status, { error: { message, type: "OAuthException", code, fbtrace_id: "A" } });
  checkEndpoint(request, "POST", ["graph.facebook.com"], `/v26.0/${account.phoneNumberId}/messages`);
  const isKnown = request.headers.authorization === `Bearer ${account.accessToken}`;
  check(isKnown, "credentials", reject(401, 190, "Invalid OAuth access token - Cannot parse access token"));
  const sms = parseJson(request);
  const invalid = reject(400, 100, "(#100) Invalid parameter");
  checkFields(sms, ["messaging_product", "to", "type", "template"], [], () => invalid);
  check(
    sms.messaging_product === "whatsapp" && sms.type === "template" && isE164(sms.to),
    "message",
    invalid,
  );
  const { name, language, components } = sms.template;
  check(name && language?.code && Object.keys(sms.template).length === 3, "template", invalid);
  const [body, button, ...others] = components;
  check(body.type === "body" && others.length === 0, "components", invalid);
  check(
    button.type === "button" && button.sub_type === "url" && button.index === "0",
    "the copy button",
    invalid,
  );
  const [[{ text: code }], [{ text: copied }]] = [body.parameters, button.parameters];
  check(code === copied && code.length <= 15, "the two parameters", invalid);
  const contacts = [{ input: sms.to, wa_id: sms.to.slice(1) }];
  const messages = [{ id: "wamid.1", message_status: "accepted" }];
  return {
    response: respond(200, { messaging_product: "whatsapp", contacts, messages }),
    message: { to: sms.to, template: `${name} ${language.code}`, params: { code } },
  };
};

const http = (request, account) => {
  const { hostname, pathname } = new URL(account.endpoint);
  checkEndpoint(request, "POST", [hostname], pathname);
  const isKnown = request.headers.authorization === account.authorization;
  check(isKnown, "Authorization", respond(401, { message: "unauthorized" }));
  const sms = parseJson(request);
  checkFields(sms, ["to", "type", "payload"], ["ip"], (name) => respond(400, { message: name }));
  check(isE164(sms.to), "to", respond(400, { message: "to" }));
  return { response: respond(200, {}), message: { to: sms.to, template: sms.type, params: sms.payload } };
};

export const providers = {
  "twilio-short-message-service": twilio,
  "aliyun-short-message-service": aliyunSms,
  "aliyun-short-message-auth-service": aliyunMas,
  "tencent-short-message-service": tencent,
  "vonage-sms": vonage,
  "yunpian-sms": yunpian,
  "smsbao-sms": smsbao,
  "smsaero-short-message-service": smsaero,
  "gatewayapi-sms": gatewayapi,
  "whatsapp-short-message-service": whatsapp,
  "http-sms": http,
};
