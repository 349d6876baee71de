/**
 * The activity of the last hours: counts and a table of outcomes. It is loaded after the page is shown, so that a slow
 * answer does not delay the page. The section stays hidden if nothing is recorded or the request fails.
 */
import type { ApiClient } from "../api/client.ts";
import type { ActivityReport, ActivityRow } from "../api/types.ts";
import { formatNumber, isMessageKey, t } from "../i18n/index.ts";
import { clearBusy, isBusy, setBusy } from "../ui/busy.ts";
import { renderCodeBlock } from "../ui/code-block.ts";
import { type Child, h, renderInlineCode, replaceChildren } from "../ui/dom.ts";
import { showToast } from "../ui/toast.ts";

/** Loads the report once for a page and shows it each time the page is rendered. */
export class ActivitySection {
  readonly #api: ApiClient;
  #report: Promise<ActivityReport | null> | null = null;
  /** The section of the latest rendering. */
  #section = h("section");

  constructor(api: ApiClient) {
    this.#api = api;
  }

  render(): HTMLElement {
    const section = h("section", { class: "card activity", hidden: true });
    this.#section = section;
    this.#report ??= this.#load();
    this.#report.then((report) => this.#update(section, report));
    return section;
  }

  /** Returns null on any failure. A Worker of an older version does not have the route. */
  #load = (): Promise<ActivityReport | null> => this.#api.getActivity().catch(() => null);

  #update(section: HTMLElement, report: ActivityReport | null): void {
    replaceChildren(section, ...(report?.recorded ? this.#renderReport(report) : []));
    section.hidden = !report?.recorded;
  }

  #renderReport({ hours, readable, rows }: ActivityReport): Child[] {
    const title = h("h2", { tabindex: -1 }, t("activity.title", { hours }));
    if (!readable) return [title, ...renderTokenInstructions()];
    if (!rows) return [title, ...this.#renderFailure()];
    if (rows.length === 0) return [title, h("p", { class: "hint" }, t("activity.empty", { hours }))];
    return [
      title,
      h("p", { class: "hint" }, t("activity.lead")),
      ...renderMetrics(rows),
      renderOutcomeTable(rows),
    ];
  }

  #renderFailure(): Child[] {
    const button = h(
      "button",
      { type: "button", class: "secondary small", onclick: () => this.#retry(button) },
      t("retry"),
    );
    return [h("p", { class: "hint" }, t("activity.failed")), button];
  }

  async #retry(button: HTMLButtonElement): Promise<void> {
    if (isBusy(button)) return;
    setBusy(button, t("loading"));
    const report = await this.#load();
    // The page may have been left, or rendered again, during the request.
    const section = this.#section;
    if (!section.isConnected) return;
    if (!report || (report.recorded && report.readable && !report.rows)) {
      clearBusy(button, t("retry"));
      showToast(t("activity.failed"), "error");
      return;
    }
    this.#report = Promise.resolve(report);
    // The update removes the focused button, so the focus moves to the title.
    const hadFocus = section.contains(document.activeElement);
    this.#update(section, report);
    if (hadFocus) section.querySelector("h2")?.focus();
  }
}

/** Renders a code block for each command: `wrangler secret put` prompts for the value, so they cannot be pasted together. */
const renderTokenInstructions = (): Child[] => [
  h("p", { class: "hint" }, ...renderInlineCode(t("activity.token"))),
  ...["ACTIVITY_ACCOUNT", "ACTIVITY_TOKEN"].map((name) =>
    renderCodeBlock(`npx wrangler secret put ${name}`, name),
  ),
];

const METRICS = {
  send: ["sent", "unknown", "rejected", "limited", "unsent"],
  verify: ["verified", "mismatch", "unverified"],
} as const;

type Metric = (typeof METRICS)["send" | "verify"][number];

/** The metric of an outcome. Every other outcome of a send counts as `unsent`, of a verification as `unverified`. */
const METRIC_BY_OUTCOME = new Map<string, Metric>([
  ["send sent", "sent"],
  ["send unknown", "unknown"],
  ["send connector.general", "rejected"],
  ["send connector.invalid_response", "rejected"],
  ["send connector.rate_limit_exceeded", "rejected"],
  ["send request.message_rate_limited", "limited"],
  ["send verification_code.locked", "limited"],
  ["send phone.not_allowed", "limited"],
  ["verify verified", "verified"],
  ["verify verification_code.code_mismatch", "mismatch"],
]);

const getMetric = ({ event, outcome }: ActivityRow): Metric =>
  METRIC_BY_OUTCOME.get(`${event} ${outcome}`) ?? (event === "send" ? "unsent" : "unverified");

const sumCounts = (rows: readonly ActivityRow[]): number =>
  rows.reduce((total, { count }) => total + count, 0);

/** Renders the metrics of sends and of verifications as two lists, so that their columns align. */
const renderMetrics = (rows: readonly ActivityRow[]): HTMLElement[] =>
  Object.entries(METRICS).map(([event, metrics]) =>
    h(
      "dl",
      { class: "metrics" },
      ...metrics.map((metric) => {
        const count = sumCounts(rows.filter((row) => row.event === event && getMetric(row) === metric));
        return h("div", {}, h("dt", {}, t(`activity.${metric}`)), h("dd", {}, formatNumber(count)));
      }),
    ),
  );

const renderOutcomeTable = (rows: readonly ActivityRow[]): HTMLElement =>
  h(
    "div",
    { class: "table" },
    h(
      "table",
      {},
      h("caption", {}, t("activity.table")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("activity.outcome")),
          h("th", { scope: "col", class: "number" }, t("activity.count")),
        ),
      ),
      ...[...groupRows(rows, ({ event }) => event)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([event, group]) => renderEventRows(event, group)),
    ),
  );

/** Renders the outcomes of one event over all connectors, by limit, the most frequent first. */
const renderEventRows = (event: string, rows: readonly ActivityRow[]): HTMLElement => {
  const groups = groupRows(rows, ({ outcome, limit = "" }) => `${outcome} ${limit}`).values();
  const counts = [...groups]
    .flatMap(([row, ...more]) => (row ? [{ ...row, count: sumCounts([row, ...more]) }] : []))
    .sort((a, b) => b.count - a.count);
  return h(
    "tbody",
    {},
    h("tr", {}, h("th", { scope: "rowgroup", colspan: 2 }, renderName(`activity.event.${event}`, event))),
    ...counts.map(({ outcome, limit, recorded, count }) =>
      h(
        "tr",
        {},
        h("td", {}, renderName(`activity.outcome.${outcome}`, outcome), ...renderLimit(limit, recorded)),
        h("td", { class: "number" }, formatNumber(count)),
      ),
    ),
  );
};

/** Renders the limit that was reached; a limit that is only recorded has let the message pass. */
const renderLimit = (limit?: string, recorded = false): Child[] =>
  limit ? [" ", ...renderInlineCode(t(recorded ? "activity.recorded" : "activity.limit", { limit }))] : [];

const groupRows = (
  rows: readonly ActivityRow[],
  getKey: (row: ActivityRow) => string,
): Map<string, ActivityRow[]> => {
  const groups = new Map<string, ActivityRow[]>();
  for (const row of rows) groups.set(getKey(row), [...(groups.get(getKey(row)) ?? []), row]);
  return groups;
};

/** Renders the translation of an event or outcome; its code, if there is none. */
const renderName = (key: string, code: string): Child => (isMessageKey(key) ? t(key) : h("code", {}, code));
