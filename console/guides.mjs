// Converts the connector guides in docs/connectors from Markdown to HTML. This happens at build time, so that the
// console ships no Markdown parser. Raw HTML in a guide is escaped, and a link that does not use https fails the build.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Marked } from "marked";

const sourceFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "docs", "connectors");

const folderOf = (language) => (language === "en" ? sourceFolder : join(sourceFolder, language));

/** Returns the ids of the connectors that have a guide in a language. */
export const listGuideIds = (language = "en") =>
  readdirSync(folderOf(language))
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .map((name) => basename(name, ".md"));

export const guidePath = (id, language = "en") => join(folderOf(language), `${id}.md`);

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text) => text.replace(/[&<>"]/g, (character) => entities[character]);

const assertHttps = (href) => {
  if (!href.startsWith("https://")) throw new Error(`A guide links to ${href}; only https is allowed.`);
};

const parser = new Marked({
  renderer: { html: ({ text }) => escapeHtml(text) },
  walkTokens: (token) => {
    if (token.type === "link") assertHttps(token.href);
  },
});

/** Converts one guide to an HTML page whose article the console displays. */
export const renderGuidePage = (markdown, language = "en") => {
  const title = /^# (.+)$/m.exec(markdown)?.[1] ?? "Guide";
  return [
    "<!doctype html>",
    `<html lang="${language}">`,
    `<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`,
    `<body><article>\n${parser.parse(markdown)}</article></body>`,
    "</html>\n",
  ].join("\n");
};

/** Reads a guide and converts it. */
export const buildGuidePage = (id, language = "en") =>
  renderGuidePage(readFileSync(guidePath(id, language), "utf8"), language);
