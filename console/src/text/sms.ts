/** Rendering and measuring texts, and input formats: the core's functions (crates/console), with the console's types. */
import {
  avoidable_characters,
  contains_code_placeholder,
  is_language_tag,
  measure_sms,
  parse_phone,
  render_template,
} from "../../core/core.js";

export interface SmsSize {
  /** `GSM-7` or `UCS-2`. */
  encoding: string;
  /** Unicode code points. */
  characters: number;
  /** Septets for GSM-7, UTF-16 code units for UCS-2. */
  units: number;
  segments: number;
  /** How many units fit into `segments` segments. */
  capacity: number;
  /** Up to three characters that require UCS-2. Empty if the text cannot do without them. */
  nonGsmCharacters: string[];
}

/** Computes the encoding and the number of segments of a text. */
export const measureSms = (text: string): SmsSize => {
  const size = measure_sms(text);
  const { encoding, units, segments, capacity } = size;
  size.free();
  const nonGsmCharacters = [...avoidable_characters(text)];
  return { encoding, characters: [...text].length, units, segments, capacity, nonGsmCharacters };
};

/** Renders a template's text as a message does. */
export const renderTemplate = (text: string, values: { code: string; locale?: string }): string =>
  render_template(text, values.code, values.locale ?? "");

export const containsCodePlaceholder = (text: string): boolean => contains_code_placeholder(text);

/** Checks a BCP 47 tag as the Worker does. */
export const isLanguageTag = (text: string): boolean => is_language_tag(text);

/** Parses a phone number with the usual separators and prefixes to E.164; null if it cannot be one. */
export const parsePhoneNumber = (text: string): string | null => parse_phone(text) || null;
