// The real Worker in workerd, with the console as its static assets. Requests to providers are answered here; requests
// to this machine, which http-sms makes, are sent.
import { secrets, startWorker } from "../edge/worker.mjs";

const originalFetch = globalThis.fetch;

const isLocal = (url) => ["127.0.0.1", "localhost"].includes(new URL(url).hostname);

const createProviderResponse = (url) =>
  new URL(url).hostname.endsWith("aliyuncs.com")
    ? Response.json({ Code: "OK", Message: "OK", RequestId: "r", BizId: "b" })
    : Response.json({ sid: "SM1", status: "accepted", error_code: null }, { status: 201 });

export const startServer = async () => {
  const worker = await startWorker({
    connector: null,
    vars: { RESEND_COOLDOWNS: "60,120,300", ALLOW_MOCK: "1", ALLOW_LOCAL: "1" },
  });
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return isLocal(url) ? originalFetch(input, init) : createProviderResponse(url);
  };
  const { url } = await worker.server.listen();
  return { url: url.origin, adminKey: secrets.ADMIN_KEY, close: worker.close };
};
