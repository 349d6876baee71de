// The requests of auth servers: their bodies and signatures, of Supabase and Clerk by the official libraries.
import { createHmac } from "node:crypto";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";

let lastId = 0;
const hex = (key, text) => createHmac("sha256", key).update(text).digest("hex");
/** Returns the time in Unix seconds. */
export const now = () => Math.floor(Date.now() / 1_000);

/** Returns functions that sign a body as the auth servers do, at a time in Unix seconds, and return the headers. */
export const signers = ({ supabase, clerk, zitadel, authgear }) => ({
  supabase: (body, at = now()) => {
    const id = `msg_supabase${++lastId}`;
    const signature = new StandardWebhook(supabase).sign(id, new Date(at * 1_000), body);
    return { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signature };
  },
  clerk: (body, at = now()) => {
    const id = `msg_clerk${++lastId}`;
    const signature = new SvixWebhook(clerk).sign(id, new Date(at * 1_000), body);
    return { "svix-id": id, "svix-timestamp": String(at), "svix-signature": signature };
  },
  zitadel: (body, at = now()) => ({
    "zitadel-signature": `t=${at},v1=${hex(zitadel, `${at}.${body}`)}`,
  }),
  authgear: (body) => ({ "x-authgear-body-signature": hex(authgear, body) }),
});

/** The bodies of auth servers with a number and a code. */
export const bodies = {
  generic: (to, code) => ({ to, code, usageType: "SignIn", locale: "de" }),
  logto: (to, code) => ({ to: to.slice(1), type: "SignIn", payload: { code, locale: "de" } }),
  supabase: (to, code) => ({
    metadata: { uuid: "u", name: "send-sms", ip_address: "203.0.113.7" },
    user: { id: "1", phone: to.slice(1) },
    sms: { otp: code, phone: to.slice(1) },
  }),
  zitadel: (to, code) => ({
    contextInfo: { eventType: "session.otp.sms.challenged", recipientPhoneNumber: to },
    templateData: { text: `${code} is your code.\n@example.com #${code}` },
    args: { oTP: code },
  }),
  kratos: (to, code) => ({ to, text: `Your login code is: ${code}`, kind: "login_code_valid", code }),
  authgear: (to, code) => ({
    to,
    body: `${code} is your code.`,
    template_name: "authenticate_primary_oob_sms.txt",
    language_tag: "de",
    template_variables: { code },
  }),
  authentik: (to, code) => ({ From: "x", To: to, Body: code, Message: `Use this code: ${code}` }),
  fusionauth: (to, code) => ({ type: "SMS", phoneNumber: to, textMessage: `Code ${code}`, code }),
  casdoor: (to, code) => ({ phoneNumber: to, content: code }),
  clerk: (to, code) => ({
    data: {
      slug: "verification_code",
      to_phone_number: to,
      message: `${code} it is`,
      data: { otp_code: code },
    },
    type: "sms.created",
    timestamp: Date.now(),
  }),
};
