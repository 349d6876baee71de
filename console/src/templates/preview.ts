/** The preview of a text as a message on a phone, with its encoding, length and number of segments. */
import { t } from "../i18n/index.ts";
import { measureSms, renderTemplate, type SmsSize } from "../text/sms.ts";
import { h, replaceChildren } from "../ui/dom.ts";

const SAMPLE_DIGITS = "1234567890";
const MAX_SEGMENT_BARS = 8;

export interface Preview {
  element: HTMLElement;
  update: (content: string, locale: string) => void;
}

export const createPreview = (codeLength: number): Preview => {
  const code = SAMPLE_DIGITS.slice(0, Math.min(Math.max(codeLength, 1), SAMPLE_DIGITS.length));
  const bubble = h("p", { class: "bubble" });
  const stats = h("div", { class: "sms-stats" });
  const element = h(
    "figure",
    { class: "preview" },
    h("figcaption", {}, t("templates.preview")),
    h("div", { class: "phone" }, bubble),
    stats,
  );
  return {
    element,
    update: (content, locale) => {
      const text = renderTemplate(content, locale ? { code, locale } : { code });
      bubble.lang = locale || document.documentElement.lang;
      bubble.classList.toggle("placeholder", text === "");
      replaceChildren(bubble, ...(text === "" ? [t("templates.preview.empty")] : markCode(text, code)));
      replaceChildren(stats, ...renderStats(measureSms(text)));
    },
  };
};

/** Emphasizes the code in a text, as phones do. */
const markCode = (text: string, code: string): (string | HTMLElement)[] =>
  text.split(code).flatMap((part, index) => (index === 0 ? [part] : [h("b", {}, code), part]));

const renderStats = (size: SmsSize): HTMLElement[] => {
  const { encoding, units, capacity, segments, nonGsmCharacters } = size;
  const stats = [
    renderSegmentBars(size),
    h(
      "p",
      { class: "count" },
      h("b", {}, encoding),
      h("span", {}, t("templates.count", { units, capacity })),
    ),
    h("p", { class: segments > 1 ? "cost many" : "cost" }, describeCost(segments)),
  ];
  if (nonGsmCharacters.length > 0) {
    const characters = nonGsmCharacters.join(" ");
    stats.push(h("p", { class: "cost" }, t("templates.nonGsm", { characters })));
  }
  return stats;
};

const describeCost = (segments: number): string => {
  if (segments === 1) return t("templates.cost.one");
  if (segments === 2) return t("templates.cost.two");
  return t("templates.cost.other", { n: segments });
};

/** Renders a bar for each segment; the last one shows how full it is. */
const renderSegmentBars = ({ units, capacity, segments }: SmsSize): HTMLElement => {
  const segmentCapacity = capacity / segments;
  const bars = Array.from({ length: Math.min(segments, MAX_SEGMENT_BARS) }, (_, index) => {
    const level = h("span");
    const fraction = Math.min(1, Math.max(0, units / segmentCapacity - index));
    // The content security policy forbids style attributes, but not CSSOM.
    level.style.inlineSize = `${Math.round(100 * fraction)}%`;
    return h("span", {}, level);
  });
  return h("div", { class: "segment-bars", "aria-hidden": "true" }, ...bars);
};
