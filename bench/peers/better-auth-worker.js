// Peer, for its size only: better-auth with its phone-number plugin as a Worker. The memory adapter is the smallest one;
// a deployed Worker needs a database's instead.
import { memoryAdapter } from "@better-auth/memory-adapter";
import { betterAuth } from "better-auth/minimal";
import { phoneNumber } from "better-auth/plugins/phone-number";

const sendMessage = (env, phone, code) =>
  fetch(`https://api.twilio.com/2010-04-01/Accounts/${env.TWILIO_SID}/Messages.json`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${env.TWILIO_SID}:${env.TWILIO_TOKEN}`)}` },
    body: new URLSearchParams({
      To: phone,
      MessagingServiceSid: env.TWILIO_SERVICE,
      Body: `Your sign-in code is ${code}.`,
    }),
  });

const createAuth = (env) =>
  betterAuth({
    baseURL: "https://otp.example",
    secret: env.OTP_SECRET,
    telemetry: { enabled: false },
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    plugins: [phoneNumber({ sendOTP: ({ phoneNumber: phone, code }) => sendMessage(env, phone, code) })],
  });

let auth;

export default {
  fetch(request, env) {
    auth ??= createAuth(env);
    return auth.handler(request);
  },
};
