/** The page of paste-ready calls. */
import type { Page } from "../app.ts";
import { t } from "../i18n/index.ts";
import { CALL_LANGUAGES, type CallLanguage, callsFor } from "../text/calls.ts";
import { fill, h, rich } from "../ui/dom.ts";
import { codeBlock } from "../ui/guide.ts";
import { tabList, tabPanel } from "../ui/tabs.ts";

const PREFIX = "calls";

export const calls = (): Page => {
  let chosen: CallLanguage = "curl";
  return {
    title: () => t("calls.title"),
    render: () => {
      const holder = h("div", { class: "calls" });
      const draw = () => {
        const { send, verify } = callsFor(chosen, location.origin);
        fill(
          holder,
          tabList({
            label: t("calls.language"),
            prefix: PREFIX,
            selected: chosen,
            tabs: CALL_LANGUAGES.map((language) => ({ id: language, content: [language] })),
            onselect: (id) => {
              chosen = CALL_LANGUAGES.find((language) => language === id) ?? "curl";
              draw();
            },
          }),
          tabPanel(
            PREFIX,
            chosen,
            h("h2", {}, t("calls.send")),
            codeBlock(send, `${t("calls.send")} (${chosen})`),
            h("p", { class: "hint" }, ...rich(t("calls.send.note"))),
            h("h2", {}, t("calls.verify")),
            codeBlock(verify, `${t("calls.verify")} (${chosen})`),
            h("p", { class: "hint" }, t("calls.verify.note")),
          ),
        );
      };
      draw();
      return h(
        "div",
        { class: "page narrow" },
        h("h1", {}, t("calls.title")),
        h("p", { class: "lead" }, ...rich(t("calls.lead"))),
        holder,
      );
    },
  };
};
