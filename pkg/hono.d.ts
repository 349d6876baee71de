// edge-otp/hono: `POST /send` and `POST /verify` as a Hono app.
import type { Context, Env, Hono } from "hono";
import type { Otp, UsageType } from "./index.js";

export interface OtpRoutesOptions<E extends Env = Env> {
  /**
   * The end user's IP address. Trust only headers that your own proxy sets. Callers cannot set it themselves.
   *
   * @default none
   */
  ip?: (c: Context<E>) => string | undefined;
  /**
   * The usage types that callers may ask for.
   *
   * @default all
   */
  usageTypes?: readonly UsageType[];
}

/**
 * The two routes. Mount them behind checks of your own (a session, a captcha, a rate limit): whoever reaches `/send`
 * can make you pay for messages. Bodies must be declared as `application/json` (415), have at most 8 KiB (413) and no name
 * twice (400), so a form or script of another site sends nothing. `otp` may be a function of the context, for instance to
 * read bindings from `c.env`.
 *
 * @example
 * app.route("/otp", otpRoutes(otp, { usageTypes: ["SignIn"], ip: (c) => c.req.header("cf-connecting-ip") }));
 */
export declare function otpRoutes<E extends Env = Env>(
  otp: Otp | ((c: Context<E>) => Otp | Promise<Otp>),
  options?: OtpRoutesOptions<E>,
): Hono<E>;
