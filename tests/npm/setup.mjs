// What the npm tests stand on: their tools, installed once, and the package as a user gets it, packed
// and installed in a fresh folder outside the repository. `node tests/npm/setup.mjs` installs the tools beforehand.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "..", "..");
export const pkg = join(root, "pkg");
export const fixtures = join(here, "fixtures");

/** A program of the tests' own tools, else of the repository's. */
export const tool = (name) => {
  const own = join(here, "node_modules", ".bin", name);
  return existsSync(own) ? own : join(root, "node_modules", ".bin", name);
};

/** Nodes to test with: the one that runs this, the tests' own and the repository's, by version. */
export const nodes = () => [
  process.execPath,
  join(here, "node_modules", ".bin", "node"),
  join(root, "node_modules", ".bin", "node"),
];

/** Runs a command; resolves with {code, output}. */
export const run = (command, args, { cwd, env = {}, timeout = 600_000 } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });

/** Runs a command that must succeed; gives its output. */
export const succeed = async (command, args, options) => {
  const { code, output } = await run(command, args, options);
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")} failed (exit ${code})\n${output.slice(-8000)}`);
  return output;
};

/** Installs the tools of this folder's package.json (exact versions), if they are not there or it has changed since. */
export const installTools = async () => {
  const wanted = readFileSync(join(here, "package.json"), "utf8");
  const stamp = join(here, "node_modules", ".installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stdout.write("▸ tools of the npm tests (Deno, Bun, Node 20, bundlers, …; once)\n");
  const args = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  await succeed("npm", args, { cwd: here, timeout: 600_000 });
  writeFileSync(stamp, wanted);
};

/** Builds what the package ships besides the wasm and packs it: {tarball, bytes, files, unpacked}. */
export const pack = async () => {
  const { buildDist } = await import(join(pkg, "build.mjs"));
  await buildDist();
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-pack-"));
  const [{ filename, files, size, unpackedSize }] = JSON.parse(
    await succeed("npm", ["pack", "--json", "--loglevel=error", "--pack-destination", folder], { cwd: pkg }),
  );
  return {
    folder,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path),
    size,
    unpackedSize,
  };
};

const DAY = 86_400_000;
/** Removes the projects that no run has used for a day. Another run may do the same at this moment. */
const forgetOld = () => {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith("edge-otp-npm-"))) {
    const old = join(tmpdir(), name);
    const used = statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - used > DAY) rmSync(old, { recursive: true, force: true });
  }
};

/**
 * The folder of a user's project with the packed package installed, by name and nothing else; made once for each
 * content of the tarball and each checkout, whose tools it links to. The fixtures lie beside it.
 */
export const installed = async () => {
  await installTools();
  const { folder, tarball } = await pack();
  const name = createHash("sha256").update(root).update(readFileSync(tarball)).digest("hex").slice(0, 16);
  const home = join(tmpdir(), `edge-otp-npm-${name}`);
  if (!existsSync(join(home, "node_modules", "edge-otp"))) {
    rmSync(home, { recursive: true, force: true });
    const fresh = join(folder, "project");
    mkdirSync(fresh);
    writeFileSync(
      join(fresh, "package.json"),
      JSON.stringify({ name: "a-user", private: true, type: "module" }),
    );
    cpSync(tarball, join(fresh, "edge-otp.tgz"));
    await succeed("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "./edge-otp.tgz"], {
      cwd: fresh,
    });
    renameSync(fresh, home);
  }
  rmSync(folder, { recursive: true, force: true });
  // Else a run a day after the first one, or another checkout's, would remove it.
  utimesSync(home, new Date(), new Date());
  forgetOld();
  cpSync(fixtures, home, { recursive: true });
  return home;
};

/** Lets the project see one of the tests' tools as if it were installed there; a link left by another run is replaced. */
export const lend = (home, ...names) => {
  for (const name of names) {
    const place = join(home, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    rmSync(place, { force: true });
    const own = join(here, "node_modules", name);
    symlinkSync(existsSync(own) ? own : join(root, "node_modules", name), place);
  }
};

/** What a fixture printed. */
export const outcomeOf = (output) => {
  const line = output.split("\n").find((text) => text.startsWith("SUITE "));
  if (!line) throw new Error(`the suite did not end:\n${output.slice(-6000)}`);
  return JSON.parse(line.slice("SUITE ".length));
};

/** Fails with what failed. */
export const allPassed = ({ passed, failed }, least = 20) => {
  if (failed.length > 0) throw new Error(`${failed.length} failed:\n${failed.join("\n")}`);
  if (passed.length < least) throw new Error(`only ${passed.length} cases ran`);
};

/** What cannot be had here is named, and is no excuse in CI. */
export const notRun = (t, what, why) => {
  process.stdout.write(`NOT RUN: ${what}: ${why}\n`);
  if (process.env.CI === "true") throw new Error(`${what} is needed in CI: ${why}`);
  t.skip(`NOT RUN: ${why}`);
};

if (fileURLToPath(import.meta.url) === process.argv[1]) await installTools();
