// edge-otp/worker: the whole Worker, prebuilt. A project that exports these three deploys it without Rust. Other
// Workers of the account reach `Otp` over a service binding with entrypoint "Otp": no key on the wire, for only who
// has the binding can call. Nothing but fetch, send and verify can be called: the objects exported here are made for
// it, whatever the prebuilt module carries.
import { WorkerEntrypoint } from "cloudflare:workers";
import { createOtpClient } from "./lib/client.js";
import { OtpError } from "./lib/error.js";
import Routes, { VerificationGuard } from "./worker/index.js";

/**
 * The client's interface over the routes of this very Worker.
 * @param {{ env: any, ctx: any }} entrypoint
 */
const inProcess = async ({ env, ctx }) => {
  const [apiKey] = String(env.API_KEYS ?? "")
    .split(/[\s,]+/)
    .filter(Boolean);
  if (!apiKey) throw new OtpError("config.invalid", "API_KEYS is not set.", { status: 500 });
  const routes = new Routes(ctx, env);
  return createOtpClient({
    url: "https://edge-otp.internal",
    apiKey,
    fetch: async (url, init) => routes.fetch(new Request(url, init)),
  });
};

/**
 * An error as it survives the way to another Worker: a plain object's members travel, and where they do not, the code
 * stands at the beginning of the message.
 * @param {any} error
 */
const portable = (error) => {
  if (!(error instanceof OtpError)) throw error;
  const { code, message, status, data, requestId } = error;
  throw Object.assign(new Error(`${code}: ${message}`), { code, status, data, requestId });
};

/** What other Workers may call. */
export class Otp extends WorkerEntrypoint {
  /** @param {import("./index.js").SendRequest} request */
  async send(request) {
    return inProcess(this)
      .then((otp) => otp.send(request))
      .catch(portable);
  }

  /** @param {import("./index.js").VerifyRequest} request */
  async verify(request) {
    return inProcess(this)
      .then((otp) => otp.verify(request))
      .catch(portable);
  }
}

export default {
  /** @param {Request} request @param {any} env @param {any} ctx */
  fetch: (request, env, ctx) => new Routes(ctx, env).fetch(request),
};

export { VerificationGuard };
