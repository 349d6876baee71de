/** The page with example calls of the API. */
import { t } from "../i18n/index.ts";
import type { Page } from "../page.ts";
import { EXAMPLE_LANGUAGES, type ExampleLanguage, formatExamples } from "../text/api-examples.ts";
import { renderCodeBlock } from "../ui/code-block.ts";
import { h, renderInlineCode, replaceChildren } from "../ui/dom.ts";
import { renderTabList, renderTabPanel } from "../ui/tabs.ts";

const ID_PREFIX = "calls";

export const createApiExamplesPage = (): Page => {
  let selected: ExampleLanguage = "curl";
  const renderContent = (container: HTMLElement): void => {
    const { send, verify } = formatExamples(selected, location.origin);
    replaceChildren(
      container,
      renderTabList({
        label: t("calls.language"),
        prefix: ID_PREFIX,
        selected,
        tabs: EXAMPLE_LANGUAGES.map((language) => ({ id: language, content: [language] })),
        onselect: (id) => {
          selected = EXAMPLE_LANGUAGES.find((language) => language === id) ?? "curl";
          renderContent(container);
        },
      }),
      renderTabPanel(
        ID_PREFIX,
        selected,
        h("h2", {}, t("calls.send")),
        renderCodeBlock(send, `${t("calls.send")} (${selected})`),
        h("p", { class: "hint" }, ...renderInlineCode(t("calls.send.note"))),
        h("h2", {}, t("calls.verify")),
        renderCodeBlock(verify, `${t("calls.verify")} (${selected})`),
        h("p", { class: "hint" }, t("calls.verify.note")),
      ),
    );
  };
  return {
    title: () => t("calls.title"),
    render: () => {
      const container = h("div", { class: "api-examples" });
      renderContent(container);
      return h(
        "div",
        { class: "page narrow" },
        h("h1", {}, t("calls.title")),
        h("p", { class: "lead" }, ...renderInlineCode(t("calls.lead"))),
        container,
      );
    },
  };
};
