/**
 * Toasts: short messages at the top of the page. Their live region exists from the start, because screen readers
 * announce only what is added to an existing one.
 */
import { t } from "../i18n/index.ts";
import { h, renderIcon } from "./dom.ts";

export type ToastLevel = "success" | "error";

const TOAST_MS = 7000;

const region = h("div", { class: "toasts", role: "status", "aria-live": "polite" });

export const getToastRegion = (): HTMLElement => region;

/** Shows a toast; it replaces the one before. */
export const showToast = (message: string, level: ToastLevel = "success"): void => {
  const close = () => toast.remove();
  const toast = h(
    "div",
    { class: `toast ${level}` },
    renderIcon(level === "success" ? "check" : "warning"),
    h("p", {}, message),
    h(
      "button",
      { type: "button", class: "quiet icon-only", "aria-label": t("dismiss"), onclick: close },
      renderIcon("close"),
    ),
  );
  region.replaceChildren(toast);
  setTimeout(close, TOAST_MS);
};
