/** The connectors that were replaced, and the way back. */

import type { ArchivedConnector } from "../api/shapes.ts";
import type { App } from "../app.ts";
import { date, localized, t } from "../i18n/index.ts";
import type { Session } from "../session.ts";
import { ask } from "../ui/dialog.ts";
import { h } from "../ui/dom.ts";
import { logo } from "../ui/provider.ts";
import { toast } from "../ui/toast.ts";

export const archiveList = (app: App, session: Session, archive: ArchivedConnector[]): HTMLElement =>
  h(
    "section",
    { class: "card archive" },
    h("h2", {}, t("archive.title")),
    h("p", { class: "hint" }, archive.length > 0 ? t("archive.lead") : t("archive.empty")),
    archive.length > 0 && h("ul", {}, ...archive.map((archived) => row(app, session, archived))),
  );

const nameOf = (session: Session, connectorId: string): string =>
  localized(session.factory(connectorId)?.name) || connectorId;

const row = (app: App, session: Session, archived: ArchivedConnector): HTMLElement => {
  const name = nameOf(session, archived.connectorId);
  const when = date(archived.archivedAt);
  return h(
    "li",
    {},
    logo(archived.connectorId, "mini"),
    h("div", { class: "row-text" }, h("strong", {}, name), h("span", {}, t("archive.until", { date: when }))),
    h(
      "button",
      {
        type: "button",
        class: "secondary small",
        "aria-label": t("archive.restore.label", { name, date: when }),
        onclick: () => restore(app, session, archived, name),
      },
      t("archive.restore"),
    ),
  );
};

const restore = async (
  app: App,
  session: Session,
  archived: ArchivedConnector,
  name: string,
): Promise<void> => {
  const current = session.connector && nameOf(session, session.connector.connectorId);
  const isSure = await ask({
    title: t("archive.restore.title", { name }),
    body: [
      h("p", {}, t("archive.restore.body")),
      current && h("p", {}, t("archive.restore.replaces", { name: current })),
    ],
    confirm: t("archive.restore"),
  });
  if (!isSure) return;
  try {
    await session.api.restore(archived.id);
    await app.go("#/");
    toast(t("archive.restored", { name }));
  } catch (error) {
    app.failed(error);
  }
};
