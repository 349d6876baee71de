/** The archived connectors, each with a button to restore it. */
import { type ArchivedConnector, isObject, parseRedactedSecret } from "../api/types.ts";
import { formatDate, localize, plural, t } from "../i18n/index.ts";
import type { AppController } from "../page.ts";
import type { Session } from "../session.ts";
import { confirmAction } from "../ui/dialog.ts";
import { h, replaceChildren } from "../ui/dom.ts";
import { renderLogo } from "../ui/factory.ts";
import { showToast } from "../ui/toast.ts";

export const renderArchive = (
  app: AppController,
  session: Session,
  archive: ArchivedConnector[],
): HTMLElement => {
  const section = h("section", { class: "card archive" });
  /** Removes a row. The rest of the page stays, and with it unsaved changes. */
  const remove = (archived: ArchivedConnector) => {
    archive.splice(archive.indexOf(archived), 1);
    render();
    section.querySelector("h2")?.focus();
  };
  const render = () =>
    replaceChildren(
      section,
      h("h2", { tabindex: -1 }, t("archive.title")),
      h("p", { class: "hint" }, archive.length > 0 ? t("archive.lead") : t("archive.empty")),
      archive.length > 0 &&
        h("ul", {}, ...archive.map((archived) => renderItem({ app, session, archived, remove }))),
    );
  render();
  return section;
};

interface ItemOptions {
  app: AppController;
  session: Session;
  archived: ArchivedConnector;
  remove: (archived: ArchivedConnector) => void;
}

const getConnectorName = (session: Session, connectorId: string): string =>
  localize(session.findFactory(connectorId)?.name) || connectorId;

const renderItem = (options: ItemOptions): HTMLElement => {
  const { app, session, archived } = options;
  const name = getConnectorName(session, archived.connectorId);
  const date = formatDate(archived.archivedAt);
  const account = describeAccount(session, archived);
  const label = account ? `${name} (${account})` : name;
  const savedAt = archived.updatedAt ?? archived.createdAt;
  return h(
    "li",
    {},
    renderLogo(archived.connectorId, "compact"),
    h(
      "div",
      { class: "item-text" },
      h("strong", {}, name),
      account && h("span", { class: "account" }, account),
      h(
        "span",
        {},
        savedAt && t("archive.savedAt", { date: formatDate(savedAt) }),
        savedAt && " · ",
        t("archive.archivedAt", { date }),
      ),
    ),
    h(
      "div",
      { class: "item-actions" },
      h(
        "button",
        {
          type: "button",
          class: "secondary small",
          "aria-label": t("archive.restore.label", { name: label, date }),
          onclick: () => confirmRestore(app, session, archived, name),
        },
        t("archive.restore"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "quiet danger small",
          "aria-label": t("archive.purge.label", { name: label, date }),
          onclick: () => confirmPurge(options, label),
        },
        t("archive.purge"),
      ),
    ),
  );
};

/** What tells connectors of one provider apart: the first texts of the config, the end of a secret, the templates. */
const describeAccount = (session: Session, { connectorId, config }: ArchivedConnector): string => {
  const items = session.findFactory(connectorId)?.formItems ?? [];
  if (!isObject(config)) return "";
  const texts = items.flatMap(({ key, isConfidential, type }) => {
    const value = config[key];
    const isText = !isConfidential && type === "Text" && typeof value === "string" && value !== "";
    return isText ? [shorten(value)] : [];
  });
  const secret = items.flatMap(({ key }) => parseRedactedSecret(config[key])?.hint ?? []).at(0);
  const templates = items.flatMap(({ key, templates: rules }) => {
    const list = config[key];
    return rules && Array.isArray(list) ? [plural("archive.templates", list.length)] : [];
  });
  return [...texts.slice(0, 2), ...(secret ? [`…${secret}`] : []), ...templates].join(" · ");
};

const MAX_LENGTH = 28;

/** Shortens a long id in its middle; ids of one provider differ at the end. */
const shorten = (text: string): string => {
  const plain = text.replace(/^https:\/\//, "");
  return plain.length <= MAX_LENGTH ? plain : `${plain.slice(0, 12)}…${plain.slice(-8)}`;
};

const confirmPurge = async ({ app, session, archived, remove }: ItemOptions, name: string): Promise<void> => {
  const isConfirmed = await confirmAction({
    title: t("archive.purge.title", { name: getConnectorName(session, archived.connectorId) }),
    body: [h("p", {}, name), h("p", {}, t("archive.purge.body"))],
    confirm: t("archive.purge.confirm"),
    isDestructive: true,
  });
  if (!isConfirmed) return;
  try {
    await session.api.purgeConnector(archived.id);
    remove(archived);
    showToast(t("archive.purged"));
  } catch (error) {
    app.handleError(error);
  }
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
