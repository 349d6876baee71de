/**
 * Reads the Markdown of our guides into a tree: headings, paragraphs, lists, tables, code, and inline code, emphasis and
 * links. Pure; it knows no HTML, so markup in a guide stays text. What it does not know stays text, too.
 */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "em"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type Block =
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "paragraph" | "quote"; children: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "code"; language: string; text: string };

const FENCE = /^```([\w-]*)\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^\s*(?:[-*]|(\d+)[.)])\s+(.*)$/;
const RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

export const parseMarkdown = (source: string): Block[] => {
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const line = (offset = 0) => lines[at + offset] ?? "";
  const startsBlock = () =>
    line().trim() === "" || FENCE.test(line()) || HEADING.test(line()) || ITEM.test(line()) || isTable();
  const isTable = () => line().includes("|") && line(1).includes("|") && RULE.test(line(1));

  const code = (language: string): Block => {
    const body: string[] = [];
    for (at += 1; at < lines.length && !FENCE.test(line()); at += 1) body.push(line());
    at += 1;
    return { kind: "code", language, text: body.join("\n") };
  };
  const list = (ordered: boolean): Block => {
    const items: string[] = [];
    for (; at < lines.length; at += 1) {
      const [found, number, text] = ITEM.exec(line()) ?? [];
      if (found !== undefined && (number !== undefined) === ordered) items.push(text ?? "");
      else if (/^\s+\S/.test(line()) && found === undefined)
        items.push(`${items.pop() ?? ""} ${line().trim()}`);
      else break;
    }
    return { kind: "list", ordered, items: items.map(parseInline) };
  };
  const table = (): Block => {
    const head = cells(line()).map(parseInline);
    const rows: Inline[][][] = [];
    for (at += 2; line().includes("|"); at += 1) {
      const row = cells(line()).map(parseInline);
      rows.push(head.map((_, column) => row[column] ?? []));
    }
    return { kind: "table", head, rows };
  };
  const paragraph = (): Block => {
    const body = [line()];
    for (at += 1; at < lines.length && !startsBlock(); at += 1) body.push(line());
    const isQuote = body.every((text) => text.startsWith(">"));
    const text = body.map((part) => (isQuote ? part.replace(/^>\s?/, "") : part).trim()).join(" ");
    return { kind: isQuote ? "quote" : "paragraph", children: parseInline(text) };
  };

  while (at < lines.length) {
    const fence = FENCE.exec(line());
    const heading = HEADING.exec(line());
    const item = ITEM.exec(line());
    if (line().trim() === "") at += 1;
    else if (fence) blocks.push(code(fence[1] ?? ""));
    else if (heading) {
      blocks.push({
        kind: "heading",
        level: heading[1]?.length ?? 1,
        children: parseInline(heading[2] ?? ""),
      });
      at += 1;
    } else if (isTable()) blocks.push(table());
    else if (item) blocks.push(list(item[1] !== undefined));
    else blocks.push(paragraph());
  }
  return blocks;
};

/** The cells of a row: a pipe parts them unless a backslash or backticks hold it. */
const cells = (row: string): string[] => {
  const parts: string[] = [""];
  let inCode = false;
  for (const token of row
    .trim()
    .replace(/^\|/, "")
    .match(/\\\||[\s\S]/gu) ?? []) {
    if (token === "`") inCode = !inCode;
    if (token === "|" && !inCode) parts.push("");
    else parts[parts.length - 1] += token === "\\|" ? "|" : token;
  }
  if (parts.at(-1)?.trim() === "" && row.trim().endsWith("|")) parts.pop();
  return parts.map((part) => part.trim());
};

const INLINE =
  /(`+)(.+?)\1(?!`)|\*\*(.+?)\*\*|\*([^\s*][^*]*)\*|\[([^\]]+)\]\(([^()\s]+)\)|<(https:\/\/[^\s<>]+)>/;

export const parseInline = (source: string): Inline[] => {
  const found = INLINE.exec(source);
  if (!found) return source === "" ? [] : [{ kind: "text", text: source }];
  const [whole, ticks, code, strong, em, label, href, address] = found;
  const before = source.slice(0, found.index);
  const after = parseInline(source.slice(found.index + whole.length));
  const node = (): Inline => {
    if (ticks) return { kind: "code", text: (code ?? "").replace(/^ (.*) $/, "$1") };
    if (strong) return { kind: "strong", children: parseInline(strong) };
    if (em) return { kind: "em", children: parseInline(em) };
    if (address) return { kind: "link", href: address, children: [{ kind: "text", text: address }] };
    return { kind: "link", href: href ?? "", children: parseInline(label ?? "") };
  };
  return [...(before ? [{ kind: "text" as const, text: before }] : []), node(), ...after];
};
