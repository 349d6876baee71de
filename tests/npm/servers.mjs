// Real servers for the guards: Redis and PostgreSQL, each started for one test in a folder of its own, on a socket or a
// port of this machine, and stopped with it.
import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDependent } from "./dependent.mjs";
import { run, succeed } from "./setup.mjs";

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/**
 * A port for a server that is started later: a random one below those that systems give to connections and to servers
 * without a port of their own, which else might have it by then.
 */
export const freePort = async () => {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
};

const onPath = async (program) => ((await run("which", [program])).code === 0 ? program : undefined);

/** Debian's package of a server that is missing, where this process may install it. */
const install = async (name) => {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => run("apt-get", args, { env, timeout: 300_000 });
  const wanted = ["install", "-y", "--no-install-recommends", name];
  if ((await apt(...wanted)).code !== 0) {
    await apt("update");
    await apt(...wanted);
  }
};

const found = async (find, name) => {
  const program = await find();
  if (program) return program;
  await install(name);
  return find();
};

const folderFor = (t, name) => {
  const folder = mkdtempSync(join(tmpdir(), `edge-otp-${name}-`));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const start = (t, program, args, options) => t.after(startDependent(program, args, options).stop);

const until = async (works, what) => {
  const began = performance.now();
  for (;;) {
    const answer = await works().catch((error) => error);
    if (!(answer instanceof Error)) return answer;
    if (performance.now() - began > 120_000) throw new Error(`${what} does not answer: ${answer.message}`);
    await sleep(50);
  }
};

/** A Redis (or Valkey) server: its port, or undefined if there is none. */
export const redisServer = async (t) => {
  const find = async () => (await onPath("redis-server")) ?? (await onPath("valkey-server"));
  const program = await found(find, "redis-server");
  if (!program) return undefined;
  const port = await freePort();
  start(t, program, [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--dir",
    folderFor(t, "redis"),
  ]);
  t.diagnostic((await succeed(program, ["--version"])).trim());
  return port;
};

const postgresBin = async () => {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folder = versions
    .map((version) => join(debian, version, "bin"))
    .find((bin) => existsSync(join(bin, "initdb")));
  return folder ?? ((await onPath("initdb")) && "");
};

/** PostgreSQL does not run as root. */
const unprivileged = async () => {
  if (process.getuid?.() !== 0) return {};
  const id = async (...args) => Number(await succeed("id", args));
  return { uid: await id("-u", "postgres"), gid: await id("-g", "postgres") };
};

/** A PostgreSQL server: settings for a client, or undefined if there is none. */
export const postgresServer = async (t, connect) => {
  const bin = await found(postgresBin, "postgresql");
  if (bin === undefined) return undefined;
  const as = await unprivileged();
  const folder = folderFor(t, "postgres");
  if (as.uid) chownSync(folder, as.uid, as.gid);
  const data = join(folder, "data");
  const init = spawn(join(bin, "initdb"), ["-D", data, "-U", "test", "--auth=trust", "--no-sync"], {
    stdio: "ignore",
    ...as,
    cwd: folder,
  });
  if (await new Promise((resolve) => init.on("exit", resolve))) throw new Error("initdb failed");
  const port = await freePort();
  const args = [
    "-D",
    data,
    "-p",
    String(port),
    "-k",
    folder,
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    "fsync=off",
    // In the folder, where it ends with the test: the server is killed, and would leave /dev/shm as it is.
    "-c",
    "dynamic_shared_memory_type=mmap",
  ];
  start(t, join(bin, "postgres"), args, { ...as, cwd: folder });
  t.diagnostic((await succeed(join(bin, "postgres"), ["--version"])).trim());
  return until(() => connect({ host: "127.0.0.1", port, user: "test", database: "postgres" }), "PostgreSQL");
};

export { until };
