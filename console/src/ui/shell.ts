/** The frame: skip link, header with navigation, language and sign-out, the place of the page, the place of news. */
import { language, t } from "../i18n/index.ts";
import type { Child, Handler } from "./dom.ts";
import { h } from "./dom.ts";
import { toastRegion } from "./toast.ts";

export const shellOf = () => {
  const main = h("main", { id: "content", tabindex: -1 });
  const skip = h("a", {
    class: "skip",
    href: "#content",
    onclick: (event) => {
      // The hash is the route; the link only moves the focus.
      event.preventDefault();
      main.focus();
    },
  });
  return { skip, main, header: h("header", { class: "top" }), toasts: toastRegion() };
};

interface Header {
  /** The open route; null while no one is signed in. */
  route: string | null;
  onlanguage: Handler;
  onsignout: Handler;
}

const PLACES = [
  { href: "#/", key: "nav.connector" },
  { href: "#/settings", key: "nav.settings" },
  { href: "#/calls", key: "nav.calls" },
] as const;

export const header = ({ route, onlanguage, onsignout }: Header): Child[] => {
  const other = language() === "en" ? "zh-CN" : "en";
  const open = PLACES.find((place) => place.href === route)?.href ?? "#/";
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
          ...PLACES.map(({ href, key }) => h("a", { href, "aria-current": href === open && "page" }, t(key))),
        ),
      h(
        "div",
        { class: "top-actions" },
        h(
          "button",
          { type: "button", id: "language", class: "quiet small", lang: other, onclick: onlanguage },
          other === "en" ? "English" : "中文",
        ),
        route !== null &&
          h("button", { type: "button", class: "quiet small", onclick: onsignout }, t("nav.signout")),
      ),
    ),
  ];
};
