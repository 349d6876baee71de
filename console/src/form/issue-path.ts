/** Describes the path of an issue in words of the form. */
import { formatLocale, getFieldText, getUsageTypeName } from "../i18n/index.ts";
import type { Draft } from "./draft.ts";

/** Returns the label of the field, with usage type and language for a template; the path itself if it has no field. */
export const describePath = (draft: Draft, path: string): string => {
  const [key = "", index = ""] = path.split(".");
  const item = draft.factory.formItems.find((candidate) => candidate.key === key);
  if (!item) return path;
  const { label } = getFieldText(draft.factory.id, item);
  const value = draft.values.get(key);
  if (value?.kind !== "templates" || index === "") return label;
  const template = value.json === null ? value.list[Number(index)] : undefined;
  if (!template) return path;
  const usage = getUsageTypeName(template.usage);
  return template.locale ? `${usage}, ${formatLocale(template.locale)}` : usage;
};
