// The built Worker in workerd itself, without wrangler: its requests go to the network, so that workerd's own errors show.
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiKey, secrets } from "./worker.mjs";

const workerd = createRequire(import.meta.url)("workerd").default;
const root = fileURLToPath(new URL("../..", import.meta.url));
const build = join(root, ".wrangler", "dry-run");

/** Workers KV in memory: the HTTP that workerd's binding speaks. */
const kvScript = `const entries = new Map();
export default {
  async fetch(request) {
    const key = decodeURIComponent(new URL(request.url).pathname);
    if (request.method === "PUT") entries.set(key, await request.arrayBuffer());
    if (request.method === "DELETE") entries.delete(key);
    if (request.method !== "GET") return new Response(null);
    const value = entries.get(key);
    return value === undefined ? new Response("", { status: 404 }) : new Response(value);
  },
};`;

const quote = JSON.stringify;
const toml = readFileSync(join(root, "wrangler.toml"), "utf8");
const compatibility = `compatibilityDate = ${quote(/compatibility_date = "(.+)"/.exec(toml)[1])},
    compatibilityFlags = ${/compatibility_flags = (\[.*\])/.exec(toml)?.[1] ?? "[]"}`;

/** The name of the wasm that the entry imports; an earlier build's may lie beside it. */
const wasm = () => /[0-9a-f]+-index_bg\.wasm/.exec(readFileSync(join(build, "entry.js"), "utf8"))[0];

const configText = (vars, wasm) => {
  const texts = Object.entries(vars).map(
    ([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [
        (name = "entry.js", esModule = embed "entry.js"),
        (name = "./${wasm}", wasm = embed ${quote(wasm)}),
      ],
      ${compatibility},
      bindings = [
        (name = "OTP_KV", kvNamespace = "kv"),
        (name = "GUARD", durableObjectNamespace = "VerificationGuard"),
        ${texts.join(", ")},
      ],
      durableObjectNamespaces = [
        (className = "VerificationGuard", uniqueKey = "guard", enableSql = true, preventEviction = true)],
      durableObjectStorage = (inMemory = void),
    )),
    (name = "kv", worker = (modules = [(name = "kv.js", esModule = ${quote(kvScript)})], ${compatibility})),
    (name = "internet", network = (
      allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
};

/** Resolves with the port that workerd reports on its control channel. */
const readPort = (channel) =>
  new Promise((resolve) => {
    let text = "";
    channel.on("data", (chunk) => {
      text += chunk;
      const line = text.split("\n").find((line) => line.includes('"listen"'));
      if (line) resolve(JSON.parse(line).port);
    });
  });

/** Starts the Worker with further vars; `stop` ends it. `logs` holds what it has printed. */
export const startBareWorker = async (vars = {}) => {
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-test-"));
  const config = join(folder, "config.capnp");
  // Embedded files lie beside the configuration.
  for (const name of ["entry.js", wasm()]) copyFileSync(join(build, name), join(folder, name));
  writeFileSync(config, configText({ ...secrets, ALLOW_LOCAL: "1", ...vars }, wasm()));
  const child = spawn(workerd, ["serve", "--control-fd=3", config], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output.text += chunk));
  const ended = new Promise((resolve) => child.on("close", resolve).on("error", resolve));
  const failed = ended.then(() => Promise.reject(new Error(`workerd has ended:\n${output.text}`)));
  failed.catch(() => {});
  const port = await Promise.race([readPort(child.stdio[3]), failed]);
  return {
    logs: () => output.text,
    call: async (path, body, key = apiKey) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, json: text ? JSON.parse(text) : undefined };
    },
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
