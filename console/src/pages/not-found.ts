/** The page for an address that leads nowhere. */
import type { Page } from "../app.ts";
import { t } from "../i18n/index.ts";
import { h } from "../ui/dom.ts";

export const notFound = (): Page => ({
  title: () => t("error.notFound"),
  render: () =>
    h(
      "div",
      { class: "page narrow" },
      h("h1", {}, t("error.notFound")),
      h("p", {}, h("a", { href: "#/" }, t("nav.connector"))),
    ),
});
