// Runs a command until the parent process ends: `node watch-parent.mjs <options> <command> [argument…]`, options of spawn as
// JSON. The parent holds the other end of the standard input, which the system closes even after SIGKILL. This process
// leads a process group, and ends all of it.
import { spawn } from "node:child_process";

const [options, command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { ...JSON.parse(options), stdio: ["ignore", "inherit", "inherit"] });
child.on("error", ({ message }) => {
  process.stderr.write(`${message}\n`);
  process.exit(127);
});
child.on("exit", (code) => process.exit(code ?? 1));
process.stdin.on("close", () => process.kill(-process.pid, "SIGKILL")).resume();
