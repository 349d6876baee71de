// The console's pure parts in Node: what a text costs, the guides' Markdown, phone numbers, pasted configs, words.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, source } from "./load.mjs";

const { cost, holdsCode, isLocale, render, toE164 } = await load("text/sms.ts");
const { parseInline, parseMarkdown } = await load("text/markdown.ts");
const { readPasted } = await load("form/import.ts");
const { callsFor } = await load("text/calls.ts");

const times = (text, count) => text.repeat(count);

test("segments are exact at the borders, as in message.rs", () => {
  for (const [text, segments] of [
    ["", 1],
    [times("a", 160), 1],
    [times("a", 161), 2],
    [times("a", 306), 2],
    [times("a", 307), 3],
    [times("a", 459), 3],
    [times("a", 460), 4],
    [`${times("a", 158)}€`, 1],
    [`${times("a", 159)}€`, 2],
    [`${times("a", 152)}€${times("a", 152)}`, 3],
    [`${times("a", 151)}€${times("a", 153)}`, 2],
    [times("字", 70), 1],
    [times("字", 71), 2],
    [times("字", 134), 2],
    [times("字", 135), 3],
    [`${times("字", 68)}😀`, 1],
    [`${times("字", 69)}😀`, 2],
    [`${times("字", 66)}😀${times("字", 66)}`, 3],
    [`${times("a", 70)}\``, 2],
  ]) {
    assert.equal(cost(text).segments, segments, `${[...text].length} characters`);
  }
});

test("one foreign character turns the whole text, and is named", () => {
  assert.equal(cost("123456 is your code. ^{}\\[~]|€").encoding, "GSM-7");
  for (const text of ["ç", "`", "’", "–", "\u00a0", "验证码", "😀", "\t"]) {
    assert.equal(cost(text).encoding, "UCS-2", JSON.stringify(text));
  }
  assert.deepEqual(cost("Your code’s 123456").culprits, ["’"]);
  assert.deepEqual(cost("您的验证码是123456").culprits, [], "a text in Chinese has nothing to mend");
});

test("characters, units and room are what the encoding counts", () => {
  const { characters, units, room } = cost("a€😀");
  assert.deepEqual({ characters, units, room }, { characters: 3, units: 4, room: 70 });
  assert.equal(cost("€€").units, 4);
  assert.equal(cost(times("a", 200)).room, 306);
});

test("a text is filled in by Logto's rules", () => {
  const values = { code: "123456", locale: "de" };
  for (const [text, rendered] of [
    ["{{code}}", "123456"],
    ["{{ code }}", "123456"],
    ["{{{code}}}", "{123456}"],
    ["{{locale}} {{other}} {{code.x}}", "de {{other}} "],
    ["{code} {{ }} {{", "{code} {{ }} {{"],
  ]) {
    assert.equal(render(text, values), rendered);
  }
  assert.equal(holdsCode("{{ code }}"), true);
  assert.equal(holdsCode("{{code.x}} {code}"), false);
});

test("numbers as people type them", () => {
  for (const [typed, number] of [
    ["+1 (415) 555-0123", "+14155550123"],
    ["0086 138 0013 8000", "+8613800138000"],
    ["14155550123", "+14155550123"],
    ["+0123456789", null],
    ["hello", null],
    ["+123", null],
  ]) {
    assert.equal(toE164(typed), number, typed);
  }
  assert.deepEqual(["en", "zh-Hans-CN", "x", "de_DE"].map(isLocale), [true, true, false, false]);
});

test("Markdown: every kind of block", () => {
  const blocks = parseMarkdown(
    "# T\n\ntwo\nlines\n\n1. one\n2. two\n   more\n\n- a\n- b\n\n| A | B |\n| --- | --- |\n| `x|y` | p \\| q |\n\n```json\n{ }\n```\n> said",
  );
  assert.deepEqual(
    blocks.map((block) => block.kind),
    ["heading", "paragraph", "list", "list", "table", "code", "quote"],
  );
  assert.deepEqual(blocks[1].children, [{ kind: "text", text: "two lines" }]);
  assert.equal(blocks[2].ordered, true);
  assert.deepEqual(blocks[2].items[1], [{ kind: "text", text: "two more" }]);
  assert.deepEqual(blocks[4].rows[0], [[{ kind: "code", text: "x|y" }], [{ kind: "text", text: "p | q" }]]);
  assert.deepEqual(blocks[5], { kind: "code", language: "json", text: "{ }" });
});

test("Markdown: inline code wins over emphasis, and markup stays text", () => {
  assert.deepEqual(parseInline("`**a**` **b** [c](https://d.example/_e_) *f* g_h_i"), [
    { kind: "code", text: "**a**" },
    { kind: "text", text: " " },
    { kind: "strong", children: [{ kind: "text", text: "b" }] },
    { kind: "text", text: " " },
    { kind: "link", href: "https://d.example/_e_", children: [{ kind: "text", text: "c" }] },
    { kind: "text", text: " " },
    { kind: "em", children: [{ kind: "text", text: "f" }] },
    { kind: "text", text: " g_h_i" },
  ]);
  const hostile = '<img src=x onerror="alert(1)">';
  assert.deepEqual(parseInline(hostile), [{ kind: "text", text: hostile }]);
});

test("Markdown: no guide of ours is misread", () => {
  const guides = join(source, "..", "..", "docs", "connectors");
  for (const name of readdirSync(guides).filter((file) => file.endsWith(".md"))) {
    const text = readFileSync(join(guides, name), "utf8");
    const flat = JSON.stringify(parseMarkdown(text).filter((block) => block.kind !== "code"));
    const prose = flat.replaceAll(/"kind":"code","text":"(?:[^"\\]|\\.)*"/g, "");
    assert.doesNotMatch(prose, /\*\*|`|\]\(|\| ?-{3}/, name);
  }
});

test("a pasted config is recognised in each of its forms", () => {
  const factory = {
    id: "twilio",
    formItems: [{ key: "accountSID" }, { key: "templates", templates: { shape: "text" } }],
  };
  const config = { accountSID: "AC1" };
  assert.deepEqual(readPasted(JSON.stringify(config), factory), { config });
  assert.deepEqual(readPasted(JSON.stringify({ connectorId: "twilio", config }), factory), { config });
  assert.deepEqual(readPasted("[]", factory), { config: { templates: [] } });
  assert.equal(readPasted('{"connectorId":"other","config":{}}', factory).problem, "other");
  assert.equal(readPasted('{"a":1}', factory).problem, "shape");
  assert.equal(readPasted("{", factory).problem, "json");
});

test("the calls hold the address, and no key", () => {
  for (const language of ["curl", "TypeScript", "Rust"]) {
    const { send, verify } = callsFor(language, "https://otp.example");
    assert.match(send, /https:\/\/otp\.example\/send/);
    assert.match(verify, /https:\/\/otp\.example\/verify/);
    assert.match(send, /API_KEY/);
  }
});

test("nothing in the source writes markup, stores, or runs text", () => {
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  assert.ok(files.length > 40);
  for (const file of files) {
    const text = readFileSync(join(file.parentPath ?? file.path, file.name), "utf8");
    const forbidden =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(|new Function|localStorage|sessionStorage|document\.cookie|indexedDB|:\s*any\s*[;,)=>\]]|<any>|as any\b|style=/;
    assert.doesNotMatch(text, forbidden, file.name);
  }
});

test("both languages say the same: same keys, same blanks", async () => {
  const { en } = await load("i18n/en.ts");
  const { zh } = await load("i18n/zh.ts");
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  const blanks = (words) => [...new Set(words.match(/\{+\w+\}+/g) ?? [])].sort();
  for (const key of Object.keys(en)) assert.deepEqual(blanks(zh[key]), blanks(en[key]), key);
});
