// Ours, the other way: not the whole Worker but the npm package inside a Hono Worker of one's own.
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { createOtp } from "../../pkg/entry/workerd.js";
import { otpRoutes } from "../../pkg/hono.js";

export { VerificationGuard } from "../../pkg/entry/workerd.js";

const otp = createOtp({
  kv: env.OTP_KV,
  secret: env.OTP_SECRET,
  guard: env.GUARD,
  connector: {
    connectorId: "twilio-short-message-service",
    config: {
      accountSID: env.TWILIO_SID,
      authToken: env.TWILIO_TOKEN,
      fromMessagingServiceSID: env.TWILIO_SERVICE,
      templates: [{ usageType: "Generic", content: "Your sign-in code is {{code}}." }],
    },
  },
});

const app = new Hono();
app.get("/health", (c) => c.json({ status: "ok" }));
app.use(bearerAuth({ verifyToken: (token, c) => token === c.env.API_KEY }));
app.route("/", otpRoutes(otp));

export default app;
