// The examples of the package's README.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pkg } from "./setup.mjs";

/** The code of the README in these languages, in its order. */
export const readmeExamples = (...languages) =>
  [...readFileSync(join(pkg, "README.md"), "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, language]) => languages.includes(language))
    .map(([, , code]) => code);
