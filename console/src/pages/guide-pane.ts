/** The guide of a provider, fetched when it is first wanted: beside the form, or folded above it on a narrow screen. */
import { fetchGuide } from "../api/client.ts";
import { t } from "../i18n/index.ts";
import { fill, h } from "../ui/dom.ts";
import { guideView } from "../ui/guide.ts";

/** Loads once; a failure is tried again the next time. */
export class Guide {
  readonly #id: string;
  #text: Promise<string | null> | null = null;

  constructor(factoryId: string) {
    this.#id = factoryId;
  }

  view(): HTMLElement {
    const holder = h("div", { class: "guide-holder" }, h("p", { class: "hint" }, t("guide.loading")));
    this.#text ??= fetchGuide(this.#id);
    this.#text.then((text) => {
      if (text === null) this.#text = null;
      fill(holder, text === null ? h("p", { class: "notice bad" }, t("guide.failed")) : guideView(text));
    });
    return holder;
  }
}

const wide = window.matchMedia("(min-width: 64rem)");

/** Open beside the form where there is room, else folded, with its summary to open it. */
export const guidePane = (guide: Guide): HTMLElement => {
  const pane = h(
    "details",
    { class: "guide-pane", open: wide.matches },
    h("summary", {}, t("guide.open")),
    h(
      "div",
      { class: "guide-scroll", tabindex: 0, role: "region", "aria-label": t("guide.title") },
      h("h2", {}, t("guide.title")),
      guide.view(),
    ),
  );
  const fit = () => {
    if (!pane.isConnected) wide.removeEventListener("change", fit);
    else if (wide.matches) pane.open = true;
  };
  wide.addEventListener("change", fit);
  return pane;
};
