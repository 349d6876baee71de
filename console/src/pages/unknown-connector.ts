/** A connector whose provider this console does not know: it can be seen and deleted, not edited. */

import type { Connector } from "../api/shapes.ts";
import type { App, Page } from "../app.ts";
import { localized, t } from "../i18n/index.ts";
import type { Session } from "../session.ts";
import { h } from "../ui/dom.ts";
import { codeBlock } from "../ui/guide.ts";
import { confirmDelete } from "./delete.ts";

export const unknownConnector = (app: App, session: Session, connector: Connector): Page => {
  const name = localized(connector.name) || connector.connectorId;
  return {
    title: () => name,
    render: () =>
      h(
        "div",
        { class: "page narrow" },
        h("h1", {}, name),
        h("p", { class: "notice bad" }, t("error.connector.not_found_with_connector_id")),
        codeBlock(JSON.stringify(connector.config, null, 2)),
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
