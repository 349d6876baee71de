// edge-otp/worker: the whole Worker. Needs Cloudflare's types (`wrangler types`, or @cloudflare/workers-types).
import { WorkerEntrypoint } from "cloudflare:workers";
import type { SendRequest, SendResult, VerifyRequest, VerifyResult } from "./index.js";

/**
 * What other Workers of the account may call over a service binding with entrypoint "Otp". Errors arrive with `code`,
 * `status` and `data`, and with the code at the beginning of their message.
 */
export declare class Otp extends WorkerEntrypoint {
  send(request: SendRequest): Promise<SendResult>;
  verify(request: VerifyRequest): Promise<VerifyResult>;
}

/** One object per phone number. */
export declare class VerificationGuard {
  constructor(state: object, env: object);
  fetch(request: Request): Promise<Response>;
  alarm(): Promise<Response>;
}

declare const worker: {
  fetch(request: Request, env: object, ctx: object): Promise<Response>;
};
export default worker;
