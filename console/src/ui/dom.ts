/**
 * Creates DOM elements without a framework. Strings become text nodes, so no response of the API can inject markup.
 */

export type Child = Node | string | number | null | undefined | false;
export type Handler = (event: Event) => void;
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | Handler>>;

/** Allows paths of this origin, fragments and https URLs; rejects `javascript:` and `http:` URLs. */
const isSafeUrl = (url: string): boolean => /^(#|\/(?!\/)|https:\/\/)/.test(url);

const URL_ATTRIBUTES = new Set(["href", "src", "srcset"]);
const FORBIDDEN_ATTRIBUTES = new Set(["style", "srcdoc"]);

/** Creates an element (hyperscript). An attribute whose value is a function is an event handler. */
export const h = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  appendChildren(element, children);
  return element;
};

/** Sets an attribute; false, null and undefined remove it. Unsafe attributes and URLs are ignored. */
export const setAttribute = (
  element: Element,
  name: string,
  value: string | number | boolean | null | undefined,
): void => {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (FORBIDDEN_ATTRIBUTES.has(name) || (URL_ATTRIBUTES.has(name) && !isSafeUrl(String(value)))) return;
  else element.setAttribute(name, value === true ? "" : String(value));
};

const appendChildren = (element: Element, children: readonly Child[]): void => {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
};

export const replaceChildren = (element: Element, ...children: Child[]): void => {
  element.replaceChildren();
  appendChildren(element, children);
};

/** Replaces an element. If the focus is in it, it moves to the element with the same id in the new one. */
export const replaceKeepingFocus = (element: Element, next: Element): void => {
  const id = element.contains(document.activeElement) ? document.activeElement?.id : "";
  element.replaceWith(next);
  if (id) document.getElementById(id)?.focus();
};

/** Splits a text at its backticks and renders the parts between them as `<code>`. */
export const renderInlineCode = (text: string): Child[] =>
  text.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));

let lastId = 0;

/** Creates an element id that is unique in the page. */
export const createId = (prefix: string): string => {
  lastId += 1;
  return `${prefix}-${lastId}`;
};

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

const ICON_PATHS = {
  copy: "M9 9h10v10H9zM5 15V5h10",
  check: "M5 12.5l4.5 4.5L19 7.5",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.5",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  arrow: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  book: "M12 6c-2-1.5-5-2-8-2v14c3 0 6 .5 8 2 2-1.5 5-2 8-2V4c-3 0-6 .5-8 2zM12 6v14",
} as const;

/** Renders a decorative icon, hidden from screen readers. */
export const renderIcon = (name: keyof typeof ICON_PATHS): SVGSVGElement => {
  const svg = document.createElementNS(SVG_NAMESPACE, "svg");
  for (const [key, value] of [
    ["viewBox", "0 0 24 24"],
    ["class", "icon"],
    ["aria-hidden", "true"],
  ] as const) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG_NAMESPACE, "path");
  path.setAttribute("d", ICON_PATHS[name]);
  svg.append(path);
  return svg;
};
