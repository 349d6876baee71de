// The tables of locales and digits are what their sources say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { file as digitsFile, findZeros } from "../../scripts/generate/digits.mjs";
import { createTable, file as localesFile } from "../../scripts/generate/locales.mjs";

test("the table of locales is that of the pinned CLDR", () => {
  assert.equal(readFileSync(localesFile, "utf8"), createTable(), "run node scripts/generate/locales.mjs");
});

test("the table of digits has every decimal zero that this Node knows", () => {
  const zeros = new Set(readFileSync(digitsFile, "utf8").trim().split("\n"));
  assert.deepEqual(
    findZeros()
      .map((point) => point.toString(16))
      .filter((zero) => !zeros.has(zero)),
    [],
  );
});

// Node's own likely subtags are CLDR's too, of another version: a judge of the whole table.
test("likely subtags are those of Node's CLDR", () => {
  const [, , , ...scripts] = readFileSync(localesFile, "utf8").trim().split("\n");
  const differences = [];
  let count = 0;
  for (const line of scripts) {
    const [script, ...entries] = line.split(" ");
    for (const [, language, region] of entries.map((entry) => /^([a-z]+):(.+)$/.exec(entry) ?? [])) {
      if (!language) continue;
      count += 1;
      const likely = new Intl.Locale(language).maximize();
      if (likely.script !== script || likely.region !== region) differences.push(`${language} ${likely}`);
    }
  }
  assert.ok(count > 150, `${count} languages`);
  assert.ok(differences.length <= 3, differences.join(", "));
});
