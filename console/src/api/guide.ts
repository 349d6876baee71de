/** Loads the connector guides, which the build converts from Markdown to HTML. */

/** The ids of the connectors whose guide is also in Chinese, separated by spaces; the build fills it in. */
declare const GUIDES_IN_CHINESE: string;

export type GuideLanguage = "en" | "zh-CN";

/** Returns the language of a connector's guide for a reader of `language`. */
export const getGuideLanguage = (factoryId: string, language: GuideLanguage): GuideLanguage =>
  language === "zh-CN" && GUIDES_IN_CHINESE.split(" ").includes(factoryId) ? "zh-CN" : "en";

/**
 * Loads a connector's guide and returns its article; null if it is not available.
 *
 * XMLHttpRequest parses HTML into an inert document: no script runs and no image is loaded. `fetch` would need
 * DOMParser for that, which the page's Trusted Types policy forbids.
 */
export const fetchGuide = (factoryId: string, language: GuideLanguage): Promise<Element | null> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    // Workers' static assets serve guides/<id>.html under the path without its extension.
    const suffix = language === "en" ? "" : `.${language}`;
    request.open("GET", `/guides/${encodeURIComponent(factoryId)}${suffix}`);
    request.responseType = "document";
    request.onload = () =>
      resolve(request.status === 200 ? (request.responseXML?.querySelector("article") ?? null) : null);
    request.onerror = () => resolve(null);
    request.send();
  });
