/**
 * The busy state of a button. The button is marked with `aria-disabled`, not `disabled`, because a disabled button loses
 * the keyboard focus.
 */
import { replaceChildren, setAttribute } from "./dom.ts";

export const isBusy = (button: HTMLButtonElement): boolean => button.getAttribute("aria-disabled") === "true";

/** Marks a button as busy and shows a label. Click handlers have to check `isBusy`. */
export const setBusy = (button: HTMLButtonElement, label: string): void => {
  setAttribute(button, "aria-disabled", "true");
  replaceChildren(button, label);
};

export const clearBusy = (button: HTMLButtonElement, label: string): void => {
  setAttribute(button, "aria-disabled", null);
  replaceChildren(button, label);
};
