// Encoding and segments of some thousands of generated texts, the core's (crates/core/examples/count_segments.rs) against
// Twilio's sms-segments-calculator, and the console's, which is the core's converted to JavaScript, against the core's.
// The texts are the same each time.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import calculator from "sms-segments-calculator";
import { loadModule } from "../browser/load-source.mjs";

/** What the reference implementation counts. */
const countByReference = (text) => {
  const message = new calculator.SegmentedMessage(text);
  return { encoding: message.encodingName, segments: message.segmentsCount };
};

const cwd = fileURLToPath(new URL("../..", import.meta.url));

/** What the core counts. */
const countAll = (texts) => {
  const cargo = ["run", "--quiet", "--package", "edge-otp-core", "--example", "count_segments"];
  const input = texts.map((text) => `${JSON.stringify(text)}\n`).join("");
  const lines = execFileSync("cargo", cargo, { cwd, input, encoding: "utf8", maxBuffer: 1 << 26 })
    .trimEnd()
    .split("\n");
  assert.equal(lines.length, texts.length);
  return lines.map((line) => JSON.parse(line));
};

/** Mulberry32. */
const random = (seed) => {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) % limit;
  };
};

const alphabets = {
  basic: "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà",
  extension: "\f^{}\\[~]|€",
  letters: "çáÁâêëîïôûčšžłřАБВабвאבגدرسกขคഅ",
  signs: "`´’“”–—…•°²³¼½™©®\t\u00a0\u200b\u2028\ufeff\u0000\u0007\u001b\u007f",
  cjk: "验证码字您的登录認証コード확인，。：「」",
  astral: ["😀", "🔐", "𝔸", "𠀋", "🀄", "\u{10ffff}", "\u{1f600}"],
};
/** More than one code point to one character: marks, joiners, flags, jamo, keycaps. */
const clusters = [
  "e\u0301",
  "n\u0303\u0323",
  "👨‍👩‍👧‍👦",
  "🏳️‍🌈",
  "🇩🇪",
  "👍🏽",
  "\u1100\u1161\u11a8",
  "क्षि",
  "1️⃣",
  "❤️",
  "กำ",
  "ä\u0308",
];

/** The lengths at which something changes, and their neighbours. */
const borders = (single, part) =>
  [0, 1, single, ...[2, 3, 4].map((parts) => part * parts)].flatMap((length) => [
    length - 1,
    length,
    length + 1,
  ]);

const generated = () => {
  const texts = [];
  const add = (text) => texts.push(text);
  for (const [filler, single, part, wide] of [
    ["a", 160, 153, [...alphabets.extension, "€€", "[x]", "\r\n", "\f"]],
    ["é", 160, 153, ["^", "€"]],
    ["字", 70, 67, [...alphabets.astral, "€", "\r\n", "😀😀"]],
    ["ç", 70, 67, ["😀", "|"]],
  ]) {
    for (const length of borders(single, part)) {
      if (length < 0) continue;
      add(filler.repeat(length));
      // A wide character just before, on and after each border that the text has.
      for (const piece of wide) {
        add(filler.repeat(length) + piece);
        add(piece + filler.repeat(length));
        for (let at = part - 2; at <= length && at <= part * 3 + 1; at += part) {
          for (const shift of [0, 1, 2, 3])
            add(filler.repeat(at + shift) + piece + filler.repeat(Math.max(0, length - at)));
        }
      }
    }
  }
  const next = random(20_261_121);
  const some = (list) => list[next(list.length)];
  const kinds = Object.values(alphabets).map((letters) => [...letters]);
  const [basic, extension, ...others] = kinds;
  for (const mix of [
    [basic],
    [basic, extension],
    [extension],
    [basic, basic, basic, extension],
    ...others.map((kind) => [basic, kind]),
    kinds,
  ]) {
    for (let round = 0; round < 150; round += 1) {
      const length = some([
        next(20),
        60 + next(20),
        125 + next(20),
        150 + next(20),
        300 + next(20),
        next(700),
      ]);
      let text = "";
      while (text.length < length) text += some(some(mix));
      add(text);
    }
  }
  return [...new Set(texts)];
};

const withClusters = () => {
  const next = random(4_711);
  const some = (list) => list[next(list.length)];
  return Array.from({ length: 600 }, () => {
    const length = some([10, 60, 66, 69, 70, 71, 130, 134, 135, 200, 300]) + next(3);
    let text = "";
    while (text.length < length) text += next(3) === 0 ? some(clusters) : some([..."abc 字é😀"]);
    return text;
  });
};

/** A text of the same encoding and the same code units in which every character is one code point. */
const split = (text) =>
  [...text].map((c) => (c.length === 2 ? "😀" : /[a-zA-Z0-9 éä]/.test(c) ? c : "字")).join("");

const texts = generated();
const clustered = withClusters();
let counts;
before(() => {
  counts = countAll([...texts, ...clustered]);
});

test("encoding and segments are those of the reference implementation", () => {
  assert.ok(texts.length >= 1_000, `${texts.length} texts`);
  const differences = texts.filter((text, index) => {
    const { encoding, segments } = countByReference(text);
    return encoding !== counts[index].encoding || segments !== counts[index].segments;
  });
  assert.deepEqual(differences, []);
  const most = Math.max(...counts.map(({ segments }) => segments));
  const ucs2 = counts.filter(({ encoding }) => encoding === "UCS-2").length;
  console.log(
    `${texts.length} different texts + ${clustered.length} with clusters; ${ucs2} UCS-2; up to ${most} segments`,
  );
});

test("the console counts as the core does", async () => {
  const { measureSms } = await loadModule("text/sms.ts");
  const all = [...texts, ...clustered];
  const differences = all.filter((text, index) => {
    const { encoding, segments } = measureSms(text);
    return encoding !== counts[index].encoding || segments !== counts[index].segments;
  });
  assert.deepEqual(differences, []);
});

// The one difference: the reference never splits a character of several code points, the way Twilio's page shows it. TS
// 23.040 does not ask for that: a segment ends after any code unit but the first of a pair, and phones join the segments
// before they draw. So the reference may count more for such a text, never fewer; for the same text with those
// characters replaced the counts must be equal. (Lone surrogates are left out: JSON with one is read with U+FFFD in its
// place.)
test("characters of several code points may be split, code points may not", () => {
  let shorter = 0;
  for (const [index, text] of clustered.entries()) {
    const mine = counts[texts.length + index];
    assert.equal(mine.encoding, countByReference(text).encoding, text);
    assert.deepEqual(mine, countByReference(split(text)), text);
    assert.ok(mine.segments <= countByReference(text).segments, text);
    if (mine.segments < countByReference(text).segments) shorter += 1;
  }
  console.log(
    `${shorter} of ${clustered.length} texts take one segment less than with characters kept whole`,
  );
});
