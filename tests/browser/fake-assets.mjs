// The static assets of the stand-in: console/dist with the headers of its _headers file.
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { dist } from "../../console/build.mjs";

const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The rules of a _headers file: a path, possibly with a star at its end, and the headers under it. */
export const readHeaders = () => {
  const blocks = readFileSync(join(dist, "_headers"), "utf8").trim().split(/\n\n/);
  return blocks.map((block) => {
    const [path, ...lines] = block.split("\n");
    return {
      path,
      values: lines.map((line) =>
        line
          .trim()
          .split(/: (.*)/s)
          .slice(0, 2),
      ),
    };
  });
};

/** Answers with a file of console/dist. */
export const asset = (path, rules, response) => {
  const file = path === "/console" || path === "/console/" ? "/console/index.html" : path;
  for (const { path: pattern, values } of rules) {
    const fits = pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
    if (fits) for (const [name, value] of values) response.setHeader(name, value);
  }
  try {
    const bytes = readFileSync(join(dist, file));
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
};
