/**
 * The client of the management API. The admin key exists only in this object. No request is cached, sends cookies or
 * follows a redirect.
 */
import type {
  ActivityReport,
  ArchivedConnector,
  Bridge,
  BridgeTest,
  Connector,
  Factory,
  Issue,
  Json,
  JsonObject,
  MessagePage,
  MessageSummary,
  SendOutcome,
  Settings,
  TestRequest,
} from "./types.ts";
import { isObject } from "./types.ts";

/** Exceeds the maximum of PROVIDER_TIMEOUT_MS, because a test message waits for the provider. */
const REQUEST_TIMEOUT_MS = 45_000;

/** An error response of the API. Status 0 means that there was no response. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly issues: Issue[];
  /** Why a phone number is not accepted. */
  readonly reason: string | null;
  readonly retryAfter: number | null;
  /** How many more wrong codes are allowed. */
  readonly attemptsLeft: number | null;
  /** Why the provider was not reached: `dns`, `refused` or `tls`. */
  readonly failure: string | null;
  readonly provider: { status: number; code: string | null } | null;
  readonly requestId: string | null;

  constructor(status: number, body: Json | undefined) {
    const object = isObject(body) ? body : {};
    const data = isObject(object.data) ? object.data : {};
    super(readText(object.message) ?? `HTTP ${status}`);
    this.status = status;
    this.code = readText(object.code) ?? (status === 0 ? "network" : "unreadable");
    this.issues = Array.isArray(data.issues) ? data.issues.flatMap(readIssue) : [];
    this.reason = readText(data.reason);
    this.retryAfter = readNumber(data.retryAfter);
    this.attemptsLeft = readNumber(data.attemptsLeft);
    this.failure = readText(data.cause);
    this.provider = readProvider(data.provider);
    this.requestId = readText(object.requestId);
  }
}

const readText = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);

const readNumber = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);

const readIssue = (value: Json): Issue[] => {
  if (!isObject(value)) return [];
  return [{ path: readText(value.path) ?? "", message: readText(value.message) ?? "" }];
};

const readProvider = (value: Json | undefined): ApiError["provider"] => {
  if (!isObject(value) || typeof value.status !== "number") return null;
  const code = value.code;
  return { status: value.status, code: typeof code === "number" ? String(code) : readText(code) };
};

/** Logto's API takes phone numbers without the plus. */
const toDigits = (phone: string): string => phone.replace("+", "");

export class ApiClient {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  getSettings = () => this.#getJson<Settings>("/api/settings");
  listFactories = () => this.#getJson<Factory[]>("/api/connector-factories");
  /** Lists the active connector: zero or one item, as in Logto's API. */
  listConnectors = () => this.#getJson<Connector[]>("/api/connectors");
  listArchive = () => this.#getJson<ArchivedConnector[]>("/api/connectors/archive");
  getActivity = () => this.#getJson<ActivityReport>("/api/activity");
  listBridges = () => this.#getJson<Bridge[]>("/api/bridges");
  getMessageSummary = () => this.#getJson<MessageSummary>("/api/messages/summary");

  /** Lists the newest entries of the message log, or those of the page after another. */
  listMessages = (cursor?: string) =>
    this.#getJson<MessagePage>(`/api/messages${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`);

  createConnector = (connectorId: string, config: JsonObject) =>
    this.#sendJson<Connector>("POST", "/api/connectors", { connectorId, config });

  /** Replaces the config of a connector as it was read; one that was changed since is refused (412). */
  updateConnector = ({ id, updatedAt }: Connector, config: JsonObject) =>
    this.#sendJson<Connector>("PATCH", `/api/connectors/${encodeURIComponent(id)}`, {
      config,
      ...(updatedAt && { updatedAt }),
    });

  restoreConnector = (id: string) =>
    this.#sendJson<Connector>("POST", `/api/connectors/archive/${encodeURIComponent(id)}/restore`, {});

  deleteConnector = async (id: string): Promise<void> => {
    await this.#request("DELETE", `/api/connectors/${encodeURIComponent(id)}`);
  };

  /** Deletes an archived connector for good. */
  purgeConnector = async (id: string): Promise<void> => {
    await this.#request("DELETE", `/api/connectors/archive/${encodeURIComponent(id)}`);
  };

  /** Lists what saving the config would refuse. */
  checkConfig = async (factoryId: string, config: JsonObject): Promise<Issue[]> => {
    const path = `/api/connectors/${encodeURIComponent(factoryId)}/check`;
    return (await this.#sendJson<{ issues: Issue[] }>("POST", path, { config })).issues;
  };

  /** Sends a test message with a config that need not be saved. */
  sendTestMessage = async (factoryId: string, request: TestRequest): Promise<SendOutcome> => {
    const path = `/api/connectors/${encodeURIComponent(factoryId)}/test`;
    const response = await this.#request("POST", path, request);
    const body: Json = response.status === 202 ? await response.json().catch(() => null) : null;
    return {
      isAccepted: response.status !== 202,
      cause: isObject(body) ? readText(body.cause) : null,
      requestId: response.headers.get("x-request-id"),
    };
  };

  /** Makes a request as the auth server does, with a code of its own. */
  testBridge = (id: string, phone: string) =>
    this.#sendJson<BridgeTest>("POST", `/api/bridges/${encodeURIComponent(id)}/test`, { phone });

  /** Sends a real code with the active connector, for the usage type `Generic`. */
  sendCode = async (phone: string): Promise<void> => {
    await this.#request("POST", "/api/verification-codes", { phone: toDigits(phone) });
  };

  /** Verifies a code of `sendCode`. */
  verifyCode = async (phone: string, verificationCode: string): Promise<void> => {
    const body = { phone: toDigits(phone), verificationCode };
    await this.#request("POST", "/api/verification-codes/verify", body);
  };

  async #getJson<T>(path: string): Promise<T> {
    return (await (await this.#request("GET", path)).json()) as T;
  }

  async #sendJson<T>(method: string, path: string, body: object): Promise<T> {
    return (await (await this.#request(method, path, body)).json()) as T;
  }

  async #request(method: string, path: string, body?: object): Promise<Response> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.#key}`,
      accept: "application/json",
    };
    if (body) headers["content-type"] = "application/json";
    const response = await fetch(path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }).catch(() => null);
    if (!response) throw new ApiError(0, null);
    if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null));
    return response;
  }
}
