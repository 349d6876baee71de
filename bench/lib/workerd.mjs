// Workerd by itself, without wrangler around it: writes a config with the Worker, its KV and its Twilio, starts it,
// tells its ports and the CPU time it has used.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, StepError } from "../../scripts/steps.mjs";

// The `workerd` package knows the program for this machine. It comes with wrangler.
const workerd = createRequire(join(root, "package.json"))("workerd");

export const workerdVersion = workerd.version;

const date = /compatibility_date = "(.+)"/.exec(readFileSync(join(root, "wrangler.toml"), "utf8"))[1];

/** @typedef {{ name: string, wasm?: true, code: string | Buffer }} Module */
/**
 * A Worker as it is deployed.
 * @typedef {{ modules: Module[], text?: Record<string, string>, objects?: Record<string, string>, flags?: string[] }} Worker
 */

const list = (parts) => `[${parts.join(", ")}]`;
const quoted = (text) => JSON.stringify(text);

/** The Worker's part of the config; its modules become files beside it. @param {Worker} worker */
const workerText = ({ modules, text = {}, objects = {}, flags = [] }, put) => {
  const embedded = modules.map(
    ({ name, wasm, code }) =>
      `(name = ${quoted(name)}, ${wasm ? "wasm" : "esModule"} = embed ${quoted(put(name, code))})`,
  );
  const bindings = [
    `(name = "OTP_KV", kvNamespace = "kv")`,
    ...Object.entries(text).map(([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`),
    ...Object.entries(objects).map(
      ([name, className]) => `(name = ${quoted(name)}, durableObjectNamespace = ${quoted(className)})`,
    ),
  ];
  const classes = Object.values(objects).map(
    (className) => `(className = ${quoted(className)}, uniqueKey = ${quoted(className)}, enableSql = true)`,
  );
  return `(
    modules = ${list(embedded)},
    compatibilityDate = ${quoted(date)},
    compatibilityFlags = ${list(flags.map(quoted))},
    bindings = ${list(bindings)},
    durableObjectNamespaces = ${list(classes)},
    ${classes.length > 0 ? "durableObjectStorage = (inMemory = void)," : ""}
    globalOutbound = "twilio",
  )`;
};

/** @param {Worker} worker */
const configText = (worker, put) => {
  const own = (name) => {
    const code = readFileSync(join(root, "bench", "rig", `${name}.js`));
    return `(modules = [(name = "${name}.js", esModule = embed ${quoted(put(`rig-${name}.js`, code))})],
      compatibilityDate = ${quoted(date)})`;
  };
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = ${workerText(worker, put)}),
    (name = "kv", worker = ${own("kv")}),
    (name = "twilio", worker = ${own("twilio")}),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "main"),
    (name = "twilio", address = "127.0.0.1:0", http = (), service = "twilio"),
  ],
);
`;
};

/** User and system time of a process in ms, of all its threads; only Linux tells it finely enough. */
export const cpuMs = (pid) => {
  if (process.platform !== "linux") return Number.NaN;
  // The second field is the program's name and may hold anything, so count from its closing bracket.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

/**
 * Starts a Worker; resolves once its ports are open.
 * @param {Worker} worker
 */
export const startWorkerd = async (worker) => {
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-bench-"));
  const put = (name, code) => {
    writeFileSync(join(folder, name), code);
    return name;
  };
  const config = join(folder, "config.capnp");
  writeFileSync(config, configText(worker, put));
  // What Workers log goes nowhere, but it is written, as it is in production.
  const child = spawn(workerd.default, ["serve", "--control-fd=3", config], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors = (errors + chunk).slice(-4000);
  });
  const ended = new Promise((resolve) => child.on("close", resolve).on("error", resolve));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const ports = await new Promise((resolve, reject) => {
    const found = {};
    let text = "";
    child.stdio[3].on("data", (chunk) => {
      text += chunk;
      for (const line of text.split("\n").slice(0, -1)) {
        const { event, socket, port } = JSON.parse(line);
        if (event === "listen") found[socket] = port;
      }
      if (found.http && found.twilio) resolve(found);
    });
    ended.then(() => reject(new StepError(`workerd did not start:\n${errors}`)));
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { pid: child.pid, ports, stop, errors: () => errors };
};
