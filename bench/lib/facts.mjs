// What was measured, and on what kind of machine. No names and no paths: the report is published.
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/steps.mjs";
import { version } from "./product.mjs";
import { workerdVersion } from "./workerd.mjs";

const { dependencies } = JSON.parse(readFileSync(join(root, "bench", "package.json"), "utf8"));

/** The load average of the last minute: above a fraction of a core, other programs disturb the run. */
export const currentLoad = () => loadavg()[0];

/** @param {{ load: number, seconds: number }} run */
export const facts = ({ load, seconds }) => {
  const peers = ["hono", "better-auth"].map((name) => `${name} ${dependencies[name]}`).join(", ");
  const minutes = `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return [
    `- ${new Date().toISOString().slice(0, 10)}; edge-otp ${version}; peers: ${peers}`,
    `- ${cpus().length} cores, ${process.platform} ${process.arch}; Node ${process.versions.node}, workerd ${workerdVersion}`,
    `- took ${minutes}; load average of the minute before: ${load.toFixed(2)}`,
  ].join("\n");
};
