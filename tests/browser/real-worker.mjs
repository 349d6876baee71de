// The real Worker in workerd with the console it serves, for the browser's tests. Messages to Twilio and Aliyun are
// answered here; what is addressed to this machine (http-sms) goes through.
import { secrets, startWorker } from "../edge/worker.mjs";

const reads = globalThis.fetch;

const isLocal = (url) => ["127.0.0.1", "localhost"].includes(new URL(url).hostname);

const answers = (url) =>
  new URL(url).hostname.endsWith("aliyuncs.com")
    ? Response.json({ Code: "OK", Message: "OK", RequestId: "r", BizId: "b" })
    : Response.json({ sid: "SM1", status: "accepted", error_code: null }, { status: 201 });

export const startServer = async () => {
  const otp = await startWorker({
    connector: null,
    vars: { RESEND_COOLDOWNS: "60,120,300", ALLOW_MOCK: "1" },
  });
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return isLocal(url) ? reads(input, init) : answers(url);
  };
  const { url } = await otp.server.listen();
  return { url: url.origin, adminKey: secrets.ADMIN_KEY, close: otp.close };
};
