// Statistics, and Markdown tables of numbers.

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

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export const geometricMean = (values) => Math.exp(mean(values.map(Math.log)));

/** The slope of the line that fits the points best (least squares). @param {[number, number][]} points */
export const slope = (points) => {
  const x = mean(points.map((point) => point[0]));
  const y = mean(points.map((point) => point[1]));
  const covariance = mean(points.map((point) => (point[0] - x) * (point[1] - y)));
  return covariance / mean(points.map((point) => (point[0] - x) ** 2));
};

/** Three significant digits, or all digits before the point. */
export const short = (value) => {
  if (Number.isNaN(value)) return "–";
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
};

export const count = (value) => value.toLocaleString("en");
export const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
export const signed = (value, digits = 1) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;

/** A ratio as it is shown. */
export const times = (ratio) => (Number.isFinite(ratio) ? `${ratio.toFixed(2)}×` : "–");

/**
 * How many times as good ours is: above 1 ours is better, below 1 the peer is.
 * @param {number} ours @param {number} theirs @param {boolean} [moreIsBetter]
 */
export const ratio = (ours, theirs, moreIsBetter = false) => (moreIsBetter ? ours / theirs : theirs / ours);

/** A table that can also be read as plain text. @param {string[]} head @param {string[][]} rows */
export const table = (head, rows) => {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...rows].map((cells) => cells[at].length)));
  const pad = (cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]));
  const line = (cells) => `| ${cells.map(pad).join(" | ")} |`;
  const rule = widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
};
