// Loads a module of the console's source into Node, by way of esbuild.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const source = join(fileURLToPath(import.meta.url), "..", "..", "..", "console", "src");

export const load = async (path) => {
  const { outputFiles } = await build({
    entryPoints: [join(source, path)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
};
