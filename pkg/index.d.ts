// The types of edge-otp. What a caller may have to distinguish is a union of literals; nothing is `any`.

import type {
  ApiErrorCode,
  ArchivedConnector,
  Connector,
  ConnectorFactory,
  ConnectorInput,
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

/** What `send` throws, and `verify` for all but the caller's mistakes. */
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

/** Management of the one active connector. */
export interface Connectors {
  /** The active connector, or null. */
  get(): Promise<Connector | null>;
  /** Validates it, seals its secrets and replaces whatever was active. */
  set(connector: ConnectorInput): Promise<Connector>;
  /**
   * Replaces the active connector's config. Secrets left out, or sent back as {@link RedactedSecret}, keep their value;
   * `null` clears a field.
   */
  edit(change: { config: Readonly<Record<string, unknown>>; updatedAt?: string | null }): Promise<Connector>;
  /** Deletes the active connector, if there is one; it stays in the archive. */
  delete(): Promise<void>;
  /** What was active before, newest first: the last ten, for 90 days. */
  archive(): Promise<readonly ArchivedConnector[]>;
  /** Makes an archived connector the active one; the active one is archived. */
  restore(id: string): Promise<Connector>;
  /** Sends the code 000000 with a config that need not be saved. */
  test(
    request: ConnectorInput & {
      phone: string;
      usageType?: UsageType | undefined;
      locale?: string | undefined;
    },
  ): Promise<TestOutcome>;
}

/** Sends and verifies codes. */
export interface Otp {
  /** Sends a code. Throws {@link OtpError}. */
  send(request: SendRequest): Promise<SendResult>;
  /** Verifies a code. A person's mistake is a value; everything else throws {@link OtpError}. */
  verify(request: VerifyRequest): Promise<VerifyResult>;
  readonly connectors: Connectors;
  /** The earlier name of `connectors`. */
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
  /** The previous root secret, for 25 hours while you rotate. */
  secretPrevious?: string | undefined;
  /**
   * Decides every attempt, send and use of a code: a Durable Object namespace bound to `VerificationGuard`, or a store
   * of `edge-otp/stores` or of your own. Left out, ledgers are kept in `kv`, which cannot promise the limits.
   */
  guard?: GuardNamespace | GuardStore | undefined;
  /**
   * The connector, secrets in the clear; a config that is not valid is a TypeError. Left out, the one in `kv` is used (see
   * `otp.connectors.set`).
   */
  connector?: ConnectorInput | undefined;
  /** The limits. */
  policy?: Policy | undefined;
  /** How to reach the providers. Default: the global fetch. */
  fetch?: Fetch | undefined;
  /** The clock, in milliseconds since the epoch. Default: Date.now. */
  now?: (() => number) | undefined;
  /** Accepts what KV alone cannot promise: there is no warning if `guard` is left out. */
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
  /** The Worker's `ADMIN_KEY`; needed for `otp.connectors` only. */
  adminKey?: string | undefined;
  /** Default: the global fetch. In a Worker, a service binding's: `fetch: (url, init) => env.OTP.fetch(url, init)`. */
  fetch?: Fetch | undefined;
  /** After how many milliseconds a call gives up, as `client.unreachable`. Default 40000. */
  timeoutMs?: number | undefined;
  /** Aborts every call of this client, as `client.unreachable` with the signal's reason as `cause`. */
  signal?: AbortSignal | undefined;
  /** Called before each request, for your log or traces; what it throws, the call throws, and nothing is sent. */
  onRequest?: ((request: ClientRequest) => void) | undefined;
  /** Called after each response, before it is read; what it throws, the call throws. */
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

/** In process: the wasm does the work. Throws a TypeError that names the option if one is wrong. */
export declare function createOtp(options: OtpOptions): Otp;

/** The same interface, served by a deployed Worker. Throws a TypeError that names the option if one is wrong. */
export declare function createOtpClient(options: OtpClientOptions): Otp;

/** Lists the connector factories, for a settings page of your own. */
export declare function connectorFactories(): ConnectorFactory[];

/** A rendered text and what it costs. */
export interface RenderedMessage {
  readonly text: string;
  /** One character outside GSM-7 makes the whole text UCS-2. */
  readonly encoding: "GSM-7" | "UCS-2";
  /** SMS that will be billed. */
  readonly segments: number;
}

/** Renders a template's `{{code}}` and `{{locale}}`, as `send` does. */
export declare function renderMessage(
  template: string,
  variables: { code: string; locale?: string | undefined },
): RenderedMessage;

/** What a guard object needs of its Worker. */
export interface GuardObjectOptions {
  kv: KvStore;
  secret: string;
  secretPrevious?: string | undefined;
  /** The namespace of the class itself; needed while you rotate the secret. */
  guard?: GuardNamespace | undefined;
  /** Limits for callers that give none. What `createOtp` was given takes precedence. */
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

/** The same class for a Worker whose bindings have other names. */
export declare function verificationGuard<Env>(
  read: (env: Env) => GuardObjectOptions,
): new (
  state: object,
  env: Env,
) => GuardObject;
