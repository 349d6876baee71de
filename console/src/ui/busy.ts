/**
 * The busy state of a button. The button is marked with `aria-disabled`, not `disabled`, because a disabled button loses
 * the keyboard focus.
 */
import { h, replaceChildren, setAttribute } from "./dom.ts";

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

/** Counts down in a busy button. Hidden from screen readers, which have already read the number of seconds. */
export const countDown = async (seconds: number, button: HTMLButtonElement, label: string): Promise<void> => {
  if (seconds <= 0) return;
  const counter = h("span", { "aria-hidden": "true" });
  replaceChildren(button, label, counter);
  for (let left = Math.min(seconds, 3600); left > 0 && button.isConnected; left -= 1) {
    replaceChildren(counter, `${left} s`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
};
