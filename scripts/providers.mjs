// The providers as the core's registry lists them, for scripts and tests that go over all of them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root as repository } from "./steps.mjs";

/** The folder of the providers' files. */
export const providerFolder = join("crates", "core", "src", "provider");

const readId = (root, module) => {
  const source = readFileSync(join(root, providerFolder, `${module}.rs`), "utf8");
  const id =
    /fn id\(&self\) -> &'static str \{\s*"([a-z0-9-]+)"/.exec(source)?.[1] ??
    /const ID: &str = "([a-z0-9-]+)"/.exec(source)?.[1];
  if (!id) throw new Error(`${module}.rs does not state its provider's id.`);
  return id;
};

/** Lists the providers in the order of the registry: [{module, type, id}]. */
export const listProviders = (root = repository) => {
  const source = readFileSync(join(root, providerFolder, "mod.rs"), "utf8");
  const registry = /^registry! \{\n([\s\S]*?)^\}/m.exec(source)?.[1] ?? "";
  const providers = [...registry.matchAll(/^ {4}(\w+)::(\w+),$/gm)].map(([, module, type]) => ({
    module,
    type,
    id: readId(root, module),
  }));
  if (providers.length === 0) throw new Error("provider/mod.rs has no registry.");
  return providers;
};
