// npm run generate: writes the descriptions that follow from the Rust code (crates/spec): docs/openapi.json,
// docs/schemas/, pkg/generated.d.ts, the settings in docs/settings.md, wrangler.toml and template/wrangler.jsonc, and the
// tables in docs/events.md, docs/webhooks.md and docs/troubleshooting.md; and docs/fault-matrix.md, from
// tests/fault-matrix.json.
import { writeFaultMatrix } from "./generate/fault-matrix.mjs";
import { isMain, main, run } from "./steps.mjs";
import { prepareRust } from "./toolchain.mjs";

/** Writes all of them; with `--check` it writes nothing and fails if a file is not up to date. */
export const generate = async (...args) => {
  writeFaultMatrix(args.includes("--check"));
  const command = ["run", "--quiet", "--package", "edge-otp-spec", "--", ...args];
  return run("cargo", command, { env: await prepareRust(), quiet: false });
};

if (isMain(import.meta.url)) main(() => generate());
