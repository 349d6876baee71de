/** A button that copies a text and says so. */
import { t } from "../i18n/index.ts";
import { fill, h, icon, set } from "./dom.ts";
import { toast } from "./toast.ts";

export const copyButton = (text: () => string, what: string): HTMLButtonElement => {
  const show = (name: "copy" | "check") => fill(button, icon(name), h("span", {}, t("copy")));
  const button = h("button", {
    type: "button",
    class: "quiet small copy",
    onclick: async () => {
      const copied = await navigator.clipboard.writeText(text()).then(
        () => true,
        () => false,
      );
      toast(copied ? t("copied") : t("copy.failed"), copied ? "good" : "bad");
      if (!copied) return;
      show("check");
      setTimeout(() => show("copy"), 2000);
    },
  });
  set(button, "aria-label", `${t("copy")}: ${what}`);
  show("copy");
  return button;
};
