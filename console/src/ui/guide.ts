/**
 * A guide as elements: the Markdown tree, one node for one node, its sections one level below the page's.
 */
import { t } from "../i18n/index.ts";
import type { Block, Inline } from "../text/markdown.ts";
import { parseMarkdown } from "../text/markdown.ts";
import { copyButton } from "./copy.ts";
import { h } from "./dom.ts";

/** The guide's article without its title, which the page says already. Guides are English. */
export const guideView = (source: string): HTMLElement => {
  const [first, ...rest] = parseMarkdown(source);
  const isTitle = first?.kind === "heading" && first.level === 1;
  return h(
    "article",
    { class: "guide", lang: "en" },
    ...(first && !isTitle ? [first, ...rest] : rest).map(block),
  );
};

const block = (node: Block): HTMLElement => {
  switch (node.kind) {
    case "heading":
      return h(headingTag(node.level), {}, ...node.children.map(inline));
    case "paragraph":
      return h("p", {}, ...node.children.map(inline));
    case "quote":
      return h("blockquote", {}, ...node.children.map(inline));
    case "list":
      return h(node.ordered ? "ol" : "ul", {}, ...node.items.map((item) => h("li", {}, ...item.map(inline))));
    case "code":
      return codeBlock(node.text);
    case "table":
      return table(node.head, node.rows);
  }
};

const headingTag = (level: number) => (["h2", "h3", "h4"] as const)[Math.min(level, 3) - 1] ?? "h4";

/** Code with a copy button; it scrolls sideways, by keyboard too. */
export const codeBlock = (text: string, label = t("code.block")): HTMLElement =>
  h(
    "div",
    { class: "code" },
    h("pre", { tabindex: 0, role: "group", "aria-label": label }, h("code", {}, text)),
    copyButton(() => text, label),
  );

const table = (head: Inline[][], rows: Inline[][][]): HTMLElement =>
  h(
    "div",
    { class: "table", tabindex: 0, role: "group", "aria-label": t("guide.table") },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...head.map((cell) => h("th", { scope: "col" }, ...cell.map(inline))))),
      h(
        "tbody",
        {},
        ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, ...cell.map(inline))))),
      ),
    ),
  );

const inline = (node: Inline): Node => {
  switch (node.kind) {
    case "text":
      return document.createTextNode(node.text);
    case "code":
      return h("code", {}, node.text);
    case "strong":
    case "em":
      return h(node.kind, {}, ...node.children.map(inline));
    case "link":
      return link(node.href, node.children);
  }
};

/** Only https leads anywhere; any other address leaves its words as they are. */
const link = (href: string, children: Inline[]): HTMLElement =>
  href.startsWith("https://")
    ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children.map(inline))
    : h("span", {}, ...children.map(inline));
