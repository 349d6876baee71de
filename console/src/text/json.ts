/** Positions in a JSON text, and its parser, which is loaded when it is first needed. */
type JsonParser = typeof import("./json-problems.ts");

let parser: Promise<JsonParser> | null = null;

/** Loads the parser; after a failure the next call tries again. */
export const loadJsonParser = (): Promise<JsonParser> => {
  parser ??= import("./json-problems.ts").catch((error: unknown) => {
    parser = null;
    throw error;
  });
  return parser;
};

export interface Position {
  /** Both begin with 1. */
  line: number;
  column: number;
}

/** Returns line and column of an offset. Columns count characters, not UTF-16 code units. */
export const getPosition = (text: string, offset: number): Position => {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
};

export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
