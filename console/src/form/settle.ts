/** An issue is gone as soon as its field is edited; whether it is mended, the next check tells. */
import type { Draft } from "./draft.ts";
import { type Control, showIssue } from "./field.ts";

export const settle = (draft: Draft, control: Control, path: string): void => {
  draft.issues = draft.issues.filter((issue) => issue.path !== path);
  showIssue(control, undefined);
};
