/**
 * Elements without a framework. Text becomes text nodes, attributes are set by name, handlers are listeners; there is no
 * way here to write markup from a string, whatever the API answers.
 */

export type Child = Node | string | number | null | undefined | false;
export type Handler = (event: Event) => void;
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | Handler>>;

/** Only places of our own and https; never `javascript:` or another host without TLS. */
const isSafeAddress = (address: string): boolean => /^(#|\/(?!\/)|https:\/\/)/.test(address);

const ADDRESSES = new Set(["href", "src"]);
const FORBIDDEN = new Set(["style", "srcdoc", "srcset"]);

export const h = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else set(element, name, value);
  }
  append(element, children);
  return element;
};

/** Sets, or with false, null and undefined takes away, one attribute. */
export const set = (
  element: Element,
  name: string,
  value: string | number | boolean | null | undefined,
): void => {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (FORBIDDEN.has(name) || (ADDRESSES.has(name) && !isSafeAddress(String(value)))) return;
  else element.setAttribute(name, value === true ? "" : String(value));
};

export const append = (element: Element, children: readonly Child[]): void => {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
};

/** Replaces what an element holds. */
export const fill = (element: Element, ...children: Child[]): void => {
  element.replaceChildren();
  append(element, children);
};

/** Words with `backticks`: what stands between them becomes code. */
export const rich = (words: string): Child[] =>
  words.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));

let last = 0;

/** An id that no other element has. */
export const uniqueId = (prefix: string): string => {
  last += 1;
  return `${prefix}-${last}`;
};

const SVG = "http://www.w3.org/2000/svg";

const STROKES = {
  copy: "M9 9h10v10H9zM5 15V5h10",
  check: "M5 12.5l4.5 4.5L19 7.5",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.5",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  arrow: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  book: "M12 6c-2-1.5-5-2-8-2v14c3 0 6 .5 8 2 2-1.5 5-2 8-2V4c-3 0-6 .5-8 2zM12 6v14",
  external: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
} as const;

/** A small line drawing beside words; screen readers skip it. */
export const icon = (name: keyof typeof STROKES): SVGSVGElement => {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of [
    ["viewBox", "0 0 24 24"],
    ["class", "icon"],
    ["aria-hidden", "true"],
  ] as const) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
};
