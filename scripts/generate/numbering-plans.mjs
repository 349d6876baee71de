// The numbering plans of libphonenumber (the metadata of npm libphonenumber-js): for each calling code an automaton that
// tells of every national number which country and type it has.
import { compile } from "./digit-automaton.mjs";

// Where a country's row has what: https://gitlab.com/catamphetamine/libphonenumber-js/-/blob/master/METADATA.md
const GENERAL = 2;
const LENGTHS = 3;
const TRUNK_PREFIX = 5;
const LEADING_DIGITS = 10;
const TYPES = 11;
/** The longest national number that is looked at. */
export const LONGEST = 17;
/** The types in the order of a row's list. */
export const TYPE_NAMES = [
  "fixed",
  "mobile",
  "tollFree",
  "premium",
  "personal",
  "voicemail",
  "uan",
  "pager",
  "voip",
  "sharedCost",
];
/** The types in the order in which libphonenumber asks them, by their positions. */
const ASKED = [3, 2, 9, 8, 4, 7, 6, 5, 0, 1];

const readRegion = (iso, row) => ({
  iso,
  general: compile(row[GENERAL]),
  // Leading digits, where a row has them, decide the country by themselves.
  leading: row[LEADING_DIGITS] ? compile(`(?:${row[LEADING_DIGITS]})\\d{0,${LONGEST}}`) : undefined,
  types: (row[TYPES] ?? []).map(
    (type) =>
      type && { automaton: compile(type[0]), lengths: new Set(type[1] ?? row[LENGTHS]), pattern: type[0] },
  ),
});

const createPlan = (code, rows) => {
  const regions = rows.map(([iso, row]) => readRegion(iso, row));
  const automata = regions
    .flatMap(({ general, leading, types }) => [general, leading, ...types.map((type) => type?.automaton)])
    .filter(Boolean);
  const positions = new Map(automata.map((automaton, position) => [automaton, position]));
  const accepts = (state, automaton) => automaton.accepts(state.list[positions.get(automaton)]);

  // A state of the plan is the list of the states of all its automata.
  const states = new Map();
  const enter = (list) => {
    const key = list.map((state) => (state.list.length > 0 ? state.id : "")).join();
    if (!states.has(key)) states.set(key, { id: states.size, list, next: [] });
    return states.get(key);
  };
  const start = enter(automata.map((automaton) => automaton.start));
  const step = (state, digit) => {
    state.next[digit] ??= enter(state.list.map((one, position) => automata[position].step(one, digit)));
    return state.next[digit];
  };

  const findType = (state, { general, types }, length) => {
    const is = (position) => {
      const type = types[position];
      return Boolean(type) && type.lengths.has(length) && accepts(state, type.automaton);
    };
    const found = accepts(state, general) ? ASKED.find(is) : undefined;
    if (found === 0 && (types[1]?.pattern === types[0].pattern || is(1))) return "fixedOrMobile";
    return TYPE_NAMES[found];
  };
  /** What a number that ends here is: `{iso, type}`; undefined if it is valid nowhere. */
  const classify = (state, length) => {
    for (const region of regions) {
      const type = findType(state, region, length);
      const decides = region.leading ? accepts(state, region.leading) : type;
      if (decides) return type && { iso: region.iso, type };
    }
    return undefined;
  };
  /** The country that the digits so far belong to by a row's leading digits, whatever follows. */
  const leadingCountry = (state) => regions.find(({ leading }) => leading && accepts(state, leading))?.iso;

  const reached = new Map();
  /** What can still come of the digits so far: from `GB mobile` to a bit mask of the lengths of the whole number. */
  const reach = (state, depth) => {
    const key = state.id * 32 + depth;
    if (reached.has(key)) return reached.get(key);
    const found = new Map();
    reached.set(key, found);
    const here = classify(state, depth);
    if (here) found.set(`${here.iso} ${here.type}`, 1 << depth);
    if (depth < LONGEST && state.list.some((one) => one.list.length > 0)) {
      for (let digit = 0; digit < 10; digit += 1) {
        for (const [label, lengths] of reach(step(state, digit), depth + 1))
          found.set(label, (found.get(label) ?? 0) | lengths);
      }
    }
    return found;
  };
  return {
    code,
    countries: rows.map(([iso]) => iso),
    trunkPrefix: rows[0][1][TRUNK_PREFIX] || undefined,
    start,
    step,
    classify,
    leadingCountry,
    reach,
  };
};

/** The plans of all calling codes; those of no country have the country `001`. */
export const readPlans = ({ country_calling_codes: codes, countries, nonGeographic }) => {
  const ofCountries = Object.entries(codes).map(([code, list]) =>
    createPlan(
      code,
      list.map((iso) => [iso, countries[iso]]),
    ),
  );
  const others = Object.entries(nonGeographic).map(([code, row]) => createPlan(code, [["001", row]]));
  return [...ofCountries, ...others].sort((a, b) => (a.code < b.code ? -1 : 1));
};
