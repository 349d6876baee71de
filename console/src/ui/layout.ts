/** The page layout: skip link, header with navigation, main content and toasts. */
import { getLanguage, t } from "../i18n/index.ts";
import type { Child, Handler } from "./dom.ts";
import { h } from "./dom.ts";
import { getToastRegion } from "./toast.ts";

export const createLayout = () => {
  const main = h("main", { id: "content", tabindex: -1 });
  const skipLink = h("a", {
    class: "skip-link",
    href: "#content",
    onclick: (event) => {
      // The hash is the route, so the link must not change it.
      event.preventDefault();
      main.focus();
    },
  });
  return { skipLink, main, header: h("header", { class: "top" }), toasts: getToastRegion() };
};

interface HeaderOptions {
  /** The current route; null while signed out. */
  route: string | null;
  links: { href: string; label: string }[];
  onlanguage: Handler;
  onsignout: Handler;
}

export const renderHeader = ({ route, links, onlanguage, onsignout }: HeaderOptions): Child[] => {
  const otherLanguage = getLanguage() === "en" ? "zh-CN" : "en";
  const current = links.find(({ href }) => href === route)?.href ?? "#/";
  return [
    h(
      "div",
      { class: "top-row" },
      h(
        "a",
        { class: "wordmark", href: "#/" },
        h("span", { class: "mark", "aria-hidden": "true" }),
        "edge-otp",
      ),
      route !== null &&
        h(
          "nav",
          { "aria-label": t("nav.label") },
          ...links.map(({ href, label }) =>
            h("a", { href, "aria-current": href === current && "page" }, label),
          ),
        ),
      h(
        "div",
        { class: "top-actions" },
        h(
          "button",
          { type: "button", id: "language", class: "quiet small", lang: otherLanguage, onclick: onlanguage },
          otherLanguage === "en" ? "English" : "中文",
        ),
        route !== null &&
          h("button", { type: "button", class: "quiet small", onclick: onsignout }, t("nav.signOut")),
      ),
    ),
  ];
};
