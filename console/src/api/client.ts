/**
 * The management API over fetch. The admin key lives in this object and nowhere else; nothing is cached, no cookie is
 * sent, no redirect is followed.
 */
import type {
  Activity,
  ArchivedConnector,
  Connector,
  Factory,
  Issue,
  Json,
  JsonObject,
  Settings,
  TestRequest,
} from "./shapes.ts";
import { isObject } from "./shapes.ts";

/** Longer than the longest PROVIDER_TIMEOUT_MS: a test send waits for the provider. */
const PATIENCE_MS = 45_000;

/** A refusal by the API. Status 0: no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly issues: Issue[];
  readonly retryAfter: number | null;
  readonly provider: { status: number; code: string | null } | null;
  readonly requestId: string | null;

  constructor(status: number, body: Json | undefined) {
    const object = isObject(body) ? body : {};
    const data = isObject(object.data) ? object.data : {};
    super(text(object.message) ?? `HTTP ${status}`);
    this.status = status;
    this.code = text(object.code) ?? (status === 0 ? "network" : "unreadable");
    this.issues = Array.isArray(data.issues) ? data.issues.flatMap(readIssue) : [];
    this.retryAfter = typeof data.retryAfter === "number" ? data.retryAfter : null;
    this.provider = readProvider(data.provider);
    this.requestId = text(object.requestId);
  }
}

const text = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);

const readIssue = (value: Json): Issue[] => {
  if (!isObject(value)) return [];
  return [{ path: text(value.path) ?? "", message: text(value.message) ?? "" }];
};

const readProvider = (value: Json | undefined): ApiError["provider"] => {
  if (!isObject(value) || typeof value.status !== "number") return null;
  const code = value.code;
  return { status: value.status, code: typeof code === "number" ? String(code) : text(code) };
};

const segment = encodeURIComponent;

export class Api {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  settings = () => this.#get<Settings>("/api/settings");
  factories = () => this.#get<Factory[]>("/api/connector-factories");
  connectors = () => this.#get<Connector[]>("/api/connectors");
  archive = () => this.#get<ArchivedConnector[]>("/api/connectors/archive");

  activity = () => this.#get<Activity>("/api/activity");

  create = (connectorId: string, config: JsonObject) =>
    this.#json<Connector>("POST", "/api/connectors", { connectorId, config });

  change = (id: string, config: JsonObject) =>
    this.#json<Connector>("PATCH", `/api/connectors/${segment(id)}`, { config });

  restore = (id: string) =>
    this.#json<Connector>("POST", `/api/connectors/archive/${segment(id)}/restore`, {});

  delete = async (id: string): Promise<void> => {
    await this.#call("DELETE", `/api/connectors/${segment(id)}`);
  };

  /** Resolves with whether the provider has taken the message; "unknown" if no one can say. */
  test = async (factoryId: string, request: TestRequest): Promise<"accepted" | "unknown"> => {
    const response = await this.#call("POST", `/api/connectors/${segment(factoryId)}/test`, request);
    return response.status === 202 ? "unknown" : "accepted";
  };

  async #get<T>(path: string): Promise<T> {
    return (await (await this.#call("GET", path)).json()) as T;
  }

  async #json<T>(method: string, path: string, body: object): Promise<T> {
    return (await (await this.#call(method, path, body)).json()) as T;
  }

  async #call(method: string, path: string, body?: object): Promise<Response> {
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
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => null);
    if (!response) throw new ApiError(0, null);
    if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null));
    return response;
  }
}

/** A connector's guide, Markdown; null if it cannot be had. */
export const fetchGuide = async (factoryId: string): Promise<string | null> => {
  const path = `/guides/${segment(factoryId)}.md`;
  const response = await fetch(path, { credentials: "omit", redirect: "error" }).catch(() => null);
  const isPage = response?.headers.get("content-type")?.includes("text/html");
  return response?.ok && !isPage ? response.text() : null;
};
