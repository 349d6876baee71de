/**
 * Checks a draft. The Worker decides, so that every rule is written once and all issues come at once; the console adds
 * only where a JSON text does not parse, which the Worker never receives.
 */
import type { ApiClient } from "../api/client.ts";
import type { Issue } from "../api/types.ts";
import { t } from "../i18n/index.ts";
import { getPosition, loadJsonParser } from "../text/json.ts";
import type { Draft } from "./draft.ts";

/** Returns every issue of a draft, in the order of the form. Throws if the Worker cannot be asked. */
export const checkDraft = async (api: ApiClient, draft: Draft): Promise<Issue[]> => {
  const [issues, syntaxIssues] = await Promise.all([
    api.checkConfig(draft.factory.id, draft.toConfig()),
    Promise.all(draft.invalidJson.map(({ key, text }) => describeSyntax(key, text))),
  ]);
  return mergeIssues(draft, issues, syntaxIssues);
};

/** Replaces what the Worker says about a field whose text is no JSON, and sorts the issues by field. */
const mergeIssues = (draft: Draft, issues: Issue[], syntaxIssues: Issue[]): Issue[] => {
  const keys = draft.factory.formItems.map((item) => item.key);
  const getKey = ({ path }: Issue) => path.split(".")[0] ?? "";
  const others = issues.filter((issue) => !syntaxIssues.some((syntax) => syntax.path === getKey(issue)));
  return [...others, ...syntaxIssues].sort((a, b) => keys.indexOf(getKey(a)) - keys.indexOf(getKey(b)));
};

/** Describes the first syntax error of a text that is not JSON, with its line and column. */
export const describeSyntax = async (path: string, text: string): Promise<Issue> => {
  const { findSyntaxErrors } = await loadJsonParser();
  const [first] = findSyntaxErrors(text);
  return { path, message: first ? describeProblem(text, first) : t("json.invalid") };
};

/** Formats a problem of a JSON text with its line and column. */
export const describeProblem = (text: string, { code, offset }: { code: string; offset: number }): string =>
  t("json.problem", { ...getPosition(text, offset), message: describeJsonError(code) });

const describeJsonError = (code: string): string => {
  switch (code) {
    case "CommaExpected":
      return t("json.comma");
    case "ColonExpected":
      return t("json.colon");
    case "PropertyNameExpected":
      return t("json.property");
    case "ValueExpected":
      return t("json.value");
    case "CloseBraceExpected":
      return t("json.brace");
    case "CloseBracketExpected":
      return t("json.bracket");
    case "EndOfFileExpected":
      return t("json.end");
    case "UnexpectedEndOfString":
      return t("json.string");
    case "InvalidEscapeCharacter":
    case "InvalidUnicode":
      return t("json.escape");
    case "InvalidCommentToken":
    case "UnexpectedEndOfComment":
      return t("json.comment");
    default:
      return t("json.symbol");
  }
};
