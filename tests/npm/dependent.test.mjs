// A server that a test has started ends with the test process, whatever ends that.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { startDependent } from "./dependent.mjs";

/** A server; with a second argument one that starts another, as npm and wrangler do. */
const serverScript = `
  require("node:net").createServer().listen(0, "127.0.0.1", function () {
    console.log("port " + this.address().port);
  });
  if (process.argv[1] === "both") {
    require("node:child_process").spawn(process.execPath, ["-e", process.env.SERVER], { stdio: "inherit" });
  }`;
const both = ["-e", serverScript, "both"];
const env = { SERVER: serverScript };

/** Reads the ports of both servers from a stream and connects to them; gives what resolves when both have ended. */
const connectToBoth = async (stream) => {
  const ports = [];
  let text = "";
  while (ports.length < 2) {
    text += (await once(stream, "data"))[0];
    ports.splice(0, 2, ...[...text.matchAll(/^port (\d+)$/gm)].map(([, port]) => Number(port)));
  }
  // A process that ended may stay in the table of processes; its connections are closed at once.
  const sockets = ports.map((port) => connect(port, "127.0.0.1").on("error", () => {}));
  const closed = Promise.all(sockets.map((socket) => new Promise((done) => socket.on("close", done))));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  return () => closed;
};

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"]) {
  test(`a dependent server ends after ${signal} to the test process`, { timeout: 600_000 }, async () => {
    const module = new URL("dependent.mjs", import.meta.url).href;
    const parentScript = `
      import { startDependent } from ${JSON.stringify(module)};
      startDependent(process.execPath, ${JSON.stringify(both)}).child.stdout.pipe(process.stdout);`;
    const args = ["--input-type=module", "-e", parentScript];
    const parent = spawn(process.execPath, args, { env: { ...process.env, ...env } });
    const ended = await connectToBoth(parent.stdout);
    parent.kill(signal);
    await ended();
  });
}

test("stop ends a dependent server and what it has started", { timeout: 600_000 }, async () => {
  const { child, stop } = startDependent(process.execPath, both, { env });
  const ended = await connectToBoth(child.stdout);
  await stop();
  await ended();
  await stop();
});

test("a dependent server that cannot be started ends with an error", { timeout: 600_000 }, async () => {
  const { child, stop } = startDependent("edge-otp-no-such-program", []);
  const [code] = await once(child, "exit");
  assert.equal(code, 127);
  await stop();
});
