// The types of edge-otp. What a caller may have to distinguish is a union of literals; nothing is `any`.

/** What a code is for. A code is good only for the usage type it was sent for. */
export type UsageType =
  | "SignIn"
  | "Register"
  | "ForgotPassword"
  | "Generic"
  | "OrganizationInvitation"
  | "UserPermissionValidation"
  | "BindNewIdentifier"
  | "MfaVerification"
  | "BindMfa";

/** The ids of the connectors. */
export type ConnectorId =
  | "twilio-short-message-service"
  | "aliyun-short-message-service"
  | "aliyun-short-message-auth-service"
  | "tencent-short-message-service"
  | "vonage-sms"
  | "yunpian-sms"
  | "smsbao-sms"
  | "smsaero-short-message-service"
  | "gatewayapi-sms"
  | "whatsapp-short-message-service"
  | "http-sms"
  | "mock-short-message-service";

/** Every `code` of an {@link OtpError}. They never change their meaning. */
export type ErrorCode =
  | "guard.invalid_input"
  | "phone.invalid"
  | "phone.not_allowed"
  | "verification_code.not_found"
  | "verification_code.code_mismatch"
  | "verification_code.expired"
  | "verification_code.exceed_max_try"
  | "verification_code.locked"
  | "request.message_rate_limited"
  | "request.idempotency_conflict"
  | "request.not_found"
  | "request.method_not_allowed"
  | "request.too_large"
  | "request.unsupported_media_type"
  | "auth.unauthorized"
  | "connector.not_found"
  | "connector.invalid_config"
  | "connector.template_not_found"
  | "connector.invalid_request_parameters"
  | "connector.rate_limit_exceeded"
  | "connector.general"
  | "connector.invalid_response"
  | "connector.not_found_with_connector_id"
  | "entity.not_found"
  | "storage.unavailable"
  | "config.invalid"
  | "internal"
  /** Only from `createOtpClient`: the Worker did not answer, or not in time. */
  | "client.unreachable"
  /** Only from `createOtpClient`: something answered that is not an edge-otp Worker. */
  | "client.invalid_response";

/** What helps the caller or the operator; which members are there depends on the code. */
export interface ErrorData {
  /** `guard.invalid_input`, `connector.invalid_config`, `config.invalid`: what is wrong and where, never the value. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
  /** `request.message_rate_limited`, `connector.rate_limit_exceeded`: seconds to wait. */
  readonly retryAfter?: number;
  /** `request.message_rate_limited`: which limit was reached. */
  readonly limit?: "cooldown" | "hour" | "day";
  /** `connector.general` and its like: the provider's HTTP status and its own error code. */
  readonly provider?: { readonly status: number; readonly code?: string };
  /** `verification_code.code_mismatch`, which this package returns as a value: how many more wrong codes are allowed. */
  readonly attemptsLeft?: number;
}

/** What `send` throws, and `verify` for all but the caller's mistakes. */
export declare class OtpError extends Error {
  constructor(
    code: ErrorCode,
    message: string,
    details: { status: number; data?: ErrorData; requestId?: string; cause?: unknown },
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
export interface SendRequest {
  /** E.164: `+` and 7 to 15 digits. */
  phone: string;
  /** Default `Generic`. */
  usageType?: UsageType;
  /** BCP 47, for instance `de` or `zh-CN`: selects the template. */
  locale?: string;
  /** The end user's IP address; passed to connectors that take one. */
  ip?: string;
  /**
   * 1 to 255 printable ASCII characters. The same key and request within 600 s: the same result, no second SMS. Null and
   * undefined are no key; what is no string is a TypeError.
   */
  idempotencyKey?: string | null | undefined;
}

/** A code is on its way. */
export interface SendResult {
  /** `unknown`: the provider may or may not have accepted the message. The code is valid; nothing is retried. */
  readonly status: "sent" | "unknown";
  /** Opaque. Pass it to `verify` to accept only this code. */
  readonly verificationId: string;
  readonly usageType: UsageType;
  /** RFC 3339: 600 seconds from now. */
  readonly expiresAt: string;
  /** RFC 3339: the earliest time at which the next send will be permitted. */
  readonly resendAt: string;
  readonly connectorId: ConnectorId;
}

/** A code to be verified. */
export interface VerifyRequest {
  /** E.164: where the code was sent. */
  phone: string;
  /** The digits that were typed. */
  code: string;
  /** What the code was sent for. Default `Generic`. */
  usageType?: UsageType;
  /** If given, only the code of this send is accepted. */
  verificationId?: string;
}

/** The code was right. It cannot be used again. */
export interface VerifySuccess {
  readonly verified: true;
  readonly verificationId: string;
  readonly phone: string;
  readonly usageType: UsageType;
  /** RFC 3339. */
  readonly verifiedAt: string;
}

/** The code was not accepted, for a reason that the person who typed it can act on. */
export type VerifyFailure =
  /** A wrong code; `attemptsLeft` more wrong ones are allowed. */
  | { readonly verified: false; readonly reason: "code_mismatch"; readonly attemptsLeft: number }
  /** Too many wrong codes for this phone in 24 hours; `retryAfter` in seconds. */
  | { readonly verified: false; readonly reason: "locked"; readonly retryAfter: number }
  /** `expired`: older than 600 s. `not_found`: none is live, for instance because it was used. `exceed_max_try`: the
   * attempts of this code are exhausted. In all three cases only a new code helps. */
  | { readonly verified: false; readonly reason: "expired" | "not_found" | "exceed_max_try" };

/** Distinguish them by `verified`, then by `reason`. */
export type VerifyResult = VerifySuccess | VerifyFailure;

/** A connector to be set: the keys of `config` are those of the same connector in Logto. */
export interface ConnectorInput {
  connectorId: ConnectorId;
  config: Readonly<Record<string, unknown>>;
}

/** A secret as it is returned: that it is set and, if it has 12 characters or more, its last four. */
export interface RedactedSecret {
  readonly set: true;
  readonly hint?: string;
}

/** A text in two languages. */
export interface Phrase {
  readonly en: string;
  readonly "zh-CN": string;
}

/** The active connector, without its secrets. */
export interface Connector {
  readonly id: string;
  readonly connectorId: ConnectorId;
  readonly target: string;
  readonly type: "Sms";
  readonly name: Phrase;
  readonly description: Phrase;
  readonly logo: string;
  /** Secrets come as {@link RedactedSecret}; sent back like that to `set`, they keep their value. */
  readonly config: Readonly<Record<string, unknown>>;
  /** RFC 3339; null if the connector was stored by hand or given in code. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  /** Only in the results of `set`, `edit` and `restore`: after how many seconds all of a deployed Worker uses it. */
  readonly effectiveWithinSeconds?: number;
}

/** A connector that was active before. */
export interface ArchivedConnector extends Connector {
  /** RFC 3339. */
  readonly archivedAt: string;
}

/** One field of a connector's form. */
export interface FormItem {
  readonly key: string;
  readonly type: "Text" | "Switch" | "Json";
  readonly label: string;
  readonly placeholder?: string;
  readonly description?: string;
  readonly required: boolean;
  readonly isConfidential: boolean;
  readonly format?: "url" | "email" | "host" | "templates";
  readonly templates?: {
    readonly shape: "text" | "registered" | "named";
    readonly generic: boolean;
    readonly knownUsages: boolean;
  };
}

/** A connector factory: how the provider is presented, and the form of its config. */
export interface ConnectorFactory {
  readonly id: ConnectorId;
  readonly target: string;
  readonly type: "Sms";
  readonly name: Phrase;
  readonly description: Phrase;
  readonly logo: string;
  readonly formItems: readonly FormItem[];
}

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
  edit(change: { config: Readonly<Record<string, unknown>> }): Promise<Connector>;
  /** Deletes the active connector, if there is one; it stays in the archive. */
  delete(): Promise<void>;
  /** What was active before, newest first: the last ten, for 90 days. */
  archive(): Promise<readonly ArchivedConnector[]>;
  /** Makes an archived connector the active one; the active one is archived. */
  restore(id: string): Promise<Connector>;
  /** Sends the code 000000 with a config that need not be saved. */
  test(
    request: ConnectorInput & { phone: string; usageType?: UsageType; locale?: string },
  ): Promise<{ readonly status: "sent" | "unknown" }>;
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

/** The limits. A value that is left out has the default. */
export interface Policy {
  /** Digits of a code, 6 to 10. Default 6. */
  codeLength?: number;
  /** Wrong codes per code sent, 1 to 5. Default 5. */
  maxAttempts?: number;
  /** Wrong codes per phone in a rolling 24 h, over all codes and usage types, 1 to 100. Default 10. */
  dailyFailures?: number;
  /** Seconds before the 2nd, 3rd, later sends, each 0 to 3600; the last one repeats. Default [60, 120, 300]. */
  resendCooldowns?: readonly number[];
  /** Sends per phone in a rolling hour, 1 to 1000. Default 5. */
  sendsPerHour?: number;
  /** Sends per phone in a rolling day, 1 to 1000. Default 10. */
  sendsPerDay?: number;
  /** Countries that may be sent to, as ISO codes ("US") or dialling codes ("44"). Default: all. */
  allowedCountries?: readonly string[];
  /** How long a provider may take, in ms, 100 to 30000. Default 10000. */
  providerTimeoutMs?: number;
  /** Whether the mock connector, which prints codes to the console, may be used. Default false. */
  allowMock?: boolean;
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
  secretPrevious?: string;
  /**
   * Decides every attempt, send and use of a code: a Durable Object namespace bound to `VerificationGuard`, or a store
   * of `edge-otp/stores` or of your own. Left out, ledgers are kept in `kv`, which cannot promise the limits.
   */
  guard?: GuardNamespace | GuardStore;
  /**
   * The connector, secrets in the clear; a config that is not valid is a TypeError. Left out, the one in `kv` is used (see
   * `otp.connectors.set`).
   */
  connector?: ConnectorInput;
  /** The limits. */
  policy?: Policy;
  /** How to reach the providers. Default: the global fetch. */
  fetch?: Fetch;
  /** The clock, in milliseconds since the epoch. Default: Date.now. */
  now?: () => number;
  /** Accepts what KV alone cannot promise: there is no warning if `guard` is left out. */
  acceptWeakGuard?: boolean;
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
  adminKey?: string;
  /** Default: the global fetch. In a Worker, a service binding's: `fetch: (url, init) => env.OTP.fetch(url, init)`. */
  fetch?: Fetch;
  /** After how many milliseconds a call gives up, as `client.unreachable`. Default 40000. */
  timeoutMs?: number;
  /** Aborts every call of this client, as `client.unreachable` with the signal's reason as `cause`. */
  signal?: AbortSignal;
  /** Called before each request, for your log or traces; what it throws, the call throws, and nothing is sent. */
  onRequest?: (request: ClientRequest) => void;
  /** Called after each response, before it is read; what it throws, the call throws. */
  onResponse?: (response: ClientResponse) => void;
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
  variables: { code: string; locale?: string },
): RenderedMessage;

/** What a guard object needs of its Worker. */
export interface GuardObjectOptions {
  kv: KvStore;
  secret: string;
  secretPrevious?: string;
  /** The namespace of the class itself; needed while you rotate the secret. */
  guard?: GuardNamespace;
  /** Limits for callers that give none. What `createOtp` was given takes precedence. */
  policy?: Policy;
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
