/**
 * A secret. A stored one shows that it is set and, if long, how it ends; its value is not in the page. It is replaced,
 * removed if it is optional, or left alone. A new one is a password input whose value can be looked at while typing.
 */
import { t } from "../i18n/index.ts";
import { fill, h, icon, set, uniqueId } from "../ui/dom.ts";
import type { Value } from "./draft.ts";
import { field } from "./field.ts";
import { settle } from "./settle.ts";
import { type Slot, words } from "./text-control.ts";

type Secret = Value & { kind: "secret" };

export const secretControl = (slot: Slot, value: Secret): HTMLElement => {
  const holder = h("div", { class: "secret" });
  const turn = (mode: Secret["mode"]) => {
    value.mode = mode;
    value.text = "";
    slot.onchange();
    draw();
    holder.querySelector<HTMLElement>("input, button")?.focus();
  };
  const draw = () => fill(holder, value.mode === "replace" ? input() : stored());

  const input = () => {
    const { label, ...rest } = words(slot);
    const control = h("input", {
      type: "password",
      value: value.text,
      placeholder: slot.item.placeholder,
      autocomplete: "new-password",
      autocapitalize: "off",
      spellcheck: "false",
      oninput: () => {
        value.text = control.value;
        settle(slot.draft, control, slot.item.key);
        slot.onchange();
      },
    });
    const keep = value.stored && button(t("form.secret.keep"), label, () => turn("keep"));
    const beside = h("span", { class: "beside" }, reveal(control, label), keep);
    const hint = [rest.hint, t("form.secret.write")].filter(Boolean).join(" ");
    return field({ ...rest, label, hint, control, beside });
  };

  const stored = () => {
    const { label, mark, hint } = words(slot);
    const id = uniqueId("stored");
    const isKept = value.mode === "keep";
    const { hint: end } = value.stored ?? {};
    const state = isKept
      ? end
        ? t("form.secret.ends", { hint: end })
        : t("form.secret.set")
      : t("form.secret.removed");
    return h(
      "div",
      { class: "field", role: "group", "aria-labelledby": id },
      h("div", { class: "label", id }, label, h("span", { class: "mark" }, t(`form.${mark}`))),
      h(
        "div",
        { class: "control stored" },
        h("span", { class: isKept ? "state" : "state removed" }, isKept && icon("check"), state),
        isKept
          ? button(t("form.secret.replace"), label, () => turn("replace"))
          : button(t("form.secret.keep"), label, () => turn("keep")),
        isKept && !slot.item.required && button(t("form.secret.remove"), label, () => turn("remove")),
      ),
      hint && h("p", { class: "hint" }, hint),
    );
  };
  draw();
  return holder;
};

const button = (words: string, label: string, onclick: () => void) =>
  h("button", { type: "button", class: "quiet small", "aria-label": `${words}: ${label}`, onclick }, words);

/** Shows what is being typed, and hides it again. */
const reveal = (control: HTMLInputElement, label: string): HTMLButtonElement => {
  const toggle = h("button", {
    type: "button",
    class: "quiet small",
    onclick: () => {
      control.type = control.type === "password" ? "text" : "password";
      draw();
    },
  });
  const draw = () => {
    const isHidden = control.type === "password";
    fill(toggle, t(isHidden ? "form.secret.reveal" : "form.secret.conceal"));
    set(toggle, "aria-label", t(isHidden ? "form.show" : "form.hide", { field: label }));
  };
  draw();
  return toggle;
};
