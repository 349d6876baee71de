/** The fields of one template, by its shape: a text with its preview, template codes, or a name and a language. */
import { renderField, renderIssue } from "../form/field.ts";
import { getUsageTypeName, t } from "../i18n/index.ts";
import { containsCodePlaceholder } from "../text/sms.ts";
import { h, renderIcon, replaceChildren } from "../ui/dom.ts";
import type { EditorState } from "./editor-state.ts";
import { createPreview } from "./preview.ts";
import { findSharingUsages, type Template } from "./template.ts";

/** Keys of a template that have no field here, but may have issues. */
const KEYS_WITHOUT_FIELD = ["type", "locale", "usageType"];

export const renderTemplateFields = (state: EditorState, index: number): HTMLElement => {
  const template = state.value.list[index];
  if (!template) return h("div");
  const path = `${state.item.key}.${index}`;
  const render = { text: renderTextFields, registered: renderCodeFields, named: renderNameFields };
  const issues = h("div");
  const sharing = h("div", { role: "status", class: "sharing" });
  const refresh = () => {
    const shown = state.draft.issues.filter((issue) =>
      KEYS_WITHOUT_FIELD.some((key) => issue.path === `${path}.${key}`),
    );
    replaceChildren(issues, ...shown.map((issue) => renderIssue(issue.path, issue.message)));
    replaceChildren(sharing, renderSharingHint(state, template));
  };
  refresh();
  state.refreshers.push(refresh);
  return h(
    "div",
    { class: "template-body" },
    issues,
    render[state.item.templates?.shape ?? "text"](state, template, path, sharing),
  );
};

/** Says which other usage types send the same: providers throttle a text that serves several. */
const renderSharingHint = ({ value, item }: EditorState, template: Template): HTMLElement | null => {
  const usages = findSharingUsages(item.templates?.shape ?? "text", value.list, template);
  if (usages.length === 0) return null;
  const names = usages.map(getUsageTypeName).join(", ");
  return h(
    "p",
    { class: "notice warning" },
    renderIcon("warning"),
    h("span", {}, t("templates.shared", { names })),
  );
};

const refreshAll = ({ refreshers }: EditorState): void => {
  for (const refresh of refreshers) refresh();
};

const renderTextFields = (
  state: EditorState,
  template: Template,
  path: string,
  sharing: HTMLElement,
): HTMLElement => {
  const preview = createPreview(state.codeLength);
  const control = h("textarea", {
    id: "template-first",
    rows: 5,
    spellcheck: "true",
    lang: template.locale || null,
    oninput: () => {
      template.content = control.value;
      update();
      refreshAll(state);
      state.onchange();
    },
  });
  control.value = template.content;
  const warning = h("div", { role: "status" });
  let lacksCode: boolean | null = null;
  const update = () => {
    preview.update(template.content, template.locale);
    const previous = lacksCode;
    lacksCode = !containsCodePlaceholder(template.content);
    if (lacksCode === previous) return;
    replaceChildren(warning, ...(lacksCode ? renderCodeWarning(control) : []));
  };
  update();
  const issue = state.draft.findIssue(`${path}.content`);
  return h(
    "div",
    { class: "text-template" },
    h(
      "div",
      { class: "text-input" },
      renderField({ label: t("templates.content"), control, path: `${path}.content`, issue }),
      warning,
      sharing,
    ),
    preview.element,
  );
};

const renderCodeWarning = (control: HTMLTextAreaElement): HTMLElement[] => {
  const insert = () => {
    control.setRangeText("{{code}}", control.selectionStart, control.selectionEnd, "end");
    control.focus();
    control.dispatchEvent(new Event("input"));
  };
  return [
    h("p", { class: "notice warning" }, renderIcon("warning"), t("templates.noCode")),
    h("button", { type: "button", class: "secondary small", onclick: insert }, t("templates.insert")),
  ];
};

interface LineOptions {
  key: "code" | "overseas" | "name" | "language";
  label: string;
  path: string;
  hint?: string;
  isFirst?: boolean;
  isOptional?: boolean;
}

const renderLineField = (
  state: EditorState,
  template: Template,
  { key, label, path, hint, isFirst, isOptional }: LineOptions,
): HTMLElement => {
  const control = h("input", {
    type: "text",
    class: "mono",
    id: isFirst ? "template-first" : null,
    value: template[key],
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    oninput: () => {
      template[key] = control.value;
      refreshAll(state);
      state.onchange();
    },
  });
  return renderField({
    label,
    control,
    path,
    requirement: isOptional ? "optional" : "required",
    ...(hint ? { hint } : {}),
    issue: state.draft.findIssue(path),
  });
};

const renderCodeFields = (
  state: EditorState,
  template: Template,
  path: string,
  sharing: HTMLElement,
): HTMLElement => {
  const lines = h("div", { class: "template-lines" });
  const codePath = `${path}.templateCode`;
  const render = () =>
    replaceChildren(
      lines,
      renderLineField(state, template, {
        key: "code",
        isFirst: true,
        label: t(template.isSplit ? "templates.code.china" : "templates.code"),
        path: template.isSplit ? `${codePath}.china` : codePath,
        hint: t("templates.code.hint"),
      }),
      template.isSplit &&
        renderLineField(state, template, {
          key: "overseas",
          label: t("templates.code.overseas"),
          path: `${codePath}.overseas`,
        }),
    );
  const control = h("input", {
    type: "checkbox",
    role: "switch",
    class: "switch",
    checked: template.isSplit,
    onchange: () => {
      template.isSplit = control.checked;
      render();
      refreshAll(state);
      state.onchange();
    },
  });
  render();
  const switchField = renderField({ label: t("templates.split"), control });
  switchField.classList.add("inline");
  return h("div", { class: "code-template" }, lines, switchField, sharing);
};

const renderNameFields = (
  state: EditorState,
  template: Template,
  path: string,
  sharing: HTMLElement,
): HTMLElement =>
  h(
    "div",
    { class: "template-lines two" },
    renderLineField(state, template, {
      key: "name",
      isFirst: true,
      label: t("templates.name"),
      path: `${path}.templateName`,
    }),
    renderLineField(state, template, {
      key: "language",
      isOptional: true,
      label: t("templates.language"),
      path: `${path}.language`,
      hint: t("templates.language.hint"),
    }),
    sharing,
  );
