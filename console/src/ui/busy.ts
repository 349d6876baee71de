/**
 * A button while its work is under way. It keeps the focus, which a disabled one would lose, and does nothing.
 */
import { fill, set } from "./dom.ts";

export const isBusy = (button: HTMLButtonElement): boolean => button.getAttribute("aria-disabled") === "true";

/** Says what is being done; until `idle`, clicks are to be ignored. */
export const busy = (button: HTMLButtonElement, words: string): void => {
  set(button, "aria-disabled", "true");
  fill(button, words);
};

export const idle = (button: HTMLButtonElement, words: string): void => {
  set(button, "aria-disabled", null);
  fill(button, words);
};
