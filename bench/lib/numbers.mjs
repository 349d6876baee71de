// Numbers, and how they are shown: tables in Markdown whose cells hold a value and, for a peer, a ratio.

/** The value below which the given part of the values lies. */
export const quantile = (values, part) => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
};

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Three digits, as far as they are before the point all of them. */
export const short = (value) => {
  if (Number.isNaN(value)) return "–";
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
};

export const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

/**
 * How many times as good ours is: above 1 ours is better, below 1 the peer is.
 * @param {number} ours @param {number} theirs @param {boolean} [moreIsBetter]
 */
export const ratio = (ours, theirs, moreIsBetter = false) => {
  const times = moreIsBetter ? ours / theirs : theirs / ours;
  return Number.isFinite(times) ? `${times.toFixed(2)}×` : "–";
};

/** @param {string[]} head @param {string[][]} rows */
export const table = (head, rows) => {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
};

/**
 * A row of one measure over several rigs, the first of them ours.
 * @param {string} title @param {number[]} values @param {{ moreIsBetter?: boolean, show?: (value: number) => string }} [how]
 */
export const compared = (title, [ours, ...theirs], { moreIsBetter = false, show = short } = {}) => [
  title,
  show(ours),
  ...theirs.map((value) => `${show(value)} (${ratio(ours, value, moreIsBetter)})`),
];
