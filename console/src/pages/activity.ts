/**
 * What was sent and verified lately, in figures and as a table. It comes after the page is shown and never keeps it
 * waiting: where nothing is counted, or nothing can be learnt, there is nothing to see.
 */
import type { Api } from "../api/client.ts";
import type { ActivityRow, Activity as Answer } from "../api/shapes.ts";
import { isKey, number, t } from "../i18n/index.ts";
import { busy, idle, isBusy } from "../ui/busy.ts";
import { type Child, fill, h, rich } from "../ui/dom.ts";
import { codeBlock } from "../ui/guide.ts";
import { toast } from "../ui/toast.ts";

/** Asked once for a page; every drawing of the page shows the same answer. */
export class Activity {
  readonly #api: Api;
  #answer: Promise<Answer | null> | null = null;
  /** The place in the latest drawing. */
  #place = h("section");

  constructor(api: Api) {
    this.#api = api;
  }

  view(): HTMLElement {
    const place = h("section", { class: "card activity", hidden: true });
    this.#place = place;
    this.#answer ??= this.#ask();
    this.#answer.then((answer) => this.#draw(place, answer));
    return place;
  }

  /** Null for every failure, an older Worker without this route among them. */
  #ask = (): Promise<Answer | null> => this.#api.activity().catch(() => null);

  #draw(place: HTMLElement, answer: Answer | null): void {
    fill(place, ...(answer?.recorded ? this.#content(answer) : []));
    place.hidden = !answer?.recorded;
  }

  #content(answer: Answer): Child[] {
    const { hours, readable, rows } = answer;
    const title = h("h2", { tabindex: -1 }, t("activity.title", { hours }));
    if (!readable) return [title, ...withoutToken()];
    if (!rows) return [title, ...this.#failure()];
    if (rows.length === 0) return [title, h("p", { class: "hint" }, t("activity.empty", { hours }))];
    return [title, h("p", { class: "hint" }, t("activity.lead")), ...figures(rows), table(rows)];
  }

  #failure(): Child[] {
    const button = h("button", { type: "button", class: "secondary small" }, t("retry"));
    button.addEventListener("click", () => this.#retry(button));
    return [h("p", { class: "hint" }, t("activity.failed")), button];
  }

  async #retry(button: HTMLButtonElement): Promise<void> {
    if (isBusy(button)) return;
    busy(button, t("loading"));
    const answer = await this.#ask();
    // A page that was left meanwhile has nothing to tell; one that was drawn anew is told in its new place.
    const place = this.#place;
    if (!place.isConnected) return;
    if (!answer || (answer.recorded && answer.readable && !answer.rows)) {
      idle(button, t("retry"));
      toast(t("activity.failed"), "bad");
      return;
    }
    this.#answer = Promise.resolve(answer);
    // The button goes away, and the focus with it, unless it is put on the title.
    const hasFocus = place.contains(document.activeElement);
    this.#draw(place, answer);
    if (hasFocus) place.querySelector("h2")?.focus();
  }
}

/** A block for each command: the first asks for its value, and would take a second line for it. */
const withoutToken = (): Child[] => [
  h("p", { class: "hint" }, ...rich(t("activity.token"))),
  ...["ACTIVITY_ACCOUNT", "ACTIVITY_TOKEN"].map((name) => codeBlock(`npx wrangler secret put ${name}`, name)),
];

const FIGURES = {
  send: ["sent", "unknown", "refused", "held", "unsent"],
  verify: ["verified", "wrong", "unverified"],
} as const;

type Figure = (typeof FIGURES)["send" | "verify"][number];

/** The outcomes that one figure stands for; all others count as `unsent` and `unverified`. */
const FIGURE_OF = new Map<string, Figure>([
  ["send sent", "sent"],
  ["send unknown", "unknown"],
  ["send connector.general", "refused"],
  ["send connector.invalid_response", "refused"],
  ["send connector.rate_limit_exceeded", "refused"],
  ["send request.message_rate_limited", "held"],
  ["send verification_code.locked", "held"],
  ["send phone.not_allowed", "held"],
  ["verify verified", "verified"],
  ["verify verification_code.code_mismatch", "wrong"],
]);

const figureOf = ({ event, outcome }: ActivityRow): Figure =>
  FIGURE_OF.get(`${event} ${outcome}`) ?? (event === "send" ? "unsent" : "unverified");

const sum = (rows: readonly ActivityRow[]): number => rows.reduce((total, { count }) => total + count, 0);

/** One list for sends and one for verifies: their figures begin on the same edges. */
const figures = (rows: readonly ActivityRow[]): HTMLElement[] =>
  Object.entries(FIGURES).map(([event, names]) =>
    h(
      "dl",
      { class: "figures" },
      ...names.map((name) => {
        const count = sum(rows.filter((row) => row.event === event && figureOf(row) === name));
        return h("div", {}, h("dt", {}, t(`activity.${name}`)), h("dd", {}, number(count)));
      }),
    ),
  );

const table = (rows: readonly ActivityRow[]): HTMLElement =>
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
      ...[...grouped(rows, ({ event }) => event)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([event, group]) => tableGroup(event, group)),
    ),
  );

const tableGroup = (event: string, rows: readonly ActivityRow[]): HTMLElement => {
  const counts = [...grouped(rows, ({ outcome }) => outcome)]
    .map(([outcome, group]) => ({ outcome, count: sum(group) }))
    .sort((a, b) => b.count - a.count);
  return h(
    "tbody",
    {},
    h("tr", {}, h("th", { scope: "rowgroup", colspan: 2 }, words(`activity.event.${event}`, event))),
    ...counts.map(({ outcome, count }) =>
      h(
        "tr",
        {},
        h("td", {}, words(`activity.outcome.${outcome}`, outcome)),
        h("td", { class: "number" }, number(count)),
      ),
    ),
  );
};

const grouped = (
  rows: readonly ActivityRow[],
  by: (row: ActivityRow) => string,
): Map<string, ActivityRow[]> => {
  const groups = new Map<string, ActivityRow[]>();
  for (const row of rows) groups.set(by(row), [...(groups.get(by(row)) ?? []), row]);
  return groups;
};

/** Ours for a code that the console knows, else the code itself. */
const words = (key: string, code: string): Child => (isKey(key) ? t(key) : h("code", {}, code));
