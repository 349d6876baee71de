/** The field of a phone number: notations that people use are accepted, the value is E.164. */
import { t } from "../i18n/index.ts";
import { parsePhoneNumber } from "../text/sms.ts";
import { h } from "../ui/dom.ts";
import { renderField, showIssue } from "./field.ts";

export interface PhoneField {
  element: HTMLElement;
  /** Returns the number; null after showing what is wrong. */
  read: () => string | null;
  focus: () => void;
}

export const createPhoneField = (): PhoneField => {
  const control = h("input", {
    type: "tel",
    autocomplete: "tel",
    name: "phone",
    placeholder: "+14155550123",
    oninput: () => showIssue(control, undefined),
  });
  return {
    element: renderField({ label: t("test.phone"), control, hint: t("test.phone.hint") }),
    read: () => {
      const number = parsePhoneNumber(control.value);
      showIssue(control, number ? undefined : t("test.phone.invalid"));
      return number;
    },
    focus: () => control.focus(),
  };
};
