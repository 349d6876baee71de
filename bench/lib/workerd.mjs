// workerd without wrangler: writes a configuration with a Worker, its KV and its provider, starts the process, and
// reads the CPU time and memory that it uses.
import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, StepError } from "../../scripts/steps.mjs";
import { compatibilityDate, compatibilityFlags } from "./product.mjs";

// The `workerd` package knows the binary for this machine. It comes with wrangler.
const workerd = createRequire(join(root, "package.json"))("workerd");

export const workerdVersion = workerd.version;

/** @typedef {{ name: string, wasm?: true, code: string | Buffer }} Module */
/**
 * A Worker as it is deployed: `text` holds its variables, `objects` its Durable Object classes by binding.
 * @typedef {{ modules: Module[], text?: Record<string, string>, objects?: Record<string, string> }} Worker
 */
/**
 * The connector in KV, settings of the engine, the address of a server that answers for the provider in place of the
 * Worker that does, and how long that Worker takes, in ms. An object is evicted after 10 s without a request, as in
 * production. Its storage is in memory only, so its state is then lost, unless the object is kept or objects are stored
 * in files.
 * @typedef {{ connector?: string, v8Flags?: string[], provider?: string, providerDelay?: number,
 *   keepsObjects?: boolean, storesObjects?: boolean }} Options
 */

const list = (parts) => `[${parts.join(", ")}]`;
const quote = (text) => JSON.stringify(text);
const GIB = 1024 ** 3;

/** Where files are written: where objects are stored, a file system in memory if there is room, lest a disk set the pace. */
const filesFolder = (storesObjects) => {
  if (!storesObjects || process.platform !== "linux") return tmpdir();
  const { bavail, bsize } = statfsSync("/dev/shm");
  return bavail * bsize > 2 * GIB ? "/dev/shm" : tmpdir();
};
const textBinding = ([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`;

/** The Worker's part of the configuration. @param {Worker} worker @param {Options} options */
const workerText = (
  { modules, text = {}, objects = {} },
  { keepsObjects = false, storesObjects = false },
  writeModule,
) => {
  const embedded = modules.map(
    ({ name, wasm, code }) =>
      `(name = ${quote(name)}, ${wasm ? "wasm" : "esModule"} = embed ${quote(writeModule(name, code))})`,
  );
  const bindings = [
    `(name = "OTP_KV", kvNamespace = "kv")`,
    ...Object.entries(text).map(textBinding),
    ...Object.entries(objects).map(
      ([name, className]) => `(name = ${quote(name)}, durableObjectNamespace = ${quote(className)})`,
    ),
  ];
  const classes = Object.values(objects).map(
    (className) =>
      `(className = ${quote(className)}, uniqueKey = ${quote(className)}, enableSql = true, preventEviction = ${keepsObjects})`,
  );
  const storage = storesObjects ? `localDisk = "objects"` : "inMemory = void";
  return `(
    modules = ${list(embedded)},
    compatibilityDate = ${quote(compatibilityDate)},
    compatibilityFlags = ${list(compatibilityFlags.map(quote))},
    bindings = ${list(bindings)},
    durableObjectNamespaces = ${list(classes)},
    ${classes.length > 0 ? `durableObjectStorage = (${storage}),` : ""}
    globalOutbound = "provider",
  )`;
};

/** @param {Worker} worker @param {Options} options */
const configText = (worker, options, folder, writeModule) => {
  const { connector = "", v8Flags = [], provider, providerDelay = 0, storesObjects = false } = options;
  const rig = (name, text = {}) => {
    const code = readFileSync(join(root, "bench", "rig", `${name}.js`));
    return `(
      modules = [(name = "${name}.js", esModule = embed ${quote(writeModule(`rig-${name}.js`, code))})],
      compatibilityDate = ${quote(compatibilityDate)},
      bindings = ${list(Object.entries(text).map(textBinding))},
    )`;
  };
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = ${workerText(worker, options, writeModule)}),
    ${storesObjects ? `(name = "objects", disk = (path = ${quote(join(folder, "objects"))}, writable = true)),` : ""}
    (name = "kv", worker = ${rig("kv", { CONNECTOR: connector })}),
    (name = "provider", ${provider ? `external = (address = ${quote(provider)}, http = ())` : `worker = ${rig("provider", providerDelay > 0 ? { DELAY_MS: String(providerDelay) } : {})}`}),
  ],
  v8Flags = ${list(v8Flags.map(quote))},
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "main"),
    (name = "provider", address = "127.0.0.1:0", http = (), service = "provider"),
  ],
);
`;
};

/**
 * CPU time of a process in ms, user and system: the sum over its threads, of which workerd ends none while it runs. Only
 * Linux has it. `/proc/<pid>/stat` has it for the process, but in steps of 10 ms.
 */
export const cpuMs = (pid) => {
  if (process.platform !== "linux") return Number.NaN;
  const nanoseconds = (thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + nanoseconds(thread), 0) / 1e6;
};

/** Resident memory of a process in MiB. */
export const rssMiB = (pid) => {
  if (process.platform !== "linux") return Number.NaN;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
};

/** How many Durable Objects of a process are in memory, if they are stored in files: each has its SQLite index mapped. */
export const objectsInMemory = (pid) => {
  if (process.platform !== "linux") return Number.NaN;
  const maps = readFileSync(`/proc/${pid}/maps`, "utf8");
  // A file is named by the object's id. There is another one, with the alarms of all objects.
  return maps.match(/\/[0-9a-f]{64}\.sqlite-shm$/gm)?.length ?? 0;
};

/** Reads the ports that workerd reports on its control channel. */
const readPorts = (channel) =>
  new Promise((resolve) => {
    const ports = {};
    let text = "";
    channel.on("data", (chunk) => {
      const lines = (text + chunk).split("\n");
      text = lines.pop();
      for (const { event, socket, port } of lines.map((line) => JSON.parse(line)))
        if (event === "listen") ports[socket] = port;
      if (ports.http && ports.provider) resolve(ports);
    });
  });

/**
 * Starts a Worker; resolves once its ports are open. `startedAt` is when the process was started, in ms of
 * `performance.now()`; `errors` gives the end of what workerd has said.
 * @param {Worker} worker @param {Options} [options]
 */
export const startWorkerd = async (worker, options = {}) => {
  const folder = mkdtempSync(join(filesFolder(options.storesObjects), "edge-otp-bench-"));
  mkdirSync(join(folder, "objects"));
  const writeModule = (name, code) => {
    writeFileSync(join(folder, name), code);
    return name;
  };
  const config = join(folder, "config.capnp");
  writeFileSync(config, configText(worker, options, folder, writeModule));
  const startedAt = performance.now();
  // What Workers log is written, as it is in production, but not read.
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
  const failed = ended.then(async () => {
    throw new StepError(`workerd did not start:\n${errors}`);
  });
  failed.catch(() => {});
  try {
    const ports = await Promise.race([readPorts(child.stdio[3]), failed]);
    return { pid: child.pid, ports, startedAt, stop, errors: () => errors };
  } catch (error) {
    await stop();
    throw error;
  }
};
