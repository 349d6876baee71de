/** The page for an unknown route. */
import { t } from "../i18n/index.ts";
import type { Page } from "../page.ts";
import { h } from "../ui/dom.ts";

export const createNotFoundPage = (): Page => ({
  title: () => t("error.notFound"),
  render: () =>
    h(
      "div",
      { class: "page narrow" },
      h("h1", {}, t("error.notFound")),
      h("p", {}, h("a", { href: "#/" }, t("nav.connector"))),
    ),
});
