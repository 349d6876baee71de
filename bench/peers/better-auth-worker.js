// Peer, for its size and start only: better-auth with its phone-number plugin as a Worker. Its adapter is the one for
// memory, the smallest; a real one needs a database's.

import { memoryAdapter } from "@better-auth/memory-adapter";
import { betterAuth } from "better-auth/minimal";
import { phoneNumber } from "better-auth/plugins/phone-number";
import { sendText } from "./hono-common.js";

const authOf = (env) =>
  betterAuth({
    baseURL: "https://otp.example",
    secret: env.OTP_SECRET,
    telemetry: { enabled: false },
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    plugins: [phoneNumber({ sendOTP: ({ phoneNumber: phone, code }) => sendText(env, phone, code) })],
  });

let auth;

export default {
  fetch(request, env) {
    auth ??= authOf(env);
    return auth.handler(request);
  },
};
