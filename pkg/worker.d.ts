// edge-otp/worker: the whole Worker, prebuilt. Needs Cloudflare's types (`wrangler types`, or @cloudflare/workers-types).
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import type {
  DeliverRequest,
  DeliverResult,
  SendRequest,
  SendResult,
  VerifyRequest,
  VerifyResult,
} from "./index.js";

/**
 * What other Workers of the account may call over a service binding with entrypoint "Otp". Errors arrive with `code`,
 * `status` and `data`, and with the code at the beginning of their message.
 *
 * @example
 * await env.OTP.send({ phone: "+14155550123", usageType: "SignIn" });
 */
export declare class Otp extends WorkerEntrypoint {
  /**
   * Sends a code.
   *
   * @throws an error with `code`, `status` and `data`.
   */
  send(request: SendRequest): Promise<SendResult>;
  /**
   * Delivers a code that the caller has made, once for a recipient and code within 600 seconds.
   *
   * @throws an error with `code`, `status` and `data`.
   */
  deliver(request: DeliverRequest): Promise<DeliverResult>;
  /**
   * Verifies a code. A person's mistake is a value.
   *
   * @throws an error with `code`, `status` and `data`.
   */
  verify(request: VerifyRequest): Promise<VerifyResult>;
}

/** One object per phone number and one per idempotency key. */
export declare class VerificationGuard extends DurableObject {
  call(request: string, name?: string, previous?: string): Promise<string>;
  alarm(): Promise<void>;
}

/** A shard of the message log. */
export declare class MessageLog extends DurableObject {
  call(request: string): Promise<string>;
  alarm(): Promise<void>;
}

declare const worker: {
  fetch(request: Request, env: object, ctx: object): Promise<Response>;
};
export default worker;
