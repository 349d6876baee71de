// Writes crates/core/data/numbers.txt from libphonenumber's metadata (npm libphonenumber-js).
//   node scripts/generate/numbers.mjs
//
// One line per calling code, `44GB9a GG1481,7781 f800 pa=15 o908`:
//   44      the calling code
//   GB      the country of numbers that no prefix names; ZZ: none
//   9a      the lengths that a number without the calling code may have, each a hex digit
//   z       after the lengths: numbers may begin with 0. Elsewhere such a 0 is a trunk prefix that was left in
//   /8      then: the trunk prefix, if it is not 0, which helps to tell what is wrong
//   GG1481  the country of numbers that begin with 1481; the longest prefix counts. `EH-`: a country whose numbers cannot
//           be told from those of another
//   f800    service numbers: p premium, s shared cost, f toll free, n personal, u UAN, t satellite, i international
//           networks; without prefix: the whole calling code
//   pa=15   the same for numbers of this length (hex) only; it precedes the same prefix without a length
//   o908    numbers within such a block that are no service numbers
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { readPlans } from "./numbering-plans.mjs";
import { findRules } from "./prefix-rules.mjs";

export const file = fileURLToPath(new URL("../../crates/core/data/numbers.txt", import.meta.url));

/**
 * The types whose numbers are no ordinary ones. Pagers and voicemail are not among them: they cost nothing extra, and
 * their blocks become mobile ones (Hong Kong, New Zealand).
 */
const SERVICES = { premium: "p", sharedCost: "s", tollFree: "f", personal: "n", uan: "u" };
/** The types that can get a message: theirs are the possible lengths. */
const REACHABLE = new Set(["fixed", "mobile", "fixedOrMobile", "voip"]);
/** The codes of no country: ITU-T E.164, "List of assigned country codes", and libphonenumber's types. */
const NO_COUNTRY = {
  800: "f",
  808: "s",
  870: "t",
  878: "n",
  881: "t",
  882: "i",
  883: "i",
  888: "u",
  979: "p",
};
/** Prefixes that were dialled after the calling code and no longer are: Mexico's 1 before mobile numbers, until 2019. */
const FORMER_PREFIXES = { 52: "1" };
/** A service prefix covers unassigned numbers from three digits on, so that no new block is refused with its neighbours … */
const BLOCK = 3;
/** … and has six at most: what only shows later is let through. */
const DEEPEST = 6;
/** The shortest national number of a number in E.164 form as it is accepted: 7 digits, 3 of them the calling code. */
const SHORTEST = 4;
/** The longest service prefix for one length only. */
const DEEPEST_WITH_LENGTH = 3;

const isoOf = (what) => what.slice(0, 2);
const typeOf = (what) => what.slice(3);
const serviceOf = (what) => SERVICES[typeOf(what)] ?? "o";

const reachableLengths = (plan, state, depth) => {
  let mask = 0;
  for (const [what, lengths] of plan.reach(state, depth)) if (REACHABLE.has(typeOf(what))) mask |= lengths;
  return mask;
};

const findCountries = (plan, isPossible) => {
  const [main] = plan.countries;
  const label = (what, length) => (isPossible(length) ? isoOf(what) : undefined);
  const unassignedLabel = (state) => plan.leadingCountry(state) ?? main;
  const rules = findRules(plan, label, main, { unassignedLabel });
  const named = new Set(rules.map(([, iso]) => iso));
  const unnamed = plan.countries.filter((iso) => iso !== main && !named.has(iso));
  return [...rules, ...unnamed.map((iso) => ["-", iso])];
};

const findServices = (plan, isPossible) => {
  const limits = { block: BLOCK, deepest: DEEPEST };
  const label = (what, length) => (isPossible(length) ? serviceOf(what) : undefined);
  const services = new Map(findRules(plan, label, "o", limits));
  // Where an ordinary number begins like a service number of another length, the length tells them apart. Lengths that no
  // ordinary number has are refused anyway; these rules tell why.
  for (let one = SHORTEST; one < 16; one += 1) {
    const length = one.toString(16);
    const known = (prefix) =>
      services.get(`${length}=${prefix}`) ??
      services.get(prefix) ??
      (prefix === "" ? "o" : known(prefix.slice(0, -1)));
    const ofLength = (what, own) => (own === one ? serviceOf(what) : undefined);
    for (const [prefix, service] of findRules(plan, ofLength, "o", {
      ...limits,
      deepest: DEEPEST_WITH_LENGTH,
    })) {
      if (known(prefix) !== service) services.set(`${length}=${prefix}`, service);
    }
  }
  return [...services];
};

const groupByLabel = (rules) => {
  const groups = new Map();
  for (const [prefix, label] of rules) groups.set(label, [...(groups.get(label) ?? []), prefix]);
  return [...groups].sort().map(([label, prefixes]) => `${label}${prefixes.sort().join()}`);
};

const writeLine = (plan) => {
  const { code } = plan;
  if (plan.countries[0] === "001") {
    if (!NO_COUNTRY[code]) throw new Error(`+${code} is a new code of no country: add what it is`);
    return `${code}ZZ ${NO_COUNTRY[code]}`;
  }
  const mask = reachableLengths(plan, plan.start, 0);
  const isPossible = (length) => ((mask >> length) & 1) === 1;
  const lengths = Array.from({ length: 16 }, (_, length) => (isPossible(length) ? length.toString(16) : ""));
  const startsWithZero = reachableLengths(plan, plan.step(plan.start, 0), 1) !== 0;
  const trunkPrefix = FORMER_PREFIXES[code] ?? plan.trunkPrefix ?? "0";
  const trunk = trunkPrefix === "0" ? "" : `/${trunkPrefix}`;
  const head = `${code}${plan.countries[0]}${lengths.join("")}${startsWithZero ? "z" : ""}${trunk}`;
  const groups = [findCountries(plan, isPossible), findServices(plan, isPossible)].flatMap(groupByLabel);
  return [head, ...groups].join(" ");
};

/** libphonenumber's metadata. */
export const readMetadata = () =>
  JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve("libphonenumber-js/metadata.max.json"), "utf8"),
  );

/** The table's text. */
export const createTable = (metadata = readMetadata()) =>
  `${readPlans(metadata).map(writeLine).join("\n")}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, createTable());
