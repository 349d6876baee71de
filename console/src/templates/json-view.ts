/** The templates as the JSON array that stands in the config: to paste one from elsewhere, or to see what is saved. */
import { field } from "../form/field.ts";
import { settle } from "../form/settle.ts";
import { t } from "../i18n/index.ts";
import { h } from "../ui/dom.ts";
import type { Editing } from "./editor.ts";

export const jsonView = ({ value, item, draft, onchange }: Editing): HTMLElement => {
  const control = h("textarea", {
    rows: 18,
    class: "mono",
    spellcheck: "false",
    wrap: "off",
    oninput: () => {
      value.json = control.value;
      settle(draft, control, item.key);
      onchange();
    },
  });
  control.value = value.json ?? "";
  return field({
    label: t("templates.json"),
    control,
    path: item.key,
    hint: t("templates.json.hint"),
    issue: draft.issue(item.key),
  });
};
