/** A text as a phone shows it, with what it costs: encoding, characters, segments. */
import { t } from "../i18n/index.ts";
import { type Cost, cost, render } from "../text/sms.ts";
import { fill, h } from "../ui/dom.ts";

const DIGITS = "1234567890";
/** Beyond this many segments more blocks say nothing more. */
const MOST_BLOCKS = 8;

export interface Preview {
  element: HTMLElement;
  show: (content: string, locale: string) => void;
}

export const preview = (codeLength: number): Preview => {
  const bubble = h("p", { class: "bubble" });
  const facts = h("div", { class: "facts" });
  const element = h(
    "figure",
    { class: "preview" },
    h("figcaption", {}, t("templates.preview")),
    h("div", { class: "phone" }, bubble),
    facts,
  );
  return {
    element,
    show: (content, locale) => {
      const code = DIGITS.slice(0, Math.min(Math.max(codeLength, 1), DIGITS.length));
      const text = render(content, locale ? { code, locale } : { code });
      bubble.lang = locale || document.documentElement.lang;
      bubble.classList.toggle("blank", text === "");
      fill(bubble, ...(text === "" ? [t("templates.preview.empty")] : withCode(text, code)));
      fill(facts, ...counted(cost(text)));
    },
  };
};

/** The text with the code set apart, as phones underline it. */
const withCode = (text: string, code: string): (string | HTMLElement)[] =>
  text.split(code).flatMap((part, index) => (index === 0 ? [part] : [h("b", {}, code), part]));

const counted = (price: Cost): HTMLElement[] => {
  const { encoding, units, room, segments, culprits } = price;
  const words =
    segments === 1
      ? t("templates.cost.one")
      : segments === 2
        ? t("templates.cost.two")
        : t("templates.cost.other", { n: segments });
  const lines = [
    blocks(price),
    h("p", { class: "count" }, h("b", {}, encoding), h("span", {}, t("templates.count", { units, room }))),
    h("p", { class: segments > 1 ? "cost many" : "cost" }, words),
  ];
  if (culprits.length > 0)
    lines.push(h("p", { class: "cost" }, t("templates.culprits", { characters: culprits.join(" ") })));
  return lines;
};

/** One bar for each segment, the last as full as it is. */
const blocks = ({ units, room, segments }: Cost): HTMLElement => {
  const size = room / segments;
  const bars = Array.from({ length: Math.min(segments, MOST_BLOCKS) }, (_, index) => {
    const level = h("span");
    // Set through the object model: the page's policy knows no style attributes.
    level.style.inlineSize = `${Math.round(100 * Math.min(1, Math.max(0, units / size - index)))}%`;
    return h("span", {}, level);
  });
  return h("div", { class: "blocks", "aria-hidden": "true" }, ...bars);
};
