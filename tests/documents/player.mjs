// Follows a page of the documents as a new user does: in an empty folder writes its files, installs its packages and runs
// its commands as they stand, until a code has been sent and verified.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDependent } from "../npm/dependent.mjs";
import { freePort } from "../npm/servers.mjs";
import { notRun, pack, root, run } from "../npm/setup.mjs";

const { dependencies: versions } = JSON.parse(
  readFileSync(join(root, "tests", "documents", "package.json"), "utf8"),
);
/** How a command fails where the registry is not reachable. */
const noRegistry = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/;

let packed;
/** The package as it would be published: the path of its tarball. */
const tarball = async () => {
  packed ??= pack();
  return (await packed).tarball;
};
process.on("exit", () => {
  packed?.then(({ folder }) => rmSync(folder, { recursive: true, force: true }));
});

/** The blocks of a page in their order: `files` by name, and `commands`, one for each line of a shell block. */
export const readPage = (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)(?: \[([^\n]+)\])?\n([\s\S]*?)^```$/gm)];
  const files = Object.fromEntries(
    blocks.filter(([, , name]) => name).map(([, , name, content]) => [name, content]),
  );
  const shell = blocks.filter(([, language, name]) => language === "sh" && !name);
  const commands = shell.flatMap(([, , , content]) => content.replaceAll("\\\n", "").trim().split("\n"));
  return { text, files, commands };
};

const folders = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** An empty folder; removed at the end, because the servers in it stop after the test. */
export const emptyFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-user-"));
  folders.push(folder);
  return folder;
};

export const writeFiles = (folder, files) => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
};

/** A user's environment: the Node that runs this, and no tools of this repository on the path. */
const environment = {
  ...process.env,
  PATH: [
    dirname(process.execPath),
    ...process.env.PATH.split(delimiter).filter((path) => !path.startsWith(root)),
  ].join(delimiter),
  CI: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/** `npm install` of a page, with our tarball as edge-otp and the versions that the page was last followed with. */
const pinned = async (command) => {
  const archive = await tarball();
  const words = command.split(" ").map((word) => {
    if (word === "edge-otp") return archive;
    return versions[word] ? `${word}@${versions[word]}` : word;
  });
  const unknown = words
    .slice(2)
    .find((word) => /^[a-z@]/.test(word) && !/@\d/.test(word) && word !== archive);
  if (unknown) throw new Error(`tests/documents/package.json has no version of ${unknown}`);
  return `${words.join(" ")} --no-audit --no-fund --loglevel=error --prefer-offline`;
};

/** Runs a command in a user's shell; what it printed, or undefined after a skip. */
export const runCommand = async (t, folder, command, env = {}) => {
  const isInstall = command.startsWith("npm install");
  const line = command.startsWith("npm install ") ? await pinned(command) : command;
  const options = { cwd: folder, env: { ...environment, ...env }, timeout: 900_000 };
  const { code, output } = await run("sh", ["-c", line], options);
  if (code === 0) return output;
  if (isInstall && noRegistry.test(output)) return notRun(t, command, "the registry is not reachable");
  throw new Error(`${command} failed (exit ${code})\n${output.slice(-6000)}`);
};

/** A copy of the template in an empty folder, with our tarball as edge-otp and the repository's wrangler. */
export const copyTemplate = async () => {
  const folder = emptyFolder();
  cpSync(join(root, "template"), folder, { recursive: true });
  const file = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  manifest.dependencies["edge-otp"] = `file:${await tarball()}`;
  manifest.devDependencies.wrangler = versions.wrangler;
  writeFileSync(file, JSON.stringify(manifest));
  return folder;
};

/** Starts a server of the page; gives what it prints as `log.text`. */
export const startServer = (t, folder, command, env = {}) => {
  const { child, stop } = startDependent("sh", ["-c", `exec ${command}`], {
    cwd: folder,
    env: { ...environment, ...env },
  });
  t.after(stop);
  const log = { text: "", child };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log.text += chunk));
  return log;
};

/** Repeats `attempt` until it gives something. */
export const until = async (attempt, log, what) => {
  for (let tries = 0; tries < 6000; tries += 1) {
    const result = await attempt();
    if (result) return result;
    if (log.child.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`${what}\n${log.text.slice(-6000)}`);
};

/** Runs a page's curl against the port that was chosen; undefined while nobody listens. */
const curl = async (folder, command, port) => {
  const line = command.replace(/localhost:\d+|127\.0\.0\.1:\d+/, `127.0.0.1:${port}`);
  const { code, output } = await run("sh", ["-c", line], { cwd: folder });
  if (code === 7) return undefined;
  try {
    return JSON.parse(output);
  } catch {
    throw new Error(`${line} (exit ${code}): ${output}`);
  }
};

/**
 * Plays a page to its end: everything before its first curl, of which the last command is a server; the curl that sends;
 * the curl that verifies with the code from the server's terminal. Gives both responses.
 */
export const play = async (t, page, { change = (files) => files, more = [], portOption, env = {} } = {}) => {
  const { files, commands } = readPage(page);
  const folder = emptyFolder();
  writeFiles(folder, change(files));
  const firstCurl = commands.findIndex((command) => command.startsWith("curl "));
  const before = commands.slice(0, firstCurl);
  const [send, verify] = commands.slice(firstCurl);
  for (const command of [...before.slice(0, -1), ...more]) {
    if ((await runCommand(t, folder, command, env)) === undefined) return undefined;
  }
  const port = String(await freePort());
  const start = portOption ? `${before.at(-1)} ${portOption} ${port}` : before.at(-1);
  const log = startServer(t, folder, start, { ...env, PORT: port });
  const sent = await until(() => curl(folder, send, port), log, "the server does not answer");
  if (sent.code) throw new Error(`send: ${JSON.stringify(sent)}\n${log.text}`);
  const [, code] = await until(
    () => /mock SMS .*"code":"(\d{6})"/.exec(log.text),
    log,
    "no code was printed",
  );
  if (!verify.includes("123456")) throw new Error(`${page}: the second curl has no code 123456`);
  return { sent, verified: await curl(folder, verify.replace("123456", code), port), folder };
};
