/** A collapsible panel for pasting a configuration. It fills the form and saves nothing. */
import { localize, plural, t } from "../i18n/index.ts";
import { createId, h, setAttribute } from "../ui/dom.ts";
import { showToast } from "../ui/toast.ts";
import { describeSyntax } from "./check.ts";
import type { Draft } from "./draft.ts";
import { renderField, showIssue } from "./field.ts";
import { type PasteResult, parsePasted } from "./parse-pasted.ts";

interface ImportPanel {
  button: HTMLButtonElement;
  panel: HTMLElement;
}

export const renderImportPanel = (draft: Draft, onimport: () => void): ImportPanel => {
  const id = createId("import");
  const control = h("textarea", {
    rows: 7,
    class: "mono",
    spellcheck: "false",
    placeholder: '{ "accountSID": "…", "templates": [ … ] }',
    oninput: () => showIssue(control, undefined),
  });
  const importText = async () => {
    const result = parsePasted(control.value, draft.factory);
    if ("problem" in result) {
      showIssue(control, await describeProblem(result, control.value, localize(draft.factory.name)));
      control.focus();
      return;
    }
    const count = draft.mergeConfig(result.config);
    onimport();
    showToast(plural("import.done", count));
  };
  const panel = h(
    "div",
    { class: "import", id, hidden: true },
    h("p", { class: "hint" }, t("import.lead")),
    renderField({ label: t("import.label"), control }),
    h("button", { type: "button", class: "secondary small", onclick: importText }, t("import.action")),
  );
  const button = h(
    "button",
    {
      type: "button",
      class: "quiet small",
      "aria-expanded": "false",
      "aria-controls": id,
      onclick: () => {
        panel.hidden = !panel.hidden;
        setAttribute(button, "aria-expanded", String(!panel.hidden));
        if (!panel.hidden) control.focus();
      },
    },
    t("import.title"),
  );
  return { button, panel };
};

type Problem = Exclude<PasteResult, { config: unknown }>;

const describeProblem = async (result: Problem, text: string, name: string): Promise<string> => {
  switch (result.problem) {
    case "json":
      return (await describeSyntax("", text)).message;
    case "shape":
      return t("import.shape", { name });
    case "otherConnector":
      return t("import.otherConnector", { name, id: result.connectorId });
  }
};
