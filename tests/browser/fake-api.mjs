// A fake of the Worker: the static assets, and the management API in memory. The test message of http-sms is sent; that
// of every other connector is accepted without a request.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { activityReports } from "./fake-activity.mjs";
import { readHeaderRules, serveAsset } from "./fake-assets.mjs";
import { mergeStoredSecrets, redactConfig, validateConfig } from "./fake-config.mjs";
import { factories } from "./fake-factories.mjs";

export const adminKey = "test-admin-key-0123456789";

const settings = {
  version: "0.1.0",
  codeLength: 6,
  codeLifetimeSeconds: 600,
  maxAttempts: 5,
  dailyFailures: 10,
  resendCooldowns: [60, 120, 300],
  sendsPerHour: 5,
  sendsPerDay: 10,
  allowedCountries: ["US", "DE", "CN", "44"],
  phoneCheck: "full",
  providerTimeoutMs: 10000,
  allowMock: true,
  rotating: false,
};

class ApiError extends Error {
  constructor(status, code, data, message = code) {
    super(message);
    Object.assign(this, { status, code, data });
  }
}

const findFactory = (id) => {
  const factory = factories.find((candidate) => candidate.id === id);
  if (!factory) throw new ApiError(422, "connector.not_found_with_connector_id");
  return factory;
};

/** Converts a stored connector to its form in a response. */
const toResponse = ({ config, ...row }) => {
  const { formItems, ...metadata } = findFactory(row.connectorId);
  return { ...metadata, ...row, config: redactConfig({ formItems }, config) };
};

/** Sends a test message to the endpoint of an http-sms config; returns the status of the API's response. */
const sendToEndpoint = async (
  { endpoint, authorization = "" },
  { phone, usageType = "Generic", locale, code = "000000" },
) => {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify({
      to: phone,
      type: usageType,
      payload: { code, ...(locale ? { locale } : {}) },
    }),
    redirect: "manual",
  }).catch(() => null);
  const status = response?.status ?? 0;
  const provider = { status };
  if (status === 204) return 204;
  if (status === 429) {
    const retryAfter = Number(response.headers.get("retry-after")) || undefined;
    const data = { provider, retryAfter };
    throw new ApiError(429, "connector.rate_limit_exceeded", data, "The provider throttles us.");
  }
  if (status >= 400 && status < 500) {
    throw new ApiError(502, "connector.general", { provider }, "The provider refused the message.");
  }
  return 202;
};

class FakeManagementApi {
  #connector = null;
  #archive = [];
  /** By phone number, of the code that was sent. */
  #attemptsLeft = new Map();
  #activity;

  constructor(activity) {
    this.#activity = activity;
  }

  /** Handles a request; returns the status and the body of the response. */
  async handle(method, path, body) {
    const [, , collection, id, action] = path.split("/").map(decodeURIComponent);
    if (collection === "connectors" && id === "archive") return this.#handleArchive(method, action);
    switch (`${method} ${collection}${id ? "/:id" : ""}${action ? `/${action}` : ""}`) {
      case "GET settings":
        return [200, settings];
      case "GET activity":
        return [200, activityReports[this.#activity]];
      case "GET messages":
        return [200, { recorded: false, messages: [] }];
      case "GET messages/:id":
        return [200, { recorded: false, counts: [] }];
      case "GET connector-factories":
        return [200, factories];
      case "GET connectors":
        return [200, this.#connector ? [toResponse(this.#connector)] : []];
      case "POST connectors":
        return [200, this.#create(body)];
      case "PATCH connectors/:id":
        return [200, this.#update(id, body)];
      case "DELETE connectors/:id":
        this.#assertActive(id);
        this.#archiveConnector();
        return [204, undefined];
      case "POST connectors/:id/check":
        return [200, { issues: this.#check(id, body) }];
      case "POST connectors/:id/test": {
        const status = await this.#test(id, body);
        return [status, status === 202 ? { status: "unknown", cause: "http_500" } : undefined];
      }
      case "POST verification-codes":
        return await this.#sendCode(body);
      case "POST verification-codes/:id":
        return this.#verifyCode(body);
      default:
        throw new ApiError(404, "request.not_found");
    }
  }

  #handleArchive(method, id) {
    if (method === "GET") return [200, this.#archive.map(toResponse)];
    const archived = this.#archive.find((row) => row.id === id);
    if (!archived) throw new ApiError(404, "entity.not_found");
    this.#archive = this.#archive.filter((row) => row !== archived);
    if (method === "DELETE") return [204, undefined];
    const { archivedAt, ...row } = archived;
    return [200, this.#replaceConnector(row)];
  }

  #create({ connectorId, config }) {
    const factory = findFactory(connectorId);
    return this.#replaceConnector({ connectorId, config: this.#prepareConfig(factory, config) });
  }

  #update(id, { config, updatedAt = this.#connector?.updatedAt }) {
    this.#assertActive(id);
    if (updatedAt !== this.#connector.updatedAt) throw new ApiError(412, "entity.conflict");
    this.#connector.config = this.#prepareConfig(findFactory(this.#connector.connectorId), config);
    this.#connector.updatedAt = new Date().toISOString();
    return { ...toResponse(this.#connector), effectiveWithinSeconds: 90 };
  }

  #check(factoryId, { config }) {
    try {
      this.#prepareConfig(findFactory(factoryId), config);
      return [];
    } catch (error) {
      if (error.code !== "connector.invalid_config") throw error;
      return error.data.issues;
    }
  }

  /** Sends the code 123456, once for each number. Only http-sms sends a message. */
  async #sendCode({ phone }) {
    if (!this.#connector) throw new ApiError(501, "connector.not_found");
    if (this.#attemptsLeft.has(phone)) {
      throw new ApiError(429, "request.message_rate_limited", { limit: "cooldown", retryAfter: 2 });
    }
    this.#attemptsLeft.set(phone, 5);
    const { connectorId, config } = this.#connector;
    if (connectorId === "http-sms") await sendToEndpoint(config, { phone: `+${phone}`, code: "123456" });
    return [204, undefined];
  }

  #verifyCode({ phone, verificationCode }) {
    const attempts = this.#attemptsLeft.get(phone);
    if (!attempts) throw new ApiError(400, "verification_code.not_found");
    if (verificationCode !== "123456") {
      this.#attemptsLeft.set(phone, attempts - 1);
      throw new ApiError(400, "verification_code.code_mismatch", { attemptsLeft: attempts - 1 });
    }
    this.#attemptsLeft.set(phone, 0);
    return [204, undefined];
  }

  async #test(factoryId, body) {
    if (!/^\+?[1-9]\d{6,14}$/.test(body.phone)) throw new ApiError(400, "phone.invalid");
    const config = this.#prepareConfig(findFactory(factoryId), body.config);
    return factoryId === "http-sms" ? sendToEndpoint(config, body) : 204;
  }

  /** Fills in the secrets of the active connector, if it is of the same factory, and validates. */
  #prepareConfig(factory, config) {
    const stored = this.#connector?.connectorId === factory.id ? this.#connector.config : {};
    const merged = mergeStoredSecrets(factory, config, stored);
    const issues = validateConfig(factory, merged);
    if (issues.length > 0) throw new ApiError(400, "connector.invalid_config", { issues });
    return merged;
  }

  #assertActive(id) {
    if (this.#connector?.id !== id) throw new ApiError(404, "entity.not_found");
  }

  #archiveConnector() {
    if (!this.#connector) return;
    const archived = { ...this.#connector, archivedAt: new Date().toISOString() };
    this.#archive = [archived, ...this.#archive].slice(0, 10);
    this.#connector = null;
  }

  #replaceConnector(row) {
    this.#archiveConnector();
    const now = new Date().toISOString();
    this.#connector = { id: randomBytes(6).toString("hex"), createdAt: now, ...row, updatedAt: now };
    return { ...toResponse(this.#connector), effectiveWithinSeconds: 90 };
  }
}

const readJson = async (request) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : undefined;
};

/** Starts the server on a free port: {url, adminKey, close}. `activity` is a key of `activityReports`. */
export const startServer = async ({ activity = "off" } = {}) => {
  const headerRules = readHeaderRules();
  const api = new FakeManagementApi(activity);
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (!pathname.startsWith("/api/")) return serveAsset(pathname, headerRules, response);
    response.setHeader("cache-control", "no-store");
    response.setHeader("content-type", "application/json; charset=utf-8");
    const requestId = randomBytes(16).toString("hex");
    response.setHeader("x-request-id", requestId);
    try {
      if (request.headers.authorization !== `Bearer ${adminKey}`) {
        throw new ApiError(401, "auth.unauthorized");
      }
      const [status, body] = await api.handle(request.method, pathname, await readJson(request));
      response.writeHead(status).end(body && JSON.stringify(body));
    } catch (error) {
      const { status = 500, code = "internal", data, message } = error;
      response.writeHead(status).end(JSON.stringify({ code, message, data, requestId }));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return { url: `http://127.0.0.1:${server.address().port}`, adminKey, close };
};
