// Servers that tests start and that must not outlive them: not after a failure, an interrupt or the end of the process.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const watcher = fileURLToPath(new URL("watch-parent.mjs", import.meta.url));

/**
 * Starts a command that ends with this process, however that ends: {child, stop}. `child.stdout` and `child.stderr` are
 * the command's; `stop` ends it and all that it has started.
 */
export const startDependent = (command, args, { env, ...options } = {}) => {
  const child = spawn(process.execPath, [watcher, JSON.stringify(options), command, ...args], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  // Nothing is ever written, but the pipe may break.
  child.stdin.on("error", () => {});
  for (const stream of [child.stdout, child.stderr]) stream.resume();
  const stop = async () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (error.code !== "ESRCH") throw error;
    }
    await ended;
  };
  return { child, stop };
};
