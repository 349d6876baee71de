/**
 * A JSON text with line numbers, the position of the cursor, and a list of what is wrong, each with line, column and
 * message. Syntax errors are found in the browser while typing; everything else by the Worker.
 */
import type { Issue } from "../api/types.ts";
import { t, translateServerMessage } from "../i18n/index.ts";
import { getPosition, loadJsonParser } from "../text/json.ts";
import { createId, h, renderIcon, renderInlineCode, replaceChildren, setAttribute } from "../ui/dom.ts";
import { describeProblem } from "./check.ts";

interface JsonEditorOptions {
  label: string;
  hint: string;
  /** The path of the whole text; those of its values begin with it. */
  path: string;
  rows: number;
  text: string;
  oninput: (text: string) => void;
  getIssues: () => Issue[];
}

export interface JsonEditor {
  element: HTMLElement;
  /** Shows the issues of `getIssues`. */
  refresh: () => void;
  /** Selects the value that an issue is about. */
  focusPath: (path: string) => void;
}

interface Problem {
  offset: number;
  length: number;
  message: string;
}

const DELAY_MS = 300;

export const createJsonEditor = (options: JsonEditorOptions): JsonEditor => {
  const id = createId("json");
  const gutter = h("div", { class: "gutter", "aria-hidden": "true" });
  const problemList = h("ul", { class: "json-problems", id: `${id}-problems`, role: "list" });
  const cursor = h("p", { class: "json-cursor" });
  const control: HTMLTextAreaElement = h("textarea", {
    id,
    rows: options.rows,
    class: "mono",
    spellcheck: "false",
    autocapitalize: "off",
    wrap: "off",
    "data-path": options.path,
    "aria-describedby": `${id}-hint ${id}-problems`,
    oninput: () => {
      options.oninput(control.value);
      renderGutter([]);
      showCursor();
      clearTimeout(timer);
      timer = setTimeout(refresh, DELAY_MS);
    },
    onscroll: () => {
      gutter.scrollTop = control.scrollTop;
    },
    onkeyup: () => showCursor(),
    onclick: () => showCursor(),
    onselect: () => showCursor(),
  });
  control.value = options.text;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refreshId = 0;

  const showCursor = (): void =>
    replaceChildren(cursor, t("json.position", { ...getPosition(control.value, control.selectionStart) }));

  const renderGutter = (invalidLines: number[]) => {
    const count = control.value.split("\n").length;
    const lines = Array.from({ length: count }, (_, index) =>
      h("span", { class: invalidLines.includes(index + 1) && "invalid" }, index + 1),
    );
    replaceChildren(gutter, ...lines);
    gutter.scrollTop = control.scrollTop;
  };

  const select = ({ offset, length }: { offset: number; length: number }) => {
    control.focus();
    control.setSelectionRange(offset, offset + Math.max(length, 1));
    const { line } = getPosition(control.value, offset);
    const lineHeight = Number.parseFloat(getComputedStyle(control).lineHeight) || 20;
    control.scrollTop = Math.max(0, (line - 4) * lineHeight);
    showCursor();
  };

  const refresh = async () => {
    refreshId += 1;
    const current = refreshId;
    const problems = await findProblems(control.value, options).catch(() => []);
    if (current !== refreshId) return;
    setAttribute(control, "aria-invalid", problems.length > 0 ? "true" : null);
    renderGutter(problems.map(({ offset }) => getPosition(control.value, offset).line));
    replaceChildren(
      problemList,
      ...problems.map((problem) =>
        h(
          "li",
          {},
          renderIcon("warning"),
          h("button", { type: "button", class: "link", onclick: () => select(problem) }, problem.message),
        ),
      ),
    );
  };

  const focusPath = async (path: string) => {
    control.focus();
    const { findSyntaxErrors, locatePath } = await loadJsonParser();
    const [syntaxError] = findSyntaxErrors(control.value);
    const target = syntaxError ?? locatePath(control.value, getInnerPath(options.path, path));
    if (target) select({ offset: target.offset, length: syntaxError ? target.length : 1 });
  };

  showCursor();
  renderGutter([]);
  refresh();
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, options.label),
    h("div", { class: "json-editor" }, gutter, control),
    h(
      "div",
      { class: "json-foot" },
      h("p", { class: "hint", id: `${id}-hint` }, ...renderInlineCode(options.hint)),
      cursor,
    ),
    h("div", { role: "status" }, problemList),
  );
  return { element, refresh, focusPath };
};

/** Returns a path relative to that of the whole text. */
const getInnerPath = (base: string, path: string): string =>
  path.startsWith(`${base}.`) ? path.slice(base.length + 1) : "";

/** Lists the syntax errors; without any, the issues with the position of the value that they are about. */
const findProblems = async (text: string, { path, getIssues }: JsonEditorOptions): Promise<Problem[]> => {
  const { findSyntaxErrors, locatePath } = await loadJsonParser();
  const syntaxErrors = text.trim() === "" ? [] : findSyntaxErrors(text);
  if (syntaxErrors.length > 0) {
    return syntaxErrors.map((error) => ({ ...error, message: describeProblem(text, error) }));
  }
  return getIssues().map((issue) => {
    const inner = getInnerPath(path, issue.path);
    const { offset, length } = locatePath(text, inner) ?? { offset: 0, length: 0 };
    const message = translateServerMessage(issue.message);
    const position = getPosition(text, offset);
    return {
      offset,
      length,
      message: t("json.problem", { ...position, message: `${inner} ${message}`.trim() }),
    };
  });
};
