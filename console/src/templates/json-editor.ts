/** The templates as a JSON array, as in the config: for pasting an array, or for checking what will be saved. */
import { clearIssue, renderField } from "../form/field.ts";
import { t } from "../i18n/index.ts";
import { h } from "../ui/dom.ts";
import type { EditorState } from "./editor-state.ts";

export const renderJsonEditor = ({ value, item, draft, onchange }: EditorState): HTMLElement => {
  const control = h("textarea", {
    rows: 18,
    class: "mono",
    spellcheck: "false",
    wrap: "off",
    oninput: () => {
      value.json = control.value;
      clearIssue(draft, control, item.key);
      onchange();
    },
  });
  control.value = value.json ?? "";
  return renderField({
    label: t("templates.json"),
    control,
    path: item.key,
    hint: t("templates.json.hint"),
    issue: draft.findIssue(item.key),
  });
};
