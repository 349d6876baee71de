// The npm package in a Hono Worker of one's own, in place of the whole Worker.
import { env } from "cloudflare:workers";
import { createOtp } from "edge-otp";
import { otpRoutes } from "edge-otp/hono";
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";

export { VerificationGuard } from "edge-otp";

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
app.use(bearerAuth({ verifyToken: (token, c) => token === c.env.API_KEYS }));
app.route("/", otpRoutes(otp));

export default app;
