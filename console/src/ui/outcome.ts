/** The outcome of a request to the provider: what happened, what to do, and the facts for support. */
import { t } from "../i18n/index.ts";
import { renderCopyButton } from "./copy-button.ts";
import { h, renderIcon, replaceChildren } from "./dom.ts";

export interface Outcome {
  level: "success" | "warning" | "error";
  title: string;
  /** Why. */
  cause?: string | null;
  /** What to do. */
  action?: string | null;
  /** Label and value; without a value the fact is left out. */
  facts?: (readonly [label: string, value: string | null | undefined])[];
  requestId?: string | null;
  /** Seconds until the next request is accepted. */
  retryAfter?: number;
}

/** Shows an outcome in a live region. */
export const showOutcome = (region: HTMLElement, outcome: Outcome): void =>
  replaceChildren(region, renderOutcome(outcome));

const renderOutcome = ({ level, title, cause, action, facts = [], requestId }: Outcome): HTMLElement => {
  const known = facts.filter(([, value]) => value);
  return h(
    "div",
    { class: `outcome ${level}` },
    renderIcon(level === "success" ? "check" : "warning"),
    h(
      "div",
      { class: "outcome-text" },
      h("strong", {}, title),
      cause && h("p", {}, cause),
      action && h("p", { class: "action" }, h("b", {}, t("outcome.action")), " ", action),
      (known.length > 0 || requestId) &&
        h(
          "dl",
          {},
          ...known.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))),
          requestId &&
            h(
              "div",
              {},
              h("dt", {}, t("outcome.request")),
              h(
                "dd",
                { class: "copyable" },
                h("code", {}, requestId),
                renderCopyButton(() => requestId, t("outcome.request")),
              ),
            ),
        ),
    ),
  );
};
