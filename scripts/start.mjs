// npm start: builds what is missing and serves the Worker on http://127.0.0.1:8787 with an embedded KV, Durable Objects
// and the mock connector, then prints lines to paste.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildWorker } from "./build.mjs";
import { environment, main, root, run, StepError, secondsSince, step } from "./steps.mjs";

const port = process.env.PORT || "8787";
const address = `http://127.0.0.1:${port}`;
const varsFile = join(root, ".dev.vars");
/** Where KV and Durable Objects are stored; tests have a folder of their own. */
const state = process.env.STATE_FOLDER || join(root, ".wrangler", "state");

const makeVars = () => {
  if (existsSync(varsFile)) return;
  const random = () => randomBytes(24).toString("base64url");
  const lines = {
    OTP_SECRET: randomBytes(32).toString("base64url"),
    API_KEYS: random(),
    ADMIN_KEY: random(),
    ALLOW_MOCK: "1",
    ALLOW_LOCAL: "1",
  };
  const text = Object.entries(lines).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(varsFile, text.join(""), { mode: 0o600 });
  process.stdout.write("  wrote .dev.vars with random keys\n");
};

const template = (usageType, content) => ({ usageType, content: `${content} It expires in 10 minutes.` });

const mockConnector = {
  connectorId: "mock-short-message-service",
  config: {
    accountSID: "mock",
    authToken: "mock",
    fromMessagingServiceSID: "mock",
    templates: [
      template("SignIn", "{{code}} is your sign-in code."),
      template("Register", "{{code}} is your sign-up code."),
      template("ForgotPassword", "{{code}} is your code to reset your password."),
      template("Generic", "{{code}} is your verification code."),
    ],
  },
};

/** Puts the mock connector into the embedded KV, on the first start only: later it is yours. */
const setUpConnector = async () => {
  if (existsSync(join(state, "v3", "kv"))) return;
  await step("mock connector into the embedded KV", () =>
    run("wrangler", [
      ...["kv", "key", "put", "connector", JSON.stringify(mockConnector)],
      ...["--binding", "OTP_KV", "--local", "--persist-to", state],
    ]),
  );
};

const isUp = async () => {
  const answer = await fetch(`${address}/health`).catch(() => undefined);
  return answer?.status === 200;
};

const instructions = (apiKey, started) => `
edge-otp is up on ${address} after ${secondsSince(started)}

Console: ${address}/console, sign in with the ADMIN_KEY in ${varsFile}

Send a code (the message appears in this terminal):

  curl -s ${address}/send -H 'authorization: Bearer ${apiKey}' \\
    -H 'content-type: application/json' -d '{"phone":"+14155550123","usageType":"SignIn"}'

Verify it (put the code from the message in):

  curl -s ${address}/verify -H 'authorization: Bearer ${apiKey}' \\
    -H 'content-type: application/json' -d '{"phone":"+14155550123","usageType":"SignIn","code":"000000"}'

Stop with Ctrl-C.
`;

main(async () => {
  const started = Date.now();
  if (await isUp()) {
    throw new StepError(
      `Something serves ${address} already. Stop it, or choose another port: PORT=8788 npm start`,
    );
  }
  await buildWorker();
  makeVars();
  await setUpConnector();
  const server = spawn(
    "wrangler",
    [
      ...["dev", "--ip", "127.0.0.1", "--port", port, "--persist-to", state],
      "--show-interactive-dev-session=false",
    ],
    {
      cwd: root,
      env: environment(),
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  server.on("exit", (code) => process.exit(code ?? 1));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));
  for (let tries = 0; !(await isUp()); tries += 1) {
    if (tries > 1500) {
      server.kill();
      throw new StepError(`The Worker does not answer on ${address}.`);
    }
    await sleep(200);
  }
  const apiKey = /^API_KEYS="?([^",\s]+)/m.exec(readFileSync(varsFile, "utf8"))?.[1];
  process.stdout.write(instructions(apiKey, started));
});
