// The documents' site, built from docs/ by scripts/site.mjs. Nothing is loaded from elsewhere: search, fonts and the API
// reference are files of the site.
import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const repository = "https://github.com/edge-otp/edge-otp";

const docs = fileURLToPath(new URL("..", import.meta.url));

/** Where a link of a page leads in the repository, if that is outside of docs/; pages include files of the root, too. */
const pathInRepository = (page, href) => {
  if (/^([a-z]+:|\/|#)/.test(href)) return undefined;
  const [target] = href.split("#");
  const path = posix.join("docs", posix.dirname(page), target);
  if (!path.startsWith("docs/")) return path;
  // Beside pages, the site has what scripts/site.mjs copies; no folders.
  const isCopied = /^docs\/(openapi\.json|schemas\/.*)$/.test(path);
  if (!path.endsWith(".md") && !isCopied && existsSync(join(docs, "..", path))) return path;
  const isPage = existsSync(join(docs, path.slice("docs/".length)));
  return !isPage && existsSync(join(docs, "..", target)) ? target : undefined;
};

/** Links that leave docs/ go to the repository. */
const linkToRepository = (markdown) => {
  const render = (tokens, at, options, _env, self) => self.renderToken(tokens, at, options);
  const open = markdown.renderer.rules.link_open ?? render;
  markdown.renderer.rules.link_open = (tokens, at, options, env, self) => {
    const path = pathInRepository(env.relativePath ?? "", tokens[at].attrGet("href"));
    if (path) tokens[at].attrSet("href", `${repository}/blob/main/${path}`);
    return open(tokens, at, options, env, self);
  };
};

const guides = [
  ["The ready-made Worker", "worker"],
  ["Node, Deno, Bun", "node"],
  ["Hono", "hono"],
  ["Next.js", "nextjs"],
  ["SvelteKit", "sveltekit"],
  ["Express", "express"],
  ["better-auth", "better-auth"],
];

/** What there is beside the guides, in this order; a file that is not there is left out. */
const reference = (files) =>
  [
    ["Errors", "errors"],
    ["Settings", "settings"],
    ["Connectors", "connectors/README"],
    ["Limits and pumping", "limits"],
    ["Events and logs", "events"],
    ["Webhooks", "webhooks"],
    ["Bridges", "bridges/README"],
    ["Faults", "fault-matrix"],
    ["Mutants", "mutants"],
    ["Cost per million", "cost"],
    ["Security", "security"],
    ["Versioning", "versioning"],
    ["API", "api"],
    ["Decisions", "adr/README"],
  ].filter(([, file]) => files.includes(file));

const links = (entries, folder = "") =>
  entries.map(([text, file]) => ({ text, link: `/${folder}${file.replace(/README$/, "")}` }));

/** Makes the configuration for the Markdown files that there are, without their ending. */
export const configure = (files) =>
  defineConfig({
    title: "edge-otp",
    description: "SMS one-time codes at the edge",
    lang: "en",
    cleanUrls: true,
    rewrites: Object.fromEntries(
      ["adr", "bridges", "connectors"].map((folder) => [`${folder}/README.md`, `${folder}/index.md`]),
    ),
    markdown: { config: linkToRepository },
    themeConfig: {
      search: { provider: "local" },
      outline: "deep",
      nav: [
        { text: "Guides", link: "/guides/worker" },
        { text: "Errors", link: "/errors" },
        { text: "API", link: "/api" },
        { text: "GitHub", link: repository },
      ],
      sidebar: [
        { text: "Quick start", items: links(guides, "guides/") },
        {
          text: "Migrating",
          items: links(
            [
              ["From Logto", "migrate-from-logto"],
              ["From Twilio Verify", "migrate-from-twilio-verify"],
            ],
            "guides/",
          ),
        },
        { text: "Troubleshooting", link: "/troubleshooting" },
        { text: "Reference", items: links(reference(files)) },
      ],
    },
  });

export default configure((process.env.DOCUMENTS ?? "").split(","));
