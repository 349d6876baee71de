// The types of edge-otp. What a caller may have to distinguish is a union of literals; nothing is `any`.

import type {
  ApiErrorCode,
  ArchivedConnector,
  Connector,
  ConnectorFactory,
  ConnectorInput,
  DeliverRequest,
  DeliverResult,
  ErrorData,
  Policy,
  SendBody,
  SendResult,
  TestOutcome,
  UsageType,
  VerifyFailure,
  VerifyRequest,
  VerifySuccess,
} from "./generated.js";

// Requests, results, error codes, limits and connector configs follow from the Rust code.
export * from "./generated.js";

/** Every `code` of an {@link OtpError}. They never change their meaning. */
export type ErrorCode =
  | ApiErrorCode
  /** Only from `createOtpClient`: the Worker did not answer, or not in time. */
  | "client.unreachable"
  /** Only from `createOtpClient`: something answered that is not an edge-otp Worker. */
  | "client.invalid_response";

/**
 * What `send` throws, and `verify` for all but the caller's mistakes.
 *
 * @example
 * try {
 *   await otp.send({ phone, usageType: "SignIn" });
 * } catch (error) {
 *   if (error instanceof OtpError && error.code === "request.message_rate_limited") showCountdown(error.data?.retryAfter);
 *   else throw error;
 * }
 */
export declare class OtpError extends Error {
  constructor(
    code: ErrorCode,
    message: string,
    details: {
      status: number;
      data?: ErrorData | undefined;
      requestId?: string | undefined;
      cause?: unknown;
    },
  );
  override readonly name: "OtpError";
  /** Stable; act on this. */
  readonly code: ErrorCode;
  /** The HTTP status that goes with the code; 0 for `client.unreachable`. */
  readonly status: number;
  readonly data?: ErrorData;
  /** The Worker's id of the request, for its log. Only from `createOtpClient`. */
  readonly requestId?: string;
  /** The address of what is written about the code. */
  readonly docs: string;
  /** What your storage threw (`storage.unavailable`), or what stopped the core (`internal`). Not for end users. */
  readonly cause?: unknown;
}

/** A code to be sent. */
export interface SendRequest extends SendBody {
  /**
   * 1 to 255 printable ASCII characters. The same key and request within 600 s: the same result, no second SMS. Null and
   * undefined are no key; what is no string is a TypeError.
   */
  idempotencyKey?: string | null | undefined;
}

/** Distinguish them by `verified`, then by `reason`. */
export type VerifyResult = VerifySuccess | VerifyFailure;

/** Options of one call. */
export interface CallOptions {
  /**
   * Ends the call. Aborted before it begins, the call throws the signal's reason and nothing is done. Later, a call of
   * `createOtpClient` throws `client.unreachable` with the reason as `cause`, and what was asked may have been done; one
   * of `createOtp` is finished, because an SMS cannot be called back.
   *
   * @default none
   */
  signal?: AbortSignal | undefined;
}

/** Management of the one active connector. */
export interface Connectors {
  /**
   * Returns the active connector, or null. Its secrets are {@link RedactedSecret}.
   *
   * @throws {OtpError} `storage.unavailable`, `connector.invalid_config`; over HTTP `auth.unauthorized` too.
   */
  get(options?: CallOptions): Promise<Connector | null>;
  /**
   * Validates a connector, seals its secrets and replaces whatever was active.
   *
   * @throws {OtpError} `connector.invalid_config` with `data.issues`, `connector.not_found_with_connector_id`,
   * `request.method_not_allowed` if the connector is an option of `createOtp`, `storage.unavailable`.
   * @throws {TypeError} if the argument is no object.
   * @example
   * await otp.connectors.set({
   *   connectorId: "twilio-short-message-service",
   *   config: {
   *     accountSID: "AC…",
   *     authToken: process.env.TWILIO_TOKEN,
   *     fromMessagingServiceSID: "MG…",
   *     templates: [{ usageType: "Generic", content: "{{code}} is your code." }],
   *   },
   * });
   */
  set(connector: ConnectorInput, options?: CallOptions): Promise<Connector>;
  /**
   * Replaces the active connector's config. Secrets left out, or sent back as {@link RedactedSecret}, keep their value;
   * `null` clears a field.
   *
   * @throws {OtpError} `connector.not_found`, `connector.invalid_config`; `entity.conflict` if `updatedAt` is not that of
   * the stored connector.
   */
  edit(
    change: { config: Readonly<Record<string, unknown>>; updatedAt?: string | null },
    options?: CallOptions,
  ): Promise<Connector>;
  /**
   * Deletes the active connector, if there is one; it stays in the archive.
   *
   * @throws {OtpError} `storage.unavailable`.
   */
  delete(options?: CallOptions): Promise<void>;
  /**
   * Lists what was active before, newest first: the last ten, for 90 days.
   *
   * @throws {OtpError} `storage.unavailable`.
   */
  archive(options?: CallOptions): Promise<readonly ArchivedConnector[]>;
  /**
   * Makes an archived connector the active one; the active one is archived.
   *
   * @throws {OtpError} `entity.not_found`.
   */
  restore(id: string, options?: CallOptions): Promise<Connector>;
  /**
   * Sends the code 000000 with a config that need not be saved. It may cost money.
   *
   * @throws {OtpError} what `send` throws, and `connector.invalid_config`.
   */
  test(
    request: ConnectorInput & {
      phone: string;
      usageType?: UsageType | undefined;
      locale?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<TestOutcome>;
}

/** Sends and verifies codes. */
export interface Otp {
  /**
   * Sends a code. An older code of the same phone and usage type is void at once.
   *
   * @throws {OtpError} `phone.invalid`, `request.message_rate_limited`, `connector.general` … : every error with a code.
   * @throws {TypeError} if the argument is no object, or `idempotencyKey` no string.
   * @example
   * const { resendAt } = await otp.send({ phone: "+14155550123", usageType: "SignIn", locale: "de" });
   */
  send(request: SendRequest, options?: CallOptions): Promise<SendResult>;
  /**
   * Delivers a code that another server has made, and verifies. The same recipient and code within 600 s: the same result,
   * no second SMS. The limits of sends apply, those of wrong codes do not.
   *
   * @throws {OtpError} as `send`.
   * @throws {TypeError} if the argument is no object.
   * @example
   * await otp.deliver({ to: "+14155550123", code: "173619", usageType: "SignIn" });
   */
  deliver(request: DeliverRequest, options?: CallOptions): Promise<DeliverResult>;
  /**
   * Verifies a code: once, for the phone and usage type that it was sent for. A person's mistake is a value.
   *
   * @throws {OtpError} for everything that is not the person's mistake, such as `storage.unavailable`.
   * @throws {TypeError} if the argument is no object.
   * @example
   * const result = await otp.verify({ phone: "+14155550123", code: "173619", usageType: "SignIn" });
   * if (!result.verified) showMistake(result.reason);
   */
  verify(request: VerifyRequest, options?: CallOptions): Promise<VerifyResult>;
  /**
   * Clears the counts of wrong codes of a phone number, not those of its sends: for support staff. Over HTTP it needs the
   * `adminKey`.
   *
   * @throws {OtpError} `phone.invalid`, `storage.unavailable`, `auth.unauthorized`.
   * @example
   * await otp.unlock({ phone: "+14155550123" });
   */
  unlock(request: { phone: string }, options?: CallOptions): Promise<void>;
  /** Management of the connector. */
  readonly connectors: Connectors;
  /**
   * The earlier name of `connectors`.
   *
   * @deprecated
   */
  readonly connector: Connectors;
}

/**
 * Anything with Workers KV's three methods. A `get` of what is not there returns null or undefined, else the string that
 * was put: a client that parses JSON by itself, or returns buffers, is `storage.unavailable` before anything is sent.
 */
export interface KvStore {
  get(key: string): Promise<string | null | undefined>;
  /** `expirationTtl` in seconds, 60 at least; without it the value stays. */
  put(key: string, value: string, options: { expirationTtl?: number }): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/**
 * Any store of texts by key with an atomic compare-and-swap. It decides every attempt, so it must be strict: of two swaps
 * at the same moment that expect the same text, one succeeds.
 */
export interface GuardStore {
  /** The text, or null; anything else is `storage.unavailable`. */
  load(key: string): Promise<string | null>;
  /**
   * Replaces `expected` by `next`, if `expected` is what is stored; null is absence. Returns whether it was, as true or
   * false; anything else is `storage.unavailable`. After `ttlSeconds` the text may be forgotten, not before.
   */
  swap(key: string, expected: string | null, next: string | null, ttlSeconds: number): Promise<boolean>;
}

/** A Durable Object namespace bound to `VerificationGuard`. */
export interface GuardNamespace {
  getByName(name: string): object;
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Options of {@link createOtp}. */
export interface OtpOptions {
  /** Holds the records of codes (10 minutes) and the connector. Eventual consistency is enough. */
  kv: KvStore;
  /** The root secret, at least 32 characters; all keys are derived from it. */
  secret: string;
  /**
   * The previous root secret, for 25 hours while you rotate.
   *
   * @default none
   */
  secretPrevious?: string | undefined;
  /**
   * Decides every attempt, send and use of a code: a Durable Object namespace bound to `VerificationGuard`, or a store
   * of `edge-otp/stores` or of your own. Left out, ledgers are kept in `kv`, which cannot promise the limits.
   *
   * @default over `kv`, with a warning
   */
  guard?: GuardNamespace | GuardStore | undefined;
  /**
   * The connector, secrets in the clear; a config that is not valid is a TypeError. Left out, the one in `kv` is used (see
   * `otp.connectors.set`).
   *
   * @default the one in `kv`
   */
  connector?: ConnectorInput | undefined;
  /**
   * The limits.
   *
   * @default those of each member
   */
  policy?: Policy | undefined;
  /**
   * How to reach the providers.
   *
   * @default globalThis.fetch
   */
  fetch?: Fetch | undefined;
  /**
   * The clock, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  now?: (() => number) | undefined;
  /**
   * Accepts what KV alone cannot promise: there is no warning if `guard` is left out.
   *
   * @default false
   */
  acceptWeakGuard?: boolean | undefined;
}

/** Options of {@link createOtpClient}. */
export interface OtpClientOptions {
  /**
   * The Worker's address, https. Plain http only for localhost, 127.0.0.1 and [::1]; no credentials, no query. A path is
   * kept. Redirects are not followed.
   */
  url: string | URL;
  /** One of the Worker's `API_KEYS`. */
  apiKey: string;
  /**
   * The Worker's `ADMIN_KEY`; needed for `otp.connectors` and `otp.unlock` only.
   *
   * @default none
   */
  adminKey?: string | undefined;
  /**
   * How to reach the Worker. In a Worker, a service binding's: `fetch: (url, init) => env.OTP.fetch(url, init)`.
   *
   * @default globalThis.fetch
   */
  fetch?: Fetch | undefined;
  /**
   * After how many milliseconds a request gives up, as `client.unreachable`.
   *
   * @default 40000
   */
  timeoutMs?: number | undefined;
  /**
   * Aborts every call of this client, as `client.unreachable` with the signal's reason as `cause`. One call alone: its
   * second argument.
   *
   * @default none
   */
  signal?: AbortSignal | undefined;
  /**
   * Called before each request, for your log or traces; what it throws, the call throws, and nothing is sent.
   *
   * @default none
   */
  onRequest?: ((request: ClientRequest) => void) | undefined;
  /**
   * Called after each response, before it is read; what it throws, the call throws.
   *
   * @default none
   */
  onResponse?: ((response: ClientResponse) => void) | undefined;
}

/** A request of the client. It names no phone number and holds no key. */
export interface ClientRequest {
  readonly method: string;
  readonly url: string;
}

/** A response to the client. */
export interface ClientResponse extends ClientRequest {
  /** Of HTTP. */
  readonly status: number;
  /** The Worker's id of the request. */
  readonly requestId: string | undefined;
  readonly durationMs: number;
}

/**
 * In process: the wasm does the work.
 *
 * @throws {TypeError} that names the option that is wrong.
 * @example
 * const otp = createOtp({ kv: env.OTP_KV, guard: env.GUARD, secret: env.OTP_SECRET });
 */
export declare function createOtp(options: OtpOptions): Otp;

/**
 * The same interface, served by a deployed Worker.
 *
 * @throws {TypeError} that names the option that is wrong.
 * @example
 * const otp = createOtpClient({ url: "https://otp.example.com", apiKey: process.env.OTP_KEY });
 */
export declare function createOtpClient(options: OtpClientOptions): Otp;

/**
 * Lists the connector factories, for a settings page of your own.
 *
 * @example
 * const fields = connectorFactories().find(({ id }) => id === "vonage-sms")?.formItems;
 */
export declare function connectorFactories(): ConnectorFactory[];

/** A rendered text and what it costs. */
export interface RenderedMessage {
  readonly text: string;
  /** One character outside GSM-7 makes the whole text UCS-2. */
  readonly encoding: "GSM-7" | "UCS-2";
  /** SMS that will be billed. */
  readonly segments: number;
}

/**
 * Renders a template's `{{code}}` and `{{locale}}`, as `send` does.
 *
 * @throws {TypeError} if the template or the code is no string.
 * @example
 * renderMessage("{{code}} is your code.", { code: "123456" }).segments; // 1
 */
export declare function renderMessage(
  template: string,
  variables: { code: string; locale?: string | undefined },
): RenderedMessage;

/** What a guard object needs of its Worker. */
export interface GuardObjectOptions {
  /** That of `createOtp`. */
  kv: KvStore;
  /** That of `createOtp`. */
  secret: string;
  /**
   * That of `createOtp`, while you rotate.
   *
   * @default none
   */
  secretPrevious?: string | undefined;
  /**
   * The namespace of the class itself; needed while you rotate the secret.
   *
   * @default none
   */
  guard?: GuardNamespace | undefined;
  /**
   * Limits for callers that give none. What `createOtp` was given takes precedence.
   *
   * @default those of each member
   */
  policy?: Policy | undefined;
}

/** A Durable Object class: `call`, by RPC from `createOtp`, and the alarm are all that can be called. */
export interface GuardObject {
  call(request: string, name?: string, previous?: string, settings?: string): Promise<string>;
  alarm(): Promise<void>;
}

/**
 * The guard as a Durable Object. Export it from your Worker's main module and bind it as `GUARD`; it reads `OTP_KV`,
 * `OTP_SECRET` and the settings of the documentation from the environment.
 */
export declare class VerificationGuard implements GuardObject {
  constructor(state: object, env: object);
  call(request: string, name?: string, previous?: string, settings?: string): Promise<string>;
  alarm(): Promise<void>;
}

/**
 * The same class for a Worker whose bindings have other names.
 *
 * @example
 * export const VerificationGuard = verificationGuard((env: Env) => ({ kv: env.MY_KV, secret: env.MY_SECRET }));
 */
export declare function verificationGuard<Env>(
  read: (env: Env) => GuardObjectOptions,
): new (
  state: object,
  env: Env,
) => GuardObject;
