/**
 * SMS encoding and segmentation (3GPP TS 23.038 section 6.2.1, TS 23.040 section 9.2.3.24), template rendering and input
 * formats. The rules are those of the Worker.
 */

export type Encoding = "GSM-7" | "UCS-2";

export interface SmsSize {
  encoding: Encoding;
  /** Unicode code points. */
  characters: number;
  /** Septets for GSM-7, UTF-16 code units for UCS-2. */
  units: number;
  segments: number;
  /** How many units fit into `segments` segments. */
  capacity: number;
  /** Up to three characters that require UCS-2. Empty if they are more than a fifth of the text. */
  nonGsmCharacters: string[];
}

const GSM_BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Encoded as an escape and a second septet, which must be in the same segment. */
const GSM_EXTENSION = new Set("\f^{}\\[~]|€");

/** Units in a single message, and in each segment of a concatenated one. */
const CAPACITIES: Record<Encoding, { single: number; concatenated: number }> = {
  "GSM-7": { single: 160, concatenated: 153 },
  "UCS-2": { single: 70, concatenated: 67 },
};

/** Computes the encoding and the number of segments of a text. */
export const measureSms = (text: string): SmsSize => {
  const characters = [...text];
  const nonGsm = characters.filter((c) => !GSM_BASIC.has(c) && !GSM_EXTENSION.has(c));
  const encoding = nonGsm.length > 0 ? "UCS-2" : "GSM-7";
  const countUnits = (c: string) => (encoding === "UCS-2" ? c.length : GSM_EXTENSION.has(c) ? 2 : 1);
  const unitCounts = characters.map(countUnits);
  const units = unitCounts.reduce((sum, count) => sum + count, 0);
  const { single, concatenated } = CAPACITIES[encoding];
  const segments = units <= single ? 1 : countSegments(unitCounts, concatenated);
  return {
    encoding,
    characters: characters.length,
    units,
    segments,
    capacity: segments === 1 ? single : segments * concatenated,
    nonGsmCharacters: nonGsm.length * 5 < characters.length ? [...new Set(nonGsm)].slice(0, 3) : [],
  };
};

/** Counts segments. A character is never split: neither an escape sequence nor a surrogate pair. */
const countSegments = (unitCounts: number[], capacity: number): number => {
  let segments = 1;
  let used = 0;
  for (const count of unitCounts) {
    if (used + count > capacity) {
      segments += 1;
      used = 0;
    }
    used += count;
  }
  return segments;
};

const PLACEHOLDER = /\{\{\s*([A-Za-z0-9_.]+)\s*\}\}/g;

/**
 * Replaces the placeholders of a template, as Logto does: unknown names stay unchanged, a dotted path into a known name
 * yields an empty string, and values are not searched for placeholders.
 */
export const renderTemplate = (text: string, values: { code: string; locale?: string }): string =>
  text.replace(PLACEHOLDER, (placeholder, name: string) => {
    const [root, ...path] = name.split(".");
    const value = root === "code" ? values.code : root === "locale" ? values.locale : undefined;
    if (value === undefined) return placeholder;
    return path.length > 0 ? "" : value;
  });

export const containsCodePlaceholder = (text: string): boolean =>
  [...text.matchAll(PLACEHOLDER)].some(([, name]) => name === "code");

/** Checks a BCP 47 tag as far as the Worker does: a language and subtags. */
export const isLanguageTag = (text: string): boolean =>
  text.length <= 35 && /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(text);

/** Parses a phone number with the usual separators and prefixes to E.164; null if it cannot be one. */
export const parsePhoneNumber = (text: string): string | null => {
  const digits = text
    .trim()
    .replace(/^00/, "+")
    .replace(/[\s().\-/]/g, "");
  const number = digits.startsWith("+") ? digits : `+${digits}`;
  return /^\+[1-9][0-9]{6,14}$/.test(number) ? number : null;
};
