/** The state that the parts of the template editor share. */
import type { FieldValue } from "../form/draft.ts";
import type { FieldContext } from "../form/plain-fields.ts";

export interface EditorState extends FieldContext {
  value: FieldValue & { kind: "templates" };
  codeLength: number;
  /** The selected usage type. */
  usage: string;
  /** The list index of the selected template; null if the usage type has none. */
  index: number | null;
  /** Selects a usage type and one of its templates, by default the first, and renders the editor again. */
  select: (usage: string, index?: number | null) => void;
  /** Renders again what shows issues or depends on several templates, but no control. Each rendering fills it anew. */
  refreshers: (() => void)[];
}
