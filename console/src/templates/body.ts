/** What one template consists of, by its shape: a text with its preview, registered ids, or a name and a language. */
import { field } from "../form/field.ts";
import { settle } from "../form/settle.ts";
import { t } from "../i18n/index.ts";
import { holdsCode } from "../text/sms.ts";
import { fill, h, icon } from "../ui/dom.ts";
import type { Editing } from "./editor.ts";
import { preview } from "./preview.ts";
import type { Template } from "./template.ts";

export const body = (editing: Editing, index: number): HTMLElement => {
  const template = editing.value.list[index];
  if (!template) return h("div");
  const shape = editing.item.templates?.shape ?? "text";
  const parts = { text: textBody, registered: registeredBody, named: namedBody };
  const elsewhere = editing.draft.issues.filter((issue) =>
    ["type", "locale", "usageType"].some((key) => issue.path === `${editing.item.key}.${index}.${key}`),
  );
  return h(
    "div",
    {},
    ...elsewhere.map(({ path, message }) =>
      h("p", { class: "issue", tabindex: -1, "data-path": path }, icon("warning"), h("span", {}, message)),
    ),
    parts[shape](editing, template, `${editing.item.key}.${index}`),
  );
};

const textBody = (editing: Editing, template: Template, path: string): HTMLElement => {
  const shown = preview(editing.codeLength);
  const warning = h("div", { role: "status" });
  const control = h("textarea", {
    id: "template-first",
    rows: 5,
    spellcheck: "true",
    lang: template.locale || null,
    oninput: () => {
      template.content = control.value;
      settle(editing.draft, control, `${path}.content`);
      draw();
      editing.onchange();
    },
  });
  control.value = template.content;
  const insert = () => {
    control.setRangeText("{{code}}", control.selectionStart, control.selectionEnd, "end");
    control.focus();
    control.dispatchEvent(new Event("input"));
  };
  let lacked: boolean | null = null;
  const draw = () => {
    shown.show(template.content, template.locale);
    const lacks = !holdsCode(template.content);
    if (lacks === lacked) return;
    if (lacked !== null) editing.refresh();
    lacked = lacks;
    fill(
      warning,
      lacks && h("p", { class: "notice warn" }, icon("warning"), t("templates.noCode")),
      lacks &&
        h("button", { type: "button", class: "secondary small", onclick: insert }, t("templates.insert")),
    );
  };
  draw();
  const issue = editing.draft.issue(`${path}.content`);
  return h(
    "div",
    { class: "text-body" },
    h(
      "div",
      { class: "writing" },
      field({ label: t("templates.content"), control, path: `${path}.content`, issue }),
      warning,
    ),
    shown.element,
  );
};

interface Line {
  key: "code" | "overseas" | "name" | "language";
  label: string;
  path: string;
  hint?: string;
  first?: boolean;
  optional?: boolean;
}

const line = (
  editing: Editing,
  template: Template,
  { key, label, path, hint, first, optional }: Line,
): HTMLElement => {
  const control = h("input", {
    type: "text",
    class: "mono",
    id: first ? "template-first" : null,
    value: template[key],
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    oninput: () => {
      template[key] = control.value;
      settle(editing.draft, control, path);
      editing.onchange();
    },
  });
  const mark = optional ? "optional" : "required";
  return field({ label, control, path, mark, ...(hint ? { hint } : {}), issue: editing.draft.issue(path) });
};

const registeredBody = (editing: Editing, template: Template, path: string): HTMLElement => {
  const lines = h("div", { class: "lines" });
  const code = `${path}.templateCode`;
  const draw = () =>
    fill(
      lines,
      line(editing, template, {
        key: "code",
        first: true,
        label: t(template.isSplit ? "templates.code.china" : "templates.code"),
        path: template.isSplit ? `${code}.china` : code,
        hint: t("templates.code.hint"),
      }),
      template.isSplit &&
        line(editing, template, {
          key: "overseas",
          label: t("templates.code.overseas"),
          path: `${code}.overseas`,
        }),
    );
  const split = h("input", {
    type: "checkbox",
    role: "switch",
    class: "switch",
    checked: template.isSplit,
    onchange: () => {
      template.isSplit = split.checked;
      draw();
      editing.onchange();
    },
  });
  draw();
  const toggle = field({ label: t("templates.split"), control: split });
  toggle.classList.add("inline");
  return h("div", { class: "code-body" }, lines, toggle);
};

const namedBody = (editing: Editing, template: Template, path: string): HTMLElement =>
  h(
    "div",
    { class: "lines two" },
    line(editing, template, {
      key: "name",
      first: true,
      label: t("templates.name"),
      path: `${path}.templateName`,
    }),
    line(editing, template, {
      key: "language",
      optional: true,
      label: t("templates.language"),
      path: `${path}.language`,
      hint: t("templates.language.hint"),
    }),
  );
