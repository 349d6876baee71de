/**
 * Where a JSON text is wrong. Loaded on demand, because only the JSON views need the parser.
 */
import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

export interface JsonProblem {
  /** The name of the parser's error code, for instance `CommaExpected`. */
  code: string;
  offset: number;
  length: number;
}

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/** Lists the syntax errors in the order of the text, one for each position. */
export const findSyntaxErrors = (text: string): JsonProblem[] => {
  const errors: ParseError[] = [];
  parseTree(text, errors, STRICT);
  const problems = errors.map(({ error, offset, length }) => ({
    code: printParseErrorCode(error),
    offset: Math.min(offset, text.length),
    length,
  }));
  return problems.filter(
    ({ offset }, index) => problems.findIndex((other) => other.offset === offset) === index,
  );
};

/** Finds the value at a path such as `0.content`, or the innermost one around it that exists. */
export const locatePath = (text: string, path: string): { offset: number; length: number } | null => {
  const root = parseTree(text, [], STRICT);
  if (!root) return null;
  const segments =
    path === "" ? [] : path.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  for (let depth = segments.length; depth >= 0; depth -= 1) {
    const node = depth === 0 ? root : findNodeAtLocation(root, segments.slice(0, depth));
    if (node) return { offset: node.offset, length: node.length };
  }
  return null;
};
