/** A bar chart of counts by hour, in two parts each. Each bar has a title, and a list says the same for screen readers. */
import { type Child, h } from "./dom.ts";

/** The counts of an hour. */
export interface HourSum {
  /** RFC 3339: when the hour began. */
  hour: string;
  good: number;
  bad: number;
}

interface ChartTexts {
  label: (hour: HourSum) => string;
  good: string;
  bad: string;
}

const HOUR_MS = 3_600_000;
const HOURS = 25;
const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
const BAR = 20;
const HEIGHT = 120;

/** Adds counts up by hour: the last 25 hours up to `now`, those without an event as well. */
export const sumByHour = (
  counts: readonly { hour: string; event: string; count: number }[],
  isGood: (event: string) => boolean,
  now = Date.now(),
): HourSum[] => {
  const last = Math.floor(now / HOUR_MS);
  const sums = new Map<number, HourSum>();
  for (let hour = last - HOURS + 1; hour <= last; hour += 1) {
    sums.set(hour, { hour: new Date(hour * HOUR_MS).toISOString(), good: 0, bad: 0 });
  }
  for (const { hour, event, count } of counts) {
    const sum = sums.get(Math.floor(Date.parse(hour) / HOUR_MS));
    if (sum) sum[isGood(event) ? "good" : "bad"] += count;
  }
  return [...sums.values()];
};

/** Renders the chart. */
export const renderHourChart = (hours: readonly HourSum[], texts: ChartTexts): HTMLElement => {
  const most = Math.max(1, ...hours.map(({ good, bad }) => good + bad));
  const svg = createSvg("svg", {
    viewBox: `0 0 ${hours.length * BAR} ${HEIGHT}`,
    class: "hour-chart",
    "aria-hidden": "true",
    preserveAspectRatio: "none",
  });
  for (const [index, hour] of hours.entries()) svg.append(renderBar(hour, index, most, texts.label(hour)));
  return h(
    "figure",
    { class: "chart" },
    svg,
    h("figcaption", { class: "legend" }, renderKey("good", texts.good), renderKey("bad", texts.bad)),
    h(
      "ul",
      { class: "visually-hidden" },
      ...hours.filter(hasEvents).map((hour) => h("li", {}, texts.label(hour))),
    ),
  );
};

const hasEvents = ({ good, bad }: HourSum): boolean => good + bad > 0;

const renderKey = (part: "good" | "bad", text: string): Child => h("span", { class: `key ${part}` }, text);

const renderBar = ({ good, bad }: HourSum, index: number, most: number, label: string): Element => {
  const bar = createSvg("g", {});
  const title = createSvg("title", {});
  title.textContent = label;
  const scale = HEIGHT / most;
  const part = (name: string, from: number, count: number) =>
    createSvg("rect", {
      class: name,
      x: index * BAR + 2,
      width: BAR - 4,
      y: HEIGHT - (from + count) * scale,
      height: count * scale,
    });
  bar.append(title, part("good", 0, good), part("bad", good, bad));
  return bar;
};

const createSvg = (name: string, attributes: Record<string, string | number>): Element => {
  const element = document.createElementNS(SVG_NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  return element;
};
