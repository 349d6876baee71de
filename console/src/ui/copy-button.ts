/** A button that copies a text to the clipboard and reports the result as a toast. */
import { t } from "../i18n/index.ts";
import { h, renderIcon, replaceChildren, setAttribute } from "./dom.ts";
import { showToast } from "./toast.ts";

const COPIED_ICON_MS = 2000;

export const renderCopyButton = (getText: () => string, subject: string): HTMLButtonElement => {
  const showIcon = (name: "copy" | "check") =>
    replaceChildren(button, renderIcon(name), h("span", {}, t("copy")));
  const button = h("button", {
    type: "button",
    class: "quiet small copy",
    onclick: async () => {
      const isCopied = await navigator.clipboard.writeText(getText()).then(
        () => true,
        () => false,
      );
      showToast(isCopied ? t("copied") : t("copy.failed"), isCopied ? "success" : "error");
      if (!isCopied) return;
      showIcon("check");
      setTimeout(() => showIcon("copy"), COPIED_ICON_MS);
    },
  });
  setAttribute(button, "aria-label", `${t("copy")}: ${subject}`);
  showIcon("copy");
  return button;
};
