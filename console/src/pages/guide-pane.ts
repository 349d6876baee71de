/** A connector's guide on a page. It is loaded when it is first shown. */
import { fetchGuide, type GuideLanguage, getGuideLanguage } from "../api/guide.ts";
import { getLanguage, t } from "../i18n/index.ts";
import { h, replaceChildren } from "../ui/dom.ts";
import { renderGuide } from "../ui/guide.ts";

/** Loads a guide once in each language. After a failure the next `render` tries again. */
export class GuideLoader {
  readonly #factoryId: string;
  #article: Promise<Element | null> | null = null;
  #language: GuideLanguage = "en";

  constructor(factoryId: string) {
    this.#factoryId = factoryId;
  }

  render(): HTMLElement {
    const container = h("div", { class: "guide-container" }, h("p", { class: "hint" }, t("guide.loading")));
    const language = getGuideLanguage(this.#factoryId, getLanguage());
    if (language !== this.#language) this.#article = null;
    this.#language = language;
    this.#article ??= fetchGuide(this.#factoryId, language);
    this.#article.then((article) => {
      if (article === null) this.#article = null;
      replaceChildren(
        container,
        article ? renderGuide(article, language) : h("p", { class: "notice error" }, t("guide.failed")),
      );
    });
    return container;
  }
}

const wideScreen = window.matchMedia("(min-width: 64rem)");

/** Renders the guide next to the form; on narrow screens above it and collapsed. */
export const renderGuidePane = (guide: GuideLoader, name: string): HTMLElement => {
  const title = t("guide.title", { name });
  const pane = h(
    "details",
    { class: "guide-pane", open: wideScreen.matches },
    h("summary", {}, t("guide.open")),
    h(
      "div",
      { class: "guide-scroll", tabindex: 0, role: "region", "aria-label": title },
      h("h2", {}, title),
      guide.render(),
    ),
  );
  const openOnWideScreen = () => {
    if (!pane.isConnected) wideScreen.removeEventListener("change", openOnWideScreen);
    else if (wideScreen.matches) pane.open = true;
  };
  wideScreen.addEventListener("change", openOnWideScreen);
  return pane;
};
