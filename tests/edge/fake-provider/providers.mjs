// The eleven providers, each as its documentation has it: where it listens, how it knows us, what it demands, in
// which form it takes a number, what it answers. `account` is the connector's config as the provider knows it.
import {
  aliyunSignature,
  answer,
  at,
  basicOf,
  formOf,
  isDigits,
  isE164,
  isGsm7,
  isMainland,
  jsonOf,
  need,
  only,
  queryOf,
  tc3Signature,
} from "./check.mjs";

const minutes = 60_000;
const requestId = "00000000-0000-4000-8000-000000000000";

const twilio = (request, account) => {
  const refuse = (status, code, message) => answer(status, { code, message, more_info: "", status });
  const { accountSID, authToken, host = "api.twilio.com" } = account;
  const { user, password } = basicOf(request);
  need(user === accountSID && password === authToken, "credentials", refuse(401, 20003, "Authenticate"));
  at(request, "POST", [host], `/2010-04-01/Accounts/${accountSID}/Messages.json`);
  const form = formOf(request);
  const sender = account.fromMessagingServiceSID ? "MessagingServiceSid" : "From";
  only(form, ["To", sender, "Body", "RiskCheck"], [], () => refuse(400, 21602, "A parameter is missing."));
  need(isE164(form.To), "To", refuse(400, 21211, "Invalid 'To' Phone Number"));
  need(["enable", "disable"].includes(form.RiskCheck), "RiskCheck", refuse(400, 20001, "Invalid parameter."));
  const sid = `SM${"0".repeat(32)}`;
  return {
    response: answer(201, {
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

/** Both services of Aliyun: the RPC parameters, the signature, its freshness, the template. */
const aliyun = (host, action, recipient, read) => (request, account, world) => {
  const refuse = (status, Code) =>
    answer(status, { RequestId: requestId, Message: Code, Recommend: "", HostId: host, Code });
  at(request, "POST", [account.endpoint ?? host], "/");
  const form = formOf(request);
  need(form.AccessKeyId === account.accessKeyId, "AccessKeyId", refuse(404, "InvalidAccessKeyId.NotFound"));
  const common = { Action: action, Format: "json", SignatureMethod: "HMAC-SHA1", SignatureVersion: "1.0" };
  for (const [name, value] of Object.entries({ ...common, Version: "2017-05-25" })) {
    need(form[name] === value, name, refuse(400, `Invalid${name}`));
  }
  // The real one repeats what was signed, and with it number and code.
  const signature = aliyunSignature("POST", form, account.accessKeySecret);
  const echo = answer(400, {
    Code: "SignatureDoesNotMatch",
    Message: `server string to sign is:${request.body}`,
  });
  need(form.Signature === signature, "Signature", echo);
  need(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(form.Timestamp),
    "Timestamp",
    refuse(400, "InvalidTimeStamp.Format"),
  );
  const age = Math.abs(world.now() - Date.parse(form.Timestamp));
  need(age < 15 * minutes, "the timestamp is not fresh", refuse(400, "InvalidTimeStamp.Expired"));
  need(
    form.SignatureNonce && !world.nonces.has(form.SignatureNonce),
    "the nonce was used",
    refuse(400, "SignatureNonceUsed"),
  );
  world.nonces.add(form.SignatureNonce);
  const own = ["AccessKeyId", "RegionId", "SignName", "TemplateCode", "TemplateParam"];
  const signing = ["Version", "Signature", "SignatureNonce", "Timestamp"];
  only(form, [...Object.keys(common), ...own, ...signing, ...recipient], [], (name) =>
    refuse(400, `Missing${name}`),
  );
  const params = JSON.parse(form.TemplateParam);
  need(
    Object.values(params).every((value) => /^[0-9A-Za-z]{1,35}$/.test(value)),
    "params",
    refuse(200, "isv.INVALID_JSON_PARAM"),
  );
  const { to, variables, success } = read(form, refuse);
  need(Object.keys(params).join() === variables, "variables", refuse(200, "isv.TEMPLATE_PARAMS_ILLEGAL"));
  return {
    response: answer(200, { RequestId: requestId, Code: "OK", ...success }),
    message: { to, template: form.TemplateCode, params, sender: form.SignName },
  };
};

const aliyunSms = aliyun("dysmsapi.aliyuncs.com", "SendSms", ["PhoneNumbers"], (form, refuse) => {
  const mainland = form.PhoneNumbers.startsWith("+86") && isMainland(form.PhoneNumbers.slice(3));
  const abroad = isDigits(form.PhoneNumbers) && !form.PhoneNumbers.startsWith("86");
  need(mainland || abroad, "PhoneNumbers", refuse(200, "isv.MOBILE_NUMBER_ILLEGAL"));
  const to = mainland ? form.PhoneNumbers : `+${form.PhoneNumbers}`;
  return { to, variables: "code", success: { Message: "OK", BizId: "900000001^0" } };
});

const aliyunMas = aliyun(
  "dypnsapi.aliyuncs.com",
  "SendSmsVerifyCode",
  ["CountryCode", "PhoneNumber"],
  (form, refuse) => {
    const mainland = form.CountryCode === "86" && isMainland(form.PhoneNumber);
    need(mainland, "PhoneNumber", refuse(200, "MOBILE_NUMBER_ILLEGAL"));
    const success = { Success: true, Message: "成功", Model: { BizId: "900000001^0" } };
    return { to: `+86${form.PhoneNumber}`, variables: "code,min", success };
  },
);

const tencent = (request, account, world) => {
  const refuse = (Code) =>
    answer(200, { Response: { Error: { Code, Message: Code }, RequestId: requestId } });
  at(request, "POST", ["sms.tencentcloudapi.com"], "/");
  const { headers, body } = request;
  const { groups } =
    /^TC3-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<date>[^/]+)\/sms\/tc3_request, SignedHeaders=(?<names>[a-z;-]+), Signature=(?<signature>[0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    ) ?? {};
  need(groups, "Authorization", refuse("AuthFailure.InvalidAuthorization"));
  need(groups.id === account.accessKeyId, "SecretId", refuse("AuthFailure.SecretIdNotFound"));
  const timestamp = headers["x-tc-timestamp"];
  const failure = refuse("AuthFailure.SignatureFailure");
  need(/^\d{10}$/.test(timestamp), "X-TC-Timestamp", failure);
  need(
    new Date(timestamp * 1000).toISOString().startsWith(groups.date),
    "the date is not the timestamp's",
    failure,
  );
  need(groups.names === "content-type;host", `signed are ${groups.names}`, failure);
  const signed = { "content-type": headers["content-type"], host: new URL(request.url).host };
  const signature = tc3Signature({
    ...{ service: "sms", headers: signed, signedHeaders: groups.names, body, timestamp },
    secret: account.accessKeySecret,
  });
  need(signature === groups.signature, "signature", failure);
  const age = Math.abs(world.now() - timestamp * 1000);
  need(age < 5 * minutes, "the timestamp is not fresh", refuse("AuthFailure.SignatureExpire"));
  need(headers["x-tc-action"] === "SendSms", "X-TC-Action", refuse("InvalidAction"));
  need(headers["x-tc-version"] === "2021-01-11", "X-TC-Version", refuse("NoSuchVersion"));
  need(headers["x-tc-region"] === account.region, "X-TC-Region", refuse("UnsupportedRegion"));
  const sms = jsonOf(request);
  const names = ["SmsSdkAppId", "SignName", "TemplateId", "TemplateParamSet", "PhoneNumberSet"];
  only(sms, names, [], () => refuse("MissingParameter"));
  need(sms.SmsSdkAppId === account.sdkAppId, "SmsSdkAppId", refuse("InvalidParameterValue.SdkAppIdNotExist"));
  const [to, ...others] = sms.PhoneNumberSet;
  need(
    isE164(to) && others.length === 0,
    "PhoneNumberSet",
    refuse("InvalidParameterValue.IncorrectPhoneNumber"),
  );
  const [code, ...rest] = sms.TemplateParamSet;
  need(typeof code === "string" && rest.length === 0, "TemplateParamSet", refuse("InvalidParameter"));
  const sent = {
    SerialNo: "5000:1",
    PhoneNumber: to,
    Fee: 1,
    SessionContext: "",
    Code: "Ok",
    Message: "send success",
  };
  return {
    response: answer(200, { Response: { SendStatusSet: [sent], RequestId: requestId } }),
    message: { to, template: sms.TemplateId, params: { code }, sender: sms.SignName },
  };
};

const vonage = (request, account) => {
  const refuse = (status, text) =>
    answer(200, { "message-count": "1", messages: [{ status, "error-text": text }] });
  at(request, "POST", ["rest.nexmo.com"], "/sms/json");
  const { user, password } = basicOf(request);
  need(
    user === account.apiKey && password === account.apiSecret,
    "credentials",
    refuse("4", "Bad Credentials"),
  );
  const sms = jsonOf(request);
  only(sms, ["from", "to", "text"], ["type"], (name) => refuse("2", `Missing ${name} param`));
  need(isDigits(sms.to), "to", refuse("3", "Invalid value for parameter: to"));
  need((sms.type ?? "text") === (isGsm7(sms.text) ? "text" : "unicode"), "type", refuse("3", "Invalid type"));
  const taken = {
    to: sms.to,
    "message-id": "0A0000000123ABCD1",
    status: "0",
    "remaining-balance": "15.5",
    network: "23410",
  };
  return {
    response: answer(200, { "message-count": "1", messages: [taken] }),
    message: { to: `+${sms.to}`, text: sms.text, sender: sms.from },
  };
};

const yunpian = (request, account) => {
  const refuse = (code, msg) => answer(400, { http_status_code: 400, code, msg, detail: msg });
  at(request, "POST", ["sms.yunpian.com"], "/v2/sms/single_send.json");
  const form = formOf(request);
  need(form.apikey === account.apikey, "apikey", refuse(-1, "非法的apikey"));
  only(form, ["apikey", "mobile", "text"], [], () => refuse(1, "请求参数缺失"));
  const abroad = isE164(form.mobile) && !isMainland(form.mobile.slice(3));
  need(isMainland(form.mobile) || abroad, "mobile", refuse(2, "请求参数格式错误"));
  const to = abroad ? form.mobile : `+86${form.mobile}`;
  return {
    response: answer(200, {
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
  const query = queryOf(at(request, "GET", ["api.smsbao.com"], "/sms"));
  need(query.u === account.username, "u", answer(200, "40"));
  need(query.p === account.passwordOrApiKey, "p", answer(200, "30"));
  only(query, ["u", "p", "m", "c"], ["g"], () => answer(200, "-1"));
  need(isMainland(query.m), "m", answer(200, "51"));
  return { response: answer(200, "0"), message: { to: `+86${query.m}`, text: query.c } };
};

const smsaero = (request, account) => {
  const refuse = (status, message, data = null) => answer(status, { success: false, data, message });
  at(request, "POST", ["gate.smsaero.ru"], "/v2/sms/send");
  const { user, password } = basicOf(request);
  const known = user === account.email && password === account.apiKey;
  need(known, "credentials", refuse(401, "Your request was made with invalid credentials."));
  const sms = jsonOf(request);
  const invalid = (name) => refuse(400, "Validation error.", { [name]: [`${name} is invalid.`] });
  only(sms, ["number", "sign", "text"], [], invalid);
  need(isDigits(sms.number), "number", invalid("number"));
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
    response: answer(200, { success: true, data, message: null }),
    message: { to: `+${sms.number}`, text: sms.text, sender: sms.sign },
  };
};

const gatewayapi = (request, account) => {
  const refuse = (status, code, message) => answer(status, { code, incident_uuid: requestId, message });
  const { hostname, pathname } = new URL(account.endpoint);
  at(request, "POST", [hostname], pathname);
  const { user, password } = basicOf(request);
  need(user === account.apiToken && password === "", "credentials", refuse(401, "0x0229", "Invalid token"));
  const sms = jsonOf(request);
  const missing = refuse(422, "0x0222", "Missing required parameter %1");
  only(sms, ["sender", "message", "recipients"], ["encoding"], () => missing);
  const [{ msisdn }, ...others] = sms.recipients;
  need(isDigits(msisdn) && others.length === 0, "recipients", missing);
  need((sms.encoding ?? "UTF8") === (isGsm7(sms.message) ? "UTF8" : "UCS2"), "encoding", missing);
  const usage = { countries: { DK: 1 }, currency: "DKK", total_cost: 0.12 };
  return {
    response: answer(200, { ids: [421332671], usage }),
    message: { to: `+${msisdn}`, text: sms.message, sender: sms.sender },
  };
};

const whatsapp = (request, account) => {
  const refuse = (status, code, message) =>
    answer(status, { error: { message, type: "OAuthException", code, fbtrace_id: "A" } });
  at(request, "POST", ["graph.facebook.com"], `/v19.0/${account.phoneNumberId}/messages`);
  const known = request.headers.authorization === `Bearer ${account.accessToken}`;
  need(known, "credentials", refuse(401, 190, "Invalid OAuth access token - Cannot parse access token"));
  const sms = jsonOf(request);
  const invalid = refuse(400, 100, "(#100) Invalid parameter");
  only(sms, ["messaging_product", "to", "type", "template"], [], () => invalid);
  need(sms.messaging_product === "whatsapp" && sms.type === "template" && isE164(sms.to), "message", invalid);
  const { name, language, components } = sms.template;
  need(name && language?.code && Object.keys(sms.template).length === 3, "template", invalid);
  const [body, button, ...others] = components;
  need(body.type === "body" && others.length === 0, "components", invalid);
  need(
    button.type === "button" && button.sub_type === "url" && button.index === "0",
    "the copy button",
    invalid,
  );
  const [[{ text: code }], [{ text: copied }]] = [body.parameters, button.parameters];
  need(code === copied && code.length <= 15, "the two parameters", invalid);
  const contacts = [{ input: sms.to, wa_id: sms.to.slice(1) }];
  const messages = [{ id: "wamid.1", message_status: "accepted" }];
  return {
    response: answer(200, { messaging_product: "whatsapp", contacts, messages }),
    message: { to: sms.to, template: `${name} ${language.code}`, params: { code } },
  };
};

const http = (request, account) => {
  const { hostname, pathname } = new URL(account.endpoint);
  at(request, "POST", [hostname], pathname);
  const known = request.headers.authorization === account.authorization;
  need(known, "Authorization", answer(401, { message: "unauthorized" }));
  const sms = jsonOf(request);
  only(sms, ["to", "type", "payload"], ["ip"], (name) => answer(400, { message: name }));
  need(isE164(sms.to), "to", answer(400, { message: "to" }));
  return { response: answer(200, {}), message: { to: sms.to, template: sms.type, params: sms.payload } };
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
