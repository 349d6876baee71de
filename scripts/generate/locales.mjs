// Writes crates/core/data/locales.txt from CLDR (npm cldr-core).
//   node scripts/generate/locales.mjs
//
// Line 1: deprecated language codes and what replaces them: `iw=he sh=sr-Latn`
// Line 2: languages whose readers understand each other, with CLDR's distance: `nb=no1`; `gsw>de4` in one direction only
// Line 3: groups of regions whose variants of a language are close to each other: `es,pt:419,AG,…`
// Then a line per script, `Latn af:ZA ky+TR ky!TR zu:ZA`:
//   af:ZA   the language is usually written so; the region meant where none is named
//   ky+TR   in these regions it is written so, unlike elsewhere
//   ky!TR   the region meant where this script is named and no region
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const file = fileURLToPath(new URL("../../crates/core/data/locales.txt", import.meta.url));

/** Beyond this distance a pair in one direction is "may know that language, too" (be>ru, ka>en): not for a code. */
const CLOSE = 10;
/** Languages that CLDR covers little, and that templates are still written in. */
const MORE_LANGUAGES = ["nb", "no", "ht", "mt", "la", "sm", "mi", "dv", "bo", "ckb", "tw", "gsw"];
/** Deprecated or special codes of three letters that occur in practice. */
const LONG_ALIASES = new Set("cmn arb swh zsm ekk lvs uzn azj npi ory pes khk als nob".split(" "));
/** What is only ever the wanted language of a pair. */
const WANTED_ONLY = new Set(["gsw", "yue"]);

const readCldr = () => {
  const folder = dirname(createRequire(import.meta.url).resolve("cldr-core/package.json"));
  const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const supplemental = (name) => read(`supplemental/${name}.json`).supplemental;
  return {
    likely: supplemental("likelySubtags").likelySubtags,
    aliases: supplemental("aliases").metadata.alias.languageAlias,
    matching: supplemental("languageMatching").languageMatching["written-new"],
    containment: supplemental("territoryContainment").territoryContainment,
    coverage: read("coverageLevels.json").effectiveCoverageLevels,
  };
};

const listLanguages = ({ coverage, likely, aliases }) => {
  const covered = Object.keys(coverage)
    .filter((tag) => tag !== "und")
    .map((tag) => tag.split("-")[0]);
  return new Set([...covered, ...MORE_LANGUAGES.filter((tag) => likely[tag] && !aliases[tag])]);
};

const writeAliases = ({ aliases }, languages) => {
  const isUsed = (from) => /^[a-z]{2}$/.test(from) || LONG_ALIASES.has(from);
  return Object.entries(aliases)
    .map(([from, { _replacement: to }]) => [from, to])
    .filter(([from, to]) => isUsed(from) && !languages.has(from) && languages.has(to.split("-")[0]))
    .map(([from, to]) => `${from}=${to}`)
    .join(" ");
};

const writePairs = ({ matching }, languages) =>
  matching.languageMatch
    .map(({ _desired: wanted, _supported: offered, _distance: distance, _oneway: oneWay }) => {
      const areLanguages = [wanted, offered].every((tag) => /^[a-z]+$/.test(tag));
      const isClose = distance <= CLOSE || !oneWay;
      const areKnown = languages.has(offered) && (languages.has(wanted) || WANTED_ONLY.has(wanted));
      return areLanguages && isClose && areKnown ? `${wanted}${oneWay ? ">" : "="}${offered}${distance}` : "";
    })
    .filter(Boolean)
    .join(" ");

const writeGroups = ({ matching, containment }) => {
  const within = (region) => containment[region]?._contains.flatMap(within) ?? [region];
  const americas = [...new Set(within("019"))].filter((region) => /^[A-Z]{2}$/.test(region)).sort();
  const variable = (name) => matching.matchVariables[name]._value.split("+").join();
  return [
    `es,pt:419,${americas.join()}`,
    `en:${variable("$enUS")}`,
    `ar:${variable("$maghreb")}`,
    `zh:${variable("$cnsar")}`,
  ].join(" ");
};

/** The entries of a language, as `[script, entry]`. */
const listScripts = ({ likely }, language) => {
  const [, usual, region] = likely[language].split("-");
  const entries = [[usual, `${language}:${region}`]];
  const subtags = Object.entries(likely)
    .filter(([tag]) => tag.startsWith(`${language}-`))
    .map(([tag, full]) => [tag.slice(language.length + 1), ...full.split("-").slice(1)]);
  const regions = Map.groupBy(
    subtags.filter(([subtag, script]) => /^[A-Z]{2}$/.test(subtag) && script !== usual),
    ([, script]) => script,
  );
  for (const [script, list] of regions)
    entries.push([script, `${language}+${list.map(([subtag]) => subtag).join()}`]);
  for (const [subtag, , usualRegion] of subtags) {
    if (regions.has(subtag) && usualRegion !== region) entries.push([subtag, `${language}!${usualRegion}`]);
  }
  return entries;
};

/** The table's text. */
export const createTable = (cldr = readCldr()) => {
  const languages = listLanguages(cldr);
  const entries = [...languages]
    .sort()
    .filter((language) => cldr.likely[language])
    .flatMap((language) => listScripts(cldr, language));
  const scripts = [...Map.groupBy(entries, ([script]) => script)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([script, list]) => [script, ...list.map(([, entry]) => entry)].join(" "));
  const lines = [writeAliases(cldr, languages), writePairs(cldr, languages), writeGroups(cldr), ...scripts];
  return `${lines.join("\n")}\n`;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, createTable());
