// Loads a module of the console's source into Node. esbuild bundles it and removes its types.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildConsoleCore } from "../../scripts/console-core.mjs";

export const sourceFolder = join(fileURLToPath(import.meta.url), "..", "..", "..", "console", "src");

/** Loads a module; again, with a state of its own, for each `instance`. */
export const loadModule = async (path, instance = "") => {
  await buildConsoleCore();
  const { outputFiles } = await build({
    entryPoints: [join(sourceFolder, path)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  const source = `${outputFiles[0].text}\n// ${instance}`;
  return import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
};
