/**
 * Short news at the bottom of the page, in a live region that stands there from the start, so that screen readers read
 * what appears in it.
 */
import { t } from "../i18n/index.ts";
import { h, icon } from "./dom.ts";

const LIFETIME_MS = 7000;

const region = h("div", { class: "toasts", role: "status", "aria-live": "polite" });

export const toastRegion = (): HTMLElement => region;

export const toast = (message: string, mood: "good" | "bad" = "good"): void => {
  const close = () => box.remove();
  const box = h(
    "div",
    { class: `toast ${mood}` },
    icon(mood === "good" ? "check" : "warning"),
    h("p", {}, message),
    h(
      "button",
      { type: "button", class: "quiet bare", "aria-label": t("dismiss"), onclick: close },
      icon("close"),
    ),
  );
  region.replaceChildren(box);
  setTimeout(close, LIFETIME_MS);
};
