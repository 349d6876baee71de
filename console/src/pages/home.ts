/** The home page: the active connector, or how to set one up. */
import type { ArchivedConnector } from "../api/types.ts";
import { t } from "../i18n/index.ts";
import type { AppController, Page } from "../page.ts";
import type { Session } from "../session.ts";
import { h, renderIcon, renderInlineCode } from "../ui/dom.ts";
import { renderArchive } from "./archive.ts";
import { createDetailPage } from "./detail.ts";
import { createUnknownConnectorPage } from "./unknown-connector.ts";

export const openHomePage = async (app: AppController, session: Session): Promise<Page> => {
  const [connector, archive] = await Promise.all([session.refreshConnector(), session.api.listArchive()]);
  if (!connector) return createEmptyPage(app, session, archive);
  const factory = session.findFactory(connector.connectorId);
  return factory
    ? createDetailPage({ app, session, connector, factory, archive })
    : createUnknownConnectorPage(app, session, connector);
};

const createEmptyPage = (app: AppController, session: Session, archive: ArchivedConnector[]): Page => ({
  title: () => t("home.title"),
  render: () =>
    h(
      "div",
      { class: "page narrow" },
      h(
        "section",
        { class: "empty" },
        h("div", { class: "empty-illustration", "aria-hidden": "true" }, h("span"), h("span"), h("span")),
        h("h1", {}, t("home.empty.title")),
        h("p", { class: "lead" }, ...renderInlineCode(t("home.empty.body"))),
        h(
          "ol",
          { class: "steps" },
          h("li", {}, t("home.empty.step1")),
          h("li", {}, t("home.empty.step2")),
          h("li", {}, t("home.empty.step3")),
        ),
        h("a", { class: "button primary", href: "#/choose" }, t("home.empty.action"), renderIcon("arrow")),
      ),
      archive.length > 0 && renderArchive(app, session, archive),
    ),
});
