// npm run generate: writes the descriptions that follow from the Rust code (crates/spec): docs/openapi.json,
// docs/schemas/, pkg/generated.d.ts, and the settings in docs/settings.md, wrangler.toml and template/wrangler.jsonc.
import { isMain, main, run } from "./steps.mjs";
import { prepareRust } from "./toolchain.mjs";

/** Runs crates/spec; with `--check` it writes nothing and fails if a file is not up to date. */
export const generate = async (...args) => {
  const command = ["run", "--quiet", "--package", "edge-otp-spec", "--", ...args];
  return run("cargo", command, { env: await prepareRust(), quiet: false });
};

if (isMain(import.meta.url)) main(() => generate());
