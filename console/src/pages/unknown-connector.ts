/** The page of an active connector that has no factory. It can be displayed and deleted, but not edited. */
import type { Connector } from "../api/types.ts";
import { localize, t } from "../i18n/index.ts";
import type { AppController, Page } from "../page.ts";
import type { Session } from "../session.ts";
import { renderCodeBlock } from "../ui/code-block.ts";
import { h } from "../ui/dom.ts";
import { confirmDelete } from "./delete.ts";

export const createUnknownConnectorPage = (
  app: AppController,
  session: Session,
  connector: Connector,
): Page => {
  const name = localize(connector.name) || connector.connectorId;
  return {
    title: () => name,
    render: () =>
      h(
        "div",
        { class: "page narrow" },
        h("h1", {}, name),
        h("p", { class: "notice error" }, t("error.connector.not_found_with_connector_id")),
        renderCodeBlock(JSON.stringify(connector.config, null, 2)),
        h(
          "div",
          { class: "actions" },
          h("a", { class: "button secondary", href: "#/choose" }, t("detail.change")),
          h(
            "button",
            {
              type: "button",
              class: "quiet danger",
              onclick: () => confirmDelete(app, session, connector, name),
            },
            t("detail.delete"),
          ),
        ),
      ),
  };
};
