// Numbers to judge with, the same each time: valid ones of every country and type by libphonenumber's patterns, and ones
// with a mistake that people make.
import { compile } from "../../scripts/generate/digit-automaton.mjs";
import { TYPE_NAMES } from "../../scripts/generate/numbering-plans.mjs";

const [CALLING_CODE, GENERAL_LENGTHS, TRUNK_PREFIX, TYPES] = [0, 3, 5, 11];
const PER_MOBILE = 400;
const PER_TYPE = 60;
const PER_MISTAKE = 15;
const digits = [...Array(10).keys()];

/** Mulberry32. */
const createRandom = (seed) => {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) % limit;
  };
};

/** A function that draws a text of the pattern with one of the lengths. */
const createSampler = (pattern, lengths, random) => {
  const automaton = compile(pattern);
  const known = new Map();
  const canEnd = (state, left) => {
    const key = state.id * 32 + left;
    if (!known.has(key)) {
      const ends = () => digits.some((digit) => canEnd(automaton.step(state, digit), left - 1));
      known.set(key, left === 0 ? automaton.accepts(state) : ends());
    }
    return known.get(key);
  };
  const possible = lengths.filter((length) => canEnd(automaton.start, length));
  return () => {
    let state = automaton.start;
    let text = "";
    for (let left = possible[random(possible.length)]; left > 0; left -= 1) {
      const choices = digits.filter((digit) => canEnd(automaton.step(state, digit), left - 1));
      const digit = choices[random(choices.length)];
      text += digit;
      state = automaton.step(state, digit);
    }
    return text;
  };
};

/** Numbers as `{number, region, type, mistake?}`. */
export const generateNumbers = ({ countries, nonGeographic }, seed = 20_261_125) => {
  const random = createRandom(seed);
  const found = new Map();
  for (const [region, row] of [...Object.entries(countries), ...Object.entries(nonGeographic)]) {
    const add = (national, type, mistake) => {
      const number = `+${row[CALLING_CODE]}${national}`;
      if (/^\+\d{7,15}$/.test(number) && !found.has(number))
        found.set(number, { number, region, type, mistake });
    };
    for (const [position, pattern] of (row[TYPES] ?? []).entries()) {
      if (!pattern) continue;
      const type = TYPE_NAMES[position];
      const draw = createSampler(pattern[0], pattern[1] ?? row[GENERAL_LENGTHS], random);
      for (let count = type === "mobile" ? PER_MOBILE : PER_TYPE; count > 0; count -= 1) add(draw(), type);
      if (type !== "mobile" && type !== "fixed") continue;
      for (let count = 0; count < PER_MISTAKE; count += 1) {
        add(draw().slice(0, -1), type, "short");
        add(`${draw()}${random(10)}`, type, "long");
        add(`0${draw()}`, type, "zero");
        const trunkPrefix = row[TRUNK_PREFIX];
        if (trunkPrefix && trunkPrefix !== "0") add(`${trunkPrefix}${draw()}`, type, "trunk");
      }
    }
  }
  return [...found.values()];
};
