// Serves console/dist for the fake API, as Workers' static assets do: with the headers of the _headers file, and an HTML
// file under its path without the extension.
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { dist } from "../../console/build.mjs";

const contentTypes = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Parses the _headers file into rules: a path, optionally with a trailing asterisk, and its headers. */
export const readHeaderRules = () => {
  const blocks = readFileSync(join(dist, "_headers"), "utf8").trim().split(/\n\n/);
  return blocks.map((block) => {
    const [path, ...lines] = block.split("\n");
    return {
      path,
      headers: lines.map((line) =>
        line
          .trim()
          .split(/: (.*)/s)
          .slice(0, 2),
      ),
    };
  });
};

const resolveFile = (path) => {
  if (path.endsWith("/") || path === "/console") return join(path, "index.html");
  return existsSync(join(dist, `${path}.html`)) ? `${path}.html` : path;
};

/** Responds with a file of console/dist, or 404. */
export const serveAsset = (path, rules, response) => {
  const file = resolveFile(path);
  for (const { path: pattern, headers } of rules) {
    const isMatch = pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
    if (isMatch) for (const [name, value] of headers) response.setHeader(name, value);
  }
  try {
    const bytes = readFileSync(join(dist, file));
    response.setHeader("content-type", contentTypes[extname(file)] ?? "application/octet-stream");
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
};
