// A stand-in for the Worker: console/dist with the headers of its _headers file, and the management API in memory.
// Only http-sms really sends; every other provider takes every message.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { activities } from "./fake-activity.mjs";
import { asset, readHeaders } from "./fake-assets.mjs";
import { issuesOf, merge, redact } from "./fake-config.mjs";
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
  providerTimeoutMs: 10000,
  allowMock: true,
  rotating: false,
};

class Refusal extends Error {
  constructor(status, code, data, message = code) {
    super(message);
    Object.assign(this, { status, code, data });
  }
}

class Management {
  live = null;
  archive = [];
  activity = "off";

  shown = ({ config, ...row }) => {
    const factory = factories.find(({ id }) => id === row.connectorId);
    const { formItems, ...metadata } = factory;
    return { ...metadata, ...row, config: redact(factory, config) };
  };

  factory(id) {
    const found = factories.find((factory) => factory.id === id);
    if (!found) throw new Refusal(422, "connector.not_found_with_connector_id");
    return found;
  }

  checked(factory, config, stored) {
    const merged = merge(factory, config, stored);
    const issues = issuesOf(factory, merged);
    if (issues.length > 0) throw new Refusal(400, "connector.invalid_config", { issues });
    return merged;
  }

  keep() {
    if (!this.live) return;
    this.archive = [{ ...this.live, archivedAt: new Date().toISOString() }, ...this.archive].slice(0, 10);
    this.live = null;
  }

  replace(next) {
    this.keep();
    const now = new Date().toISOString();
    this.live = { id: randomBytes(6).toString("hex"), createdAt: now, ...next, updatedAt: now };
    return { ...this.shown(this.live), effectiveWithinSeconds: 90 };
  }

  row(id) {
    if (this.live?.id !== id) throw new Refusal(404, "entity.not_found");
    return this.live;
  }

  async test(factory, { phone, config, usageType = "Generic", locale }) {
    if (!/^\+?[1-9]\d{6,14}$/.test(phone)) throw new Refusal(400, "phone.invalid");
    const stored = this.live?.connectorId === factory.id ? this.live.config : {};
    const full = this.checked(factory, config, stored);
    if (factory.id !== "http-sms") return 204;
    const answer = await fetch(full.endpoint, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: full.authorization ?? "" },
      body: JSON.stringify({
        to: phone,
        type: usageType,
        payload: { code: "000000", ...(locale ? { locale } : {}) },
      }),
      redirect: "manual",
    }).catch(() => null);
    const status = answer?.status ?? 0;
    const provider = { status };
    if (status === 204) return 204;
    if (status === 429) {
      const retryAfter = Number(answer.headers.get("retry-after")) || undefined;
      throw new Refusal(
        429,
        "connector.rate_limit_exceeded",
        { provider, retryAfter },
        "The provider throttles us.",
      );
    }
    if (status >= 400 && status < 500) {
      throw new Refusal(502, "connector.general", { provider }, "The provider refused the message.");
    }
    return 202;
  }

  async handle(method, path, body) {
    const [, , collection, id, action] = path.split("/").map(decodeURIComponent);
    const call = `${method} ${collection}${id ? "/:id" : ""}${action ? `/${action}` : ""}`;
    if (call === "GET settings") return [200, settings];
    if (call === "GET activity") return [200, activities[this.activity]];
    if (call === "GET connector-factories") return [200, factories];
    if (path === "/api/connectors/archive") return [200, this.archive.map(this.shown)];
    if (id === "archive") {
      const kept = this.archive.find((row) => row.id === action);
      if (!kept) throw new Refusal(404, "entity.not_found");
      this.archive = this.archive.filter((row) => row !== kept);
      const { archivedAt, ...row } = kept;
      return [200, this.replace(row)];
    }
    if (call === "GET connectors") return [200, this.live ? [this.shown(this.live)] : []];
    if (call === "POST connectors") {
      const factory = this.factory(body.connectorId);
      const stored = this.live?.connectorId === factory.id ? this.live.config : {};
      return [
        200,
        this.replace({ connectorId: factory.id, config: this.checked(factory, body.config, stored) }),
      ];
    }
    if (call === "POST connectors/:id/test") {
      const status = await this.test(this.factory(id), body);
      return [status, status === 202 ? { status: "unknown" } : undefined];
    }
    if (call === "PATCH connectors/:id") {
      const row = this.row(id);
      row.config = this.checked(this.factory(row.connectorId), body.config, row.config);
      row.updatedAt = new Date().toISOString();
      return [200, { ...this.shown(row), effectiveWithinSeconds: 90 }];
    }
    if (call === "DELETE connectors/:id") {
      this.row(id);
      this.keep();
      return [204, undefined];
    }
    throw new Refusal(404, "request.not_found");
  }
}

const bodyOf = async (request) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : undefined;
};

/** Starts it on a free port: {url, adminKey, close}. `activity` names one of the states in fake-activity.mjs. */
export const startServer = async ({ activity = "off" } = {}) => {
  const rules = readHeaders();
  const management = new Management();
  management.activity = activity;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (!pathname.startsWith("/api/")) return asset(pathname, rules, response);
    response.setHeader("cache-control", "no-store");
    response.setHeader("content-type", "application/json; charset=utf-8");
    try {
      if (request.headers.authorization !== `Bearer ${adminKey}`) throw new Refusal(401, "auth.unauthorized");
      const [status, answer] = await management.handle(request.method, pathname, await bodyOf(request));
      response.writeHead(status).end(answer && JSON.stringify(answer));
    } catch (error) {
      const { status = 500, code = "internal", data, message } = error;
      response
        .writeHead(status)
        .end(JSON.stringify({ code, message, data, requestId: randomBytes(8).toString("hex") }));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return { url: `http://127.0.0.1:${server.address().port}`, adminKey, close };
};
