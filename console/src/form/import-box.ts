/** A box to paste a whole config into, behind a button. It fills the form and saves nothing. */
import { localized, plural, t } from "../i18n/index.ts";
import { h, set, uniqueId } from "../ui/dom.ts";
import { toast } from "../ui/toast.ts";
import type { Draft } from "./draft.ts";
import { field, showIssue } from "./field.ts";
import { readPasted } from "./import.ts";

interface ImportBox {
  button: HTMLButtonElement;
  panel: HTMLElement;
}

export const importBox = (draft: Draft, onfilled: () => void): ImportBox => {
  const id = uniqueId("import");
  const control = h("textarea", {
    rows: 7,
    class: "mono",
    spellcheck: "false",
    placeholder: '{ "accountSID": "…", "templates": [ … ] }',
    oninput: () => showIssue(control, undefined),
  });
  const take = () => {
    const name = localized(draft.factory.name);
    const pasted = readPasted(control.value, draft.factory);
    if ("problem" in pasted) {
      const words = {
        json: t("import.json"),
        shape: t("import.shape", { name }),
        other: t("import.wrongId", { name, id: pasted.other ?? "" }),
      };
      showIssue(control, words[pasted.problem]);
      control.focus();
      return;
    }
    const filled = draft.import(pasted.config);
    onfilled();
    toast(plural("import.done", filled));
  };
  const panel = h(
    "div",
    { class: "import", id, hidden: true },
    h("p", { class: "hint" }, t("import.lead")),
    field({ label: t("import.label"), control }),
    h("button", { type: "button", class: "secondary small", onclick: take }, t("import.action")),
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
        set(button, "aria-expanded", String(!panel.hidden));
        if (!panel.hidden) control.focus();
      },
    },
    t("import.title"),
  );
  return { button, panel };
};
