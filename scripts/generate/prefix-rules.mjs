// Longest-prefix rules from a numbering plan: few prefixes that give every valid number its label.
import { LONGEST } from "./numbering-plans.mjs";

/**
 * Finds the rules of a plan.
 * @param plan one of `readPlans`
 * @param label from (`GB mobile`, length) to a label; undefined where any label is right
 * @param base the label of numbers that no rule names
 * @param unassignedLabel from a state to the label of digits that no valid number begins with; undefined: whatever is
 *   shortest, but `base` up to `block` digits
 * @param block from so many digits on a rule may cover unassigned numbers beside those that it is about
 * @param deepest the longest prefix of a rule; what only shows later is `base`
 * @returns `[[prefix, label], …]` in ascending order
 */
export const findRules = (plan, label, base, { unassignedLabel, block = 0, deepest = 7 } = {}) => {
  const remember = (compute) => {
    const known = new Map();
    return (state, depth) => {
      const key = state.id * 32 + depth;
      if (!known.has(key)) known.set(key, compute(state, depth));
      return known.get(key);
    };
  };
  /** The labels of all valid numbers that begin so. */
  const labelsBelow = remember((state, depth) => {
    const labels = new Set();
    for (const [what, lengths] of plan.reach(state, depth)) {
      for (let length = depth; length <= LONGEST; length += 1) {
        const found = (lengths >> length) & 1 ? label(what, length) : undefined;
        if (found !== undefined) labels.add(found);
      }
    }
    return labels;
  });
  const wantedForUnassigned = (state, depth) => {
    if (unassignedLabel) return depth > 0 ? new Set([unassignedLabel(state)]) : undefined;
    return depth > 0 && depth <= block ? new Set([base]) : undefined;
  };
  const isDecided = (state, depth, labels) => {
    if (labels.size !== 1) return false;
    // A country's own leading digits, or five digits: no need to look at which of the rest are assigned.
    if (unassignedLabel) return depth >= 5 || labels.has(plan.leadingCountry(state));
    return depth >= block;
  };
  /** The labels with which the fewest rules are needed further down; undefined where nothing depends on it. */
  const wantedLabels = remember((state, depth) => {
    const labels = labelsBelow(state, depth);
    if (labels.size === 0) return wantedForUnassigned(state, depth);
    const here = plan.classify(state, depth);
    if (here && label(`${here.iso} ${here.type}`, depth) === base) return new Set([base]);
    if (isDecided(state, depth, labels)) return labels;
    if (depth >= deepest) return new Set([base]);
    const votes = new Map();
    for (let digit = 0; digit < 10; digit += 1) {
      for (const one of wantedLabels(plan.step(state, digit), depth + 1) ?? [])
        votes.set(one, (votes.get(one) ?? 0) + 1);
    }
    const most = Math.max(...votes.values());
    return new Set([...votes].filter(([, count]) => count === most).map(([one]) => one));
  });

  const rules = [];
  const walk = (state, depth, prefix, inherited) => {
    const wanted = wantedLabels(state, depth);
    const labels = labelsBelow(state, depth);
    // Unassigned numbers count for what is shorter, but are not worth a rule of their own.
    if (!wanted || (unassignedLabel && labels.size === 0)) return;
    const own = wanted.has(inherited) ? inherited : [...wanted].sort()[0];
    if (own !== inherited) rules.push([prefix, own]);
    const isUniform = labels.size === 0 || (labels.size === 1 && labels.has(own));
    if (depth >= deepest || (isUniform && (depth >= block || own === base))) return;
    for (let digit = 0; digit < 10; digit += 1)
      walk(plan.step(state, digit), depth + 1, `${prefix}${digit}`, own);
  };
  walk(plan.start, 0, "", base);
  return rules;
};
