/** The first page: the connector that is alive, or the way to one. */

import type { ArchivedConnector } from "../api/shapes.ts";
import type { App, Page } from "../app.ts";
import { t } from "../i18n/index.ts";
import type { Session } from "../session.ts";
import { h, icon, rich } from "../ui/dom.ts";
import { archiveList } from "./archive.ts";
import { detail } from "./detail.ts";
import { unknownConnector } from "./unknown-connector.ts";

export const home = async (app: App, session: Session): Promise<Page> => {
  const [connector, archive] = await Promise.all([session.refresh(), session.api.archive()]);
  if (!connector) return emptyHome(app, session, archive);
  const factory = session.factory(connector.connectorId);
  return factory
    ? detail(app, session, connector, factory, archive)
    : unknownConnector(app, session, connector);
};

const emptyHome = (app: App, session: Session, archive: ArchivedConnector[]): Page => ({
  title: () => t("home.title"),
  render: () =>
    h(
      "div",
      { class: "page narrow" },
      h(
        "section",
        { class: "empty" },
        h("div", { class: "empty-mark", "aria-hidden": "true" }, h("span"), h("span"), h("span")),
        h("h1", {}, t("home.empty.title")),
        h("p", { class: "lead" }, ...rich(t("home.empty.body"))),
        h(
          "ol",
          { class: "steps" },
          h("li", {}, t("home.empty.step1")),
          h("li", {}, t("home.empty.step2")),
          h("li", {}, t("home.empty.step3")),
        ),
        h("a", { class: "button primary", href: "#/choose" }, t("home.empty.action"), icon("arrow")),
      ),
      archive.length > 0 && archiveList(app, session, archive),
    ),
});
