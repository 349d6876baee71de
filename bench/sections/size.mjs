// What is deployed, in bytes.
import { gzipSync } from "node:zlib";
import { kib, ratio, table, times } from "../lib/numbers.mjs";
import { workers } from "../lib/workers.mjs";

const OURS = "edge-otp";
const names = [OURS, "edge-otp from npm in Hono", "Hono + DO", "Hono + KV", "better-auth"];

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

const sizeOf = async (name) => {
  const { modules } = await workers[name]();
  const sum = (chosen) => chosen.reduce((bytes, { code }) => bytes + gzipped(code), 0);
  return { total: sum(modules), wasm: sum(modules.filter(({ wasm }) => wasm)) };
};

export const size = async () => {
  const sizes = await Promise.all(names.map(sizeOf));
  const rows = names.map((name, at) => [
    name,
    kib(sizes[at].total),
    name === OURS ? "" : times(ratio(sizes[0].total, sizes[at].total)),
    sizes[at].wasm > 0 ? kib(sizes[at].wasm) : "–",
  ]);
  return {
    summary: `Size of the deployed Worker: ${kib(sizes[0].total)} gzipped.`,
    text: `## Size

Gzipped, as platforms count them; the peers are bundled and minified.

${table(["", "deployed", "× of edge-otp", "of it wasm"], rows)}

- The Hono Workers hold one provider and two routes; edge-otp's holds all providers, templates, the management API and
  the message encodings. better-auth is its minimal build with the memory adapter; a database's comes on top.`,
  };
};
