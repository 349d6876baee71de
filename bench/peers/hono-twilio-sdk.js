// Peer, for its size and start only: Hono + KV with Twilio's own kit in place of one call of fetch.
import twilio from "twilio";
import { appWith } from "./hono-kv.js";

export default appWith(async (env, phone, code) => {
  const { errorCode, status } = await twilio(env.TWILIO_SID, env.TWILIO_TOKEN).messages.create({
    to: phone,
    messagingServiceSid: env.TWILIO_SERVICE,
    body: `Your sign-in code is ${code}.`,
  });
  return !errorCode && status !== "failed";
});
