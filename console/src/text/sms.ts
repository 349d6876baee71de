/**
 * What a text costs as SMS, by the same rules as the Worker's `message.rs` and `template.rs` (3GPP TS 23.038 §6.2.1,
 * TS 23.040 §9.2.3.24): encoding, units, segments, and how `{{code}}` is filled in.
 */

export type Encoding = "GSM-7" | "UCS-2";

export interface Cost {
  encoding: Encoding;
  /** What a reader counts. */
  characters: number;
  /** Septets or UTF-16 code units, whichever the encoding counts. */
  units: number;
  segments: number;
  /** How many units fit the segments that the text takes. */
  room: number;
  /** The first few characters that force UCS-2, if they are so few that one could do without them. */
  culprits: string[];
}

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** An escape and a septet each; the two may not be parted. */
const EXTENSION = new Set("\f^{}\\[~]|€");

const LIMITS: Record<Encoding, { single: number; multi: number }> = {
  "GSM-7": { single: 160, multi: 153 },
  "UCS-2": { single: 70, multi: 67 },
};

export const cost = (text: string): Cost => {
  const characters = [...text];
  const foreign = characters.filter((c) => !BASIC.has(c) && !EXTENSION.has(c));
  const encoding = foreign.length > 0 ? "UCS-2" : "GSM-7";
  const width = (c: string) => (encoding === "UCS-2" ? c.length : EXTENSION.has(c) ? 2 : 1);
  const widths = characters.map(width);
  const units = widths.reduce((sum, size) => sum + size, 0);
  const { single, multi } = LIMITS[encoding];
  const segments = units <= single ? 1 : fill(widths, multi);
  return {
    encoding,
    characters: characters.length,
    units,
    segments,
    room: segments === 1 ? single : segments * multi,
    culprits: foreign.length * 5 < characters.length ? [...new Set(foreign)].slice(0, 3) : [],
  };
};

/** Fills segments character by character: neither an escape nor a surrogate pair is split over two. */
const fill = (widths: number[], multi: number): number => {
  let segments = 1;
  let filled = 0;
  for (const size of widths) {
    if (filled + size > multi) {
      segments += 1;
      filled = 0;
    }
    filled += size;
  }
  return segments;
};

/** White space as in ECMAScript, a dotted name, no second round; unknown names stay as they stand. */
const TOKEN = /\{\{\s*([A-Za-z0-9_.]+)\s*\}\}/g;

/** A text as it would arrive. A dotted path into the code finds nothing and renders empty, as in Logto. */
export const render = (text: string, values: { code: string; locale?: string }): string =>
  text.replace(TOKEN, (token, name: string) => {
    const [root, ...path] = name.split(".");
    const value = root === "code" ? values.code : root === "locale" ? values.locale : undefined;
    if (value === undefined) return token;
    return path.length > 0 ? "" : value;
  });

export const holdsCode = (text: string): boolean =>
  [...text.matchAll(TOKEN)].some(([, name]) => name === "code");

/** BCP 47 as far as the Worker asks for it: language, then subtags. */
export const isLocale = (text: string): boolean =>
  text.length <= 35 && /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(text);

/** A phone number as people type it, in E.164 form; null if it cannot be one. */
export const toE164 = (typed: string): string | null => {
  const digits = typed
    .trim()
    .replace(/^00/, "+")
    .replace(/[\s().\-/]/g, "");
  const number = digits.startsWith("+") ? digits : `+${digits}`;
  return /^\+[1-9][0-9]{6,14}$/.test(number) ? number : null;
};
