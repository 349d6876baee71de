// The table of numbers against libphonenumber-js, which reads all of libphonenumber's metadata.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import parsePhoneNumber from "libphonenumber-js/max";
import { createTable, file, readMetadata } from "../../scripts/generate/numbers.mjs";
import { generateNumbers } from "./generate-numbers.mjs";

const cwd = fileURLToPath(new URL("../..", import.meta.url));

/** What the core says of the numbers (crates/core/examples/describe_numbers.rs). */
const describeAll = (numbers) => {
  const cargo = ["run", "--quiet", "--package", "edge-otp-core", "--example", "describe_numbers"];
  const input = numbers.map((number) => `${number}\n`).join("");
  const lines = execFileSync("cargo", cargo, { cwd, input, encoding: "utf8", maxBuffer: 1 << 26 }).split(
    "\n",
  );
  assert.equal(lines.length, numbers.length + 1);
  return numbers.map((_, index) => {
    const [code, country, verdict] = lines[index].split("\t");
    return { code, country, verdict };
  });
};

/** What libphonenumber says. */
const judge = (number) => {
  const parsed = parsePhoneNumber(number, { extract: false });
  const isValid = parsed?.number === number && parsed.isValid();
  return {
    isValid,
    country: parsed?.country ?? "",
    type: isValid ? parsed.getType() : undefined,
    isPossible: Boolean(parsed?.isPossible()) && parsed.number === number,
  };
};

const reachable = new Set(["MOBILE", "FIXED_LINE", "FIXED_LINE_OR_MOBILE", "VOIP"]);
const services = new Set(["PREMIUM_RATE", "TOLL_FREE", "SHARED_COST", "PERSONAL_NUMBER", "UAN"]);

let judged;
before(() => {
  const numbers = generateNumbers(readMetadata());
  const described = describeAll(numbers.map(({ number }) => number));
  judged = numbers.map((made, index) => ({ ...made, ...judge(made.number), core: described[index] }));
});

const list = (rows) => rows.map(({ number, core, type, country }) => [number, core, type, country]);
const hasCountry = ({ region }) => /^[A-Z]{2}$/.test(region);

test("the table is that of the pinned metadata", () => {
  assert.equal(readFileSync(file, "utf8"), createTable(), "run node scripts/generate/numbers.mjs");
});

test("no valid mobile or fixed-line number of any country is refused", () => {
  const valid = judged.filter((row) => row.isValid && reachable.has(row.type) && hasCountry(row));
  const regions = new Set(valid.map(({ region }) => region));
  assert.ok(judged.length >= 100_000, `${judged.length} numbers`);
  assert.ok(regions.size >= 240, `${regions.size} countries`);
  assert.deepEqual(list(valid.filter(({ core }) => core.verdict !== "ok")), []);
  console.log(`${judged.length} numbers, ${valid.length} of them valid ones of ${regions.size} countries`);
});

test("the country of a valid number is libphonenumber's", () => {
  const valid = judged.filter((row) => row.isValid && row.country !== "");
  const others = valid.filter(({ core, country }) => core.country !== country);
  assert.ok(others.length * 1_000 < valid.length, `${others.length} of ${valid.length} differ`);
});

test("service numbers and numbers of no country are refused", () => {
  const ofServices = judged.filter((row) => row.isValid && services.has(row.type) && hasCountry(row));
  const missed = ofServices.filter(({ core }) => core.verdict !== "service_number");
  assert.ok(missed.length * 500 < ofServices.length, `${missed.length} of ${ofServices.length} pass`);
  const ofNoCountry = judged.filter((row) => !hasCountry(row) && !row.mistake);
  assert.ok(ofNoCountry.length > 300, `${ofNoCountry.length} numbers`);
  assert.deepEqual(list(ofNoCountry.filter(({ core }) => core.verdict !== "service_number")), []);
});

test("trunk zeros and impossible lengths are refused", () => {
  // Where numbers begin with 0, a 0 too many is the length's business.
  const mistakes = judged.filter(({ mistake, isPossible }) => mistake && !isPossible);
  const missed = mistakes.filter(({ core }) => core.verdict === "ok");
  assert.ok(mistakes.length > 5_000, `${mistakes.length} numbers`);
  assert.ok(missed.length * 20 < mistakes.length, `${missed.length} of ${mistakes.length} pass`);
  const zeros = judged.filter(({ mistake, core }) => mistake === "zero" && core.verdict === "trunk_zero");
  assert.ok(zeros.length > 5_000, `${zeros.length} numbers`);
});

test("a number of an unassigned range has the calling code's main country", () => {
  const [ofcom, ...others] = describeAll(["+447700900123", "+447700900999", "+447400900123"]);
  assert.deepEqual(ofcom, { code: "44", country: "GB", verdict: "ok" });
  assert.ok(others.every(({ country }) => country === "GB"));
});
