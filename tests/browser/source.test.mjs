// Tests in Node of the console's modules that need no browser, of the guides' HTML, and of the source itself.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildGuidePage, guidePath, listGuideIds, renderGuidePage } from "../../console/guides.mjs";
import { loadModule, sourceFolder } from "./load-source.mjs";

const { measureSms, containsCodePlaceholder, isLanguageTag, renderTemplate, parsePhoneNumber } =
  await loadModule("text/sms.ts");
const { parsePasted } = await loadModule("form/parse-pasted.ts");
const { formatExamples } = await loadModule("text/api-examples.ts");

const repeat = (text, count) => text.repeat(count);

test("measureSms counts segments exactly at the limits of each encoding", () => {
  for (const [text, segments] of [
    ["", 1],
    [repeat("a", 160), 1],
    [repeat("a", 161), 2],
    [repeat("a", 306), 2],
    [repeat("a", 307), 3],
    [repeat("a", 459), 3],
    [repeat("a", 460), 4],
    [`${repeat("a", 158)}€`, 1],
    [`${repeat("a", 159)}€`, 2],
    [`${repeat("a", 152)}€${repeat("a", 152)}`, 3],
    [`${repeat("a", 151)}€${repeat("a", 153)}`, 2],
    [repeat("字", 70), 1],
    [repeat("字", 71), 2],
    [repeat("字", 134), 2],
    [repeat("字", 135), 3],
    [`${repeat("字", 68)}😀`, 1],
    [`${repeat("字", 69)}😀`, 2],
    [`${repeat("字", 66)}😀${repeat("字", 66)}`, 3],
    [`${repeat("a", 70)}\``, 2],
  ]) {
    assert.equal(measureSms(text).segments, segments, `${[...text].length} characters`);
  }
});

test("measureSms is right before, while and after the core's memory grows", async () => {
  // Fresh modules, each with a memory of its own; the first call decides when it grows.
  for (const [index, first] of ["", "a", repeat("a", 1 << 20)].entries()) {
    const fresh = await loadModule("text/sms.ts", `memory ${index}`);
    for (const text of [first, "", "€", repeat("字", 1 << 20), "€a"]) {
      const { encoding, units } = fresh.measureSms(text);
      const expected = text.startsWith("字")
        ? ["UCS-2", 1 << 20]
        : ["GSM-7", text.length + Number(text[0] === "€")];
      assert.deepEqual([encoding, units], expected, `${text.length} characters after ${first.length}`);
    }
  }
});

test("measureSms selects UCS-2 for any character outside GSM-7 and reports it", () => {
  assert.equal(measureSms("123456 is your code. ^{}\\[~]|€").encoding, "GSM-7");
  for (const text of ["ç", "`", "’", "–", "\u00a0", "验证码", "😀", "\t"]) {
    assert.equal(measureSms(text).encoding, "UCS-2", JSON.stringify(text));
  }
  assert.deepEqual(measureSms("Your code’s 123456").nonGsmCharacters, ["’"]);
  const chinese = measureSms("您的验证码是123456");
  assert.deepEqual(chinese.nonGsmCharacters, [], "a text in Chinese cannot avoid UCS-2");
});

test("measureSms counts units by encoding and computes the capacity of the segments", () => {
  const { characters, units, capacity } = measureSms("a€😀");
  assert.deepEqual({ characters, units, capacity }, { characters: 3, units: 4, capacity: 70 });
  assert.equal(measureSms("€€").units, 4);
  assert.equal(measureSms(repeat("a", 200)).capacity, 306);
});

test("renderTemplate replaces placeholders as Logto does", () => {
  const values = { code: "123456", locale: "de" };
  for (const [text, expected] of [
    ["{{code}}", "123456"],
    ["{{ code }}", "123456"],
    ["{{{code}}}", "{123456}"],
    ["{{locale}} {{other}} {{code.x}}", "de {{other}} "],
    ["{code} {{ }} {{", "{code} {{ }} {{"],
  ]) {
    assert.equal(renderTemplate(text, values), expected);
  }
  assert.equal(containsCodePlaceholder("{{ code }}"), true);
  assert.equal(containsCodePlaceholder("{{code.x}} {code}"), false);
});

test("parsePhoneNumber accepts common notations and rejects what cannot be E.164", () => {
  for (const [text, expected] of [
    ["+1 (415) 555-0123", "+14155550123"],
    ["0086 138 0013 8000", "+8613800138000"],
    ["14155550123", "+14155550123"],
    ["+0123456789", null],
    ["hello", null],
    ["+123", null],
  ]) {
    assert.equal(parsePhoneNumber(text), expected, text);
  }
});

test("isLanguageTag accepts BCP 47 tags with hyphens only", () => {
  assert.deepEqual(["en", "zh-Hans-CN", "x", "de_DE"].map(isLanguageTag), [true, true, false, false]);
});

test("renderGuidePage converts each Markdown block that the guides use", () => {
  const html = renderGuidePage(
    "# Title & more\n\ntwo\nlines\n\n1. one\n2. two\n   more\n\n- a\n- b\n\n| A | B |\n| --- | --- |\n| `x` | p \\| q |\n\n```json\n{ }\n```\n",
  );
  assert.match(html, /<title>Title &amp; more<\/title>/);
  assert.match(html, /<h1>Title &amp; more<\/h1>\n<p>two\nlines<\/p>/);
  assert.match(html, /<ol>\n<li>one<\/li>\n<li>two\nmore<\/li>\n<\/ol>\n<ul>\n<li>a<\/li>/);
  assert.match(html, /<td><code>x<\/code><\/td>\n<td>p \| q<\/td>/);
  assert.match(html, /<pre><code class="language-json">{ }\n<\/code><\/pre>/);
});

test("renderGuidePage escapes raw HTML and rejects links that are not https", () => {
  const html = renderGuidePage("# T\n\n<img src=x onerror=alert(1)> `<b>`\n\n<script>alert(2)</script>\n");
  assert.doesNotMatch(html, /<img|<script|<b>/);
  assert.match(html, /&lt;img src=x onerror=alert\(1\)&gt; <code>&lt;b&gt;<\/code>/);
  for (const url of ["javascript:alert(1)", "http://plain.example", "other.md"]) {
    assert.throws(() => renderGuidePage(`[a](${url})`), /only https is allowed/, url);
  }
});

test("every guide converts without leftover Markdown and uses only elements that the console displays", () => {
  const displayed =
    /^(h1|h2|h3|h4|p|ul|ol|li|blockquote|strong|em|code|pre|table|thead|tbody|tr|th|td|a|article)$/;
  const ids = listGuideIds();
  assert.ok(ids.length >= 12);
  for (const id of ids) {
    const [article] = /<article>.*<\/article>/s.exec(buildGuidePage(id));
    for (const [, tag] of article.matchAll(/<([a-z0-9]+)/g)) assert.match(tag, displayed, id);
    const text = article.replaceAll(/<pre>.*?<\/pre>|<code>.*?<\/code>|<[^>]*>/gs, "");
    assert.doesNotMatch(text, /\*\*|`|\]\(|\| ?-{3}/, id);
  }
});

test("parsePasted recognizes a config, a stored connector and an array of templates", () => {
  const factory = {
    id: "twilio",
    formItems: [{ key: "accountSID" }, { key: "templates", templates: { shape: "text" } }],
  };
  const config = { accountSID: "AC1" };
  assert.deepEqual(parsePasted(JSON.stringify(config), factory), { config });
  assert.deepEqual(parsePasted(JSON.stringify({ connectorId: "twilio", config }), factory), { config });
  assert.deepEqual(parsePasted("[]", factory), { config: { templates: [] } });
  const otherConnector = { problem: "otherConnector", connectorId: "other" };
  assert.deepEqual(parsePasted('{"connectorId":"other","config":{}}', factory), otherConnector);
  assert.equal(parsePasted('{"a":1}', factory).problem, "shape");
  assert.equal(parsePasted("{", factory).problem, "json");
});

test("findSyntaxErrors tells the position and the kind of each error of a JSON text", async () => {
  const { findSyntaxErrors } = await loadModule("text/json-problems.ts");
  const { getPosition } = await loadModule("text/json.ts");
  for (const [text, ...expected] of [
    ['{"a":[1,true,null,"é"]}'],
    ["[\n  1\n  2\n]", "3:3 CommaExpected"],
    ['{\n  "a" 1\n}', "2:7 ColonExpected"],
    ['["é😀" x]', "1:7 InvalidSymbol"],
    ["[1,]", "1:4 ValueExpected"],
    ['{"a":1,}', "1:8 PropertyNameExpected"],
    ["[1", "1:3 CloseBracketExpected"],
    ['{"a":1', "1:7 CloseBraceExpected"],
    ["[] []", "1:4 EndOfFileExpected"],
    ["[] // x", "1:4 InvalidCommentToken"],
  ]) {
    const found = findSyntaxErrors(text).map(({ code, offset }) => {
      const { line, column } = getPosition(text, offset);
      return `${line}:${column} ${code}`;
    });
    assert.deepEqual(found, expected, text);
    const isValid = expected.length === 0;
    assert.equal(isValid, isJson(text), text);
  }
});

const isJson = (text) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test("locatePath finds a value, or the innermost one around it", async () => {
  const { locatePath } = await loadModule("text/json-problems.ts");
  const text = '[{ "a": 1 }, { "b": { "c": "x" } }]';
  for (const [path, expected] of [
    ["", text],
    ["0.a", "1"],
    ["1.b.c", '"x"'],
    ["1.b.d", '{ "c": "x" }'],
    ["7.content", text],
  ]) {
    const { offset, length } = locatePath(text, path);
    assert.equal(text.slice(offset, offset + length), expected, path);
  }
});

test("every Chinese guide has the config, codes and tables of the English one", () => {
  const ids = listGuideIds("zh-CN");
  assert.equal(ids.length, 5);
  const readGuide = (id, language) => readFileSync(guidePath(id, language), "utf8");
  const collect = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([match]) => match))].sort();
  for (const id of ids) {
    const [english, chinese] = ["en", "zh-CN"].map((language) => readGuide(id, language));
    for (const pattern of [/^```(?:json|sh)\n[\s\S]*?^```/gm, /`[\w.-]+`/g, /https:\/\/[\w./-]+/g]) {
      assert.deepEqual(collect(chinese, pattern), collect(english, pattern), id);
    }
    const countRows = (text) => text.match(/^\|/gm).length;
    assert.equal(countRows(chinese), countRows(english), id);
    assert.match(buildGuidePage(id, "zh-CN"), /<html lang="zh-CN">/);
  }
});

test("the texts of templates are those of the core, and differ by usage type in every language", async () => {
  const texts = JSON.parse(readFileSync(join(sourceFolder, "templates", "default-texts.json"), "utf8"));
  const { measureSms: measure } = await loadModule("text/sms.ts");
  assert.ok(Object.keys(texts).length >= 12);
  for (const [language, byUsage] of Object.entries(texts)) {
    const all = Object.values(byUsage);
    assert.equal(new Set(all).size, 9, language);
    for (const text of all) {
      assert.equal(measure(renderTemplate(text, { code: "1234567890" })).segments, 1, text);
    }
  }
});

test("the example calls contain the Worker's origin, and a variable instead of a key", () => {
  for (const language of ["curl", "TypeScript", "Rust"]) {
    const { send, verify } = formatExamples(language, "https://otp.example");
    assert.match(send, /https:\/\/otp\.example\/send/);
    assert.match(verify, /https:\/\/otp\.example\/verify/);
    assert.match(send, /API_KEY/);
  }
});

test("the source neither writes markup, nor stores data, nor evaluates strings", () => {
  const files = readdirSync(sourceFolder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  assert.ok(files.length > 40);
  for (const file of files) {
    const text = readFileSync(join(file.parentPath ?? file.path, file.name), "utf8");
    // The only module that stores anything, if the user asks for it.
    const isStorage = file.name === "tab-storage.ts";
    const forbidden =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|new DOMParser|createContextualFragment|\beval\(|new Function|localStorage|document\.cookie|indexedDB|:\s*any\s*[;,)=>\]]|<any>|as any\b|style=/;
    assert.doesNotMatch(text, forbidden, file.name);
    assert.equal(isStorage || !/\bsessionStorage\./.test(text), true, `${file.name} stores nothing`);
  }
});

test("both languages have the same message keys and parameters", async () => {
  const { en } = await loadModule("i18n/en.ts");
  const { zh } = await loadModule("i18n/zh.ts");
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  const listParameters = (message) => [...new Set(message.match(/\{+\w+\}+/g) ?? [])].sort();
  for (const key of Object.keys(en)) assert.deepEqual(listParameters(zh[key]), listParameters(en[key]), key);
});
