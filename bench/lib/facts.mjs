// What machine this was, as far as it bears on the numbers. No names, no paths: the file is published.
import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { root, run } from "../../scripts/steps.mjs";
import { workerdVersion } from "./workerd.mjs";

const dependencies = JSON.parse(readFileSync(join(root, "bench", "package.json"), "utf8")).dependencies;

/** The load of the minute before the run: above a fraction of the cores, other work took part. */
export const loadBefore = () => loadavg()[0];

/** @param {number} before */
export const facts = async (before) => {
  const node = (await run("node", ["-p", "process.versions.node"])).trim();
  const { version } = JSON.parse(readFileSync(join(root, "pkg", "package.json"), "utf8"));
  const peers = ["hono", "better-auth", "twilio"].map((name) => `${name} ${dependencies[name]}`).join(", ");
  return [
    `- ${new Date().toISOString().slice(0, 10)}; edge-otp ${version}; peers: ${peers}`,
    `- ${cpus().length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}; load of the minute before: ${before.toFixed(2)}`,
    `- Node ${node}, workerd ${workerdVersion}`,
  ].join("\n");
};
