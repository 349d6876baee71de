/** The archived connectors, each with a button to restore it. */
import type { ArchivedConnector } from "../api/types.ts";
import { formatDate, localize, t } from "../i18n/index.ts";
import type { AppController } from "../page.ts";
import type { Session } from "../session.ts";
import { confirmAction } from "../ui/dialog.ts";
import { h } from "../ui/dom.ts";
import { renderLogo } from "../ui/factory.ts";
import { showToast } from "../ui/toast.ts";

export const renderArchive = (
  app: AppController,
  session: Session,
  archive: ArchivedConnector[],
): HTMLElement =>
  h(
    "section",
    { class: "card archive" },
    h("h2", {}, t("archive.title")),
    h("p", { class: "hint" }, archive.length > 0 ? t("archive.lead") : t("archive.empty")),
    archive.length > 0 && h("ul", {}, ...archive.map((archived) => renderItem(app, session, archived))),
  );

const getConnectorName = (session: Session, connectorId: string): string =>
  localize(session.findFactory(connectorId)?.name) || connectorId;

const renderItem = (app: AppController, session: Session, archived: ArchivedConnector): HTMLElement => {
  const name = getConnectorName(session, archived.connectorId);
  const date = formatDate(archived.archivedAt);
  return h(
    "li",
    {},
    renderLogo(archived.connectorId, "compact"),
    h("div", { class: "item-text" }, h("strong", {}, name), h("span", {}, t("archive.archivedAt", { date }))),
    h(
      "button",
      {
        type: "button",
        class: "secondary small",
        "aria-label": t("archive.restore.label", { name, date }),
        onclick: () => confirmRestore(app, session, archived, name),
      },
      t("archive.restore"),
    ),
  );
};

const confirmRestore = async (
  app: AppController,
  session: Session,
  archived: ArchivedConnector,
  name: string,
): Promise<void> => {
  const activeName = session.connector && getConnectorName(session, session.connector.connectorId);
  const isConfirmed = await confirmAction({
    title: t("archive.restore.title", { name }),
    body: [
      h("p", {}, t("archive.restore.body")),
      activeName && h("p", {}, t("archive.restore.replaces", { name: activeName })),
    ],
    confirm: t("archive.restore"),
  });
  if (!isConfirmed) return;
  try {
    await session.api.restoreConnector(archived.id);
    await app.navigate("#/");
    showToast(t("archive.restored", { name }));
  } catch (error) {
    app.handleError(error);
  }
};
