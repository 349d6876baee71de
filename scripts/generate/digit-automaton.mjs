// Patterns of telephone numbers as deterministic automata over the ten digits. A pattern has digits, \d, [classes],
// (?:groups), |, ?, {n} and {n,m}: what libphonenumber's metadata uses, and nothing else.

/** A node of the automaton that is built first: the digits that lead on (a bit mask; 0 needs none) and the next nodes. */
const parse = (pattern, nodes) => {
  const addNode = (digits, next = []) => nodes.push({ digits, next }) - 1;
  const end = addNode(0);
  let at = 0;

  const parseDigit = () => {
    const digit = Number(pattern[at]);
    if (!/^[0-9]$/.test(pattern[at] ?? "")) throw new Error(`no digit at ${at} in ${pattern}`);
    at += 1;
    return digit;
  };
  const parseClass = () => {
    let digits = 0;
    while (pattern[at] !== "]") {
      const first = parseDigit();
      let last = first;
      if (pattern[at] === "-") {
        at += 1;
        last = parseDigit();
      }
      for (let digit = first; digit <= last; digit += 1) digits |= 1 << digit;
    }
    at += 1;
    return digits;
  };
  // Each part is a function: given the node that follows, it adds its nodes and returns the first of them.
  const parseAtom = () => {
    let digits = 0;
    if (pattern[at] === "(") {
      at += pattern.startsWith("(?:", at) ? 3 : 1;
      const inner = parseAlternatives();
      if (pattern[at] !== ")") throw new Error(`an open group in ${pattern}`);
      at += 1;
      return inner;
    }
    if (pattern[at] === "[") {
      at += 1;
      digits = parseClass();
    } else if (pattern.startsWith("\\d", at)) {
      at += 2;
      digits = 0b11_1111_1111;
    } else {
      digits = 1 << parseDigit();
    }
    return (after) => addNode(digits, [after]);
  };
  const parseRepeated = () => {
    const part = parseAtom();
    const [quantifier, least, most] = /^\?|^\{(\d+)(?:,(\d+))?\}/.exec(pattern.slice(at)) ?? [""];
    at += quantifier.length;
    if (quantifier === "") return part;
    const [min, max] = quantifier === "?" ? [0, 1] : [Number(least), Number(most ?? least)];
    return (after) => {
      let next = after;
      for (let count = min; count < max; count += 1) next = addNode(0, [part(next), after]);
      for (let count = 0; count < min; count += 1) next = part(next);
      return next;
    };
  };
  const parseSequence = () => {
    const parts = [];
    while (at < pattern.length && pattern[at] !== "|" && pattern[at] !== ")") parts.push(parseRepeated());
    return (after) => parts.reduceRight((next, part) => part(next), after);
  };
  const parseAlternatives = () => {
    const branches = [parseSequence()];
    while (pattern[at] === "|") {
      at += 1;
      branches.push(parseSequence());
    }
    return (after) =>
      addNode(
        0,
        branches.map((branch) => branch(after)),
      );
  };

  const whole = parseAlternatives();
  if (at !== pattern.length) throw new Error(`unexpected ${pattern[at]} at ${at} in ${pattern}`);
  return { first: whole(end), end };
};

/**
 * Compiles a pattern to `{start, step(state, digit), accepts(state)}`. A state is the list of nodes that are reached; as
 * every node leads to the end, a state without nodes is the one from which nothing is accepted.
 */
export const compile = (pattern) => {
  const nodes = [];
  const { first, end } = parse(pattern, nodes);
  const states = new Map();
  const enter = (reached) => {
    const seen = new Set();
    const open = [...reached];
    while (open.length > 0) {
      const node = open.pop();
      if (seen.has(node)) continue;
      seen.add(node);
      if (node !== end && nodes[node].digits === 0) open.push(...nodes[node].next);
    }
    const list = [...seen].filter((node) => node === end || nodes[node].digits !== 0).sort((a, b) => a - b);
    const key = list.join();
    if (!states.has(key)) states.set(key, { id: states.size, list, next: [] });
    return states.get(key);
  };
  const step = (state, digit) => {
    state.next[digit] ??= enter(
      state.list
        .filter((node) => node !== end && (nodes[node].digits >> digit) & 1)
        .flatMap((node) => nodes[node].next),
    );
    return state.next[digit];
  };
  return { start: enter([first]), step, accepts: (state) => state.list.includes(end) };
};
