// Loads a module of the console's source into Node. esbuild bundles it and removes its types.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const sourceFolder = join(fileURLToPath(import.meta.url), "..", "..", "..", "console", "src");

export const loadModule = async (path) => {
  const { outputFiles } = await build({
    entryPoints: [join(sourceFolder, path)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
};
