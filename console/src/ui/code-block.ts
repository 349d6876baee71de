/** A block of code with a copy button. */
import { t } from "../i18n/index.ts";
import { renderCopyButton } from "./copy-button.ts";
import { h } from "./dom.ts";

/** Renders a code block. It is focusable, so that it can be scrolled with the keyboard. */
export const renderCodeBlock = (code: string, label = t("code.block")): HTMLElement =>
  h(
    "div",
    { class: "code" },
    h("pre", { tabindex: 0, role: "group", "aria-label": label }, h("code", {}, code)),
    renderCopyButton(() => code, label),
  );
