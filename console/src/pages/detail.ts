/** The page of the active connector: its form, test message, activity and archive, and the actions on it. */
import { ApiError } from "../api/client.ts";
import { type ArchivedConnector, type Connector, type Factory, isObject } from "../api/types.ts";
import { type ConnectorForm, createConnectorForm } from "../form/connector-form.ts";
import { Draft } from "../form/draft.ts";
import { renderRealCode } from "../form/real-code.ts";
import { renderTestMessage } from "../form/test-message.ts";
import { formatDate, localize, t } from "../i18n/index.ts";
import type { AppController, Page } from "../page.ts";
import type { Session } from "../session.ts";
import { clearBusy, isBusy, setBusy } from "../ui/busy.ts";
import { renderCopyButton } from "../ui/copy-button.ts";
import { confirmAction, openDrawer } from "../ui/dialog.ts";
import { h, renderIcon } from "../ui/dom.ts";
import { renderLogo } from "../ui/factory.ts";
import { showToast } from "../ui/toast.ts";
import { ActivitySection } from "./activity.ts";
import { renderArchive } from "./archive.ts";
import { confirmDelete } from "./delete.ts";
import { GuideLoader } from "./guide-pane.ts";

interface DetailOptions {
  app: AppController;
  session: Session;
  connector: Connector;
  factory: Factory;
  archive: ArchivedConnector[];
}

export const createDetailPage = (options: DetailOptions): Page => {
  const { app, session, factory, archive } = options;
  const createDraft = ({ config, issues = [] }: Connector) => {
    const created = new Draft(factory, isObject(config) ? config : {});
    // Why the stored connector cannot send, for instance one that was written to KV directly.
    created.issues = issues;
    return created;
  };
  let connector = options.connector;
  let draft = createDraft(connector);
  const guide = new GuideLoader(factory.id);
  const activity = new ActivitySection(session.api);

  const rerenderAndFocusTitle = () => {
    app.rerender();
    document.querySelector<HTMLElement>("h1")?.focus();
  };

  const save = async (form: ConnectorForm, button: HTMLButtonElement) => {
    if (isBusy(button)) return;
    setBusy(button, t("setup.saving"));
    try {
      if (!(await form.validate())) return clearBusy(button, t("detail.save"));
      // Input during the request would not be saved.
      form.element.inert = true;
      connector = await session.api.updateConnector(connector, draft.toConfig());
      session.connector = connector;
      draft = createDraft(connector);
      rerenderAndFocusTitle();
      showToast(t("detail.saved"));
    } catch (error) {
      clearBusy(button, t("detail.save"));
      form.element.inert = false;
      if (error instanceof ApiError && error.issues.length > 0) {
        draft.issues = error.issues;
        form.showIssues();
      } else if (error instanceof ApiError && error.status === 404) {
        await app.navigate("#/");
        showToast(t("error.changed"), "error");
      } else app.handleError(error);
    }
  };

  const discard = () => {
    draft = createDraft(connector);
    rerenderAndFocusTitle();
  };

  const render = () => {
    const form = createConnectorForm({
      api: session.api,
      draft,
      codeLength: session.settings.codeLength,
      onchange: () => {
        saveBar.hidden = !draft.isDirty;
      },
    });
    const saveButton = h(
      "button",
      { type: "button", class: "primary", onclick: () => save(form, saveButton) },
      t("detail.save"),
    );
    const saveBar = h(
      "div",
      { class: "save-bar floating", hidden: !draft.isDirty },
      h("p", { class: "hint unsaved", role: "status" }, t("detail.unsaved")),
      h("button", { type: "button", class: "quiet", onclick: discard }, t("detail.discard")),
      saveButton,
    );
    return h(
      "div",
      { class: "page detail" },
      renderHead(options, connector, guide),
      h(
        "div",
        { class: "detail-columns" },
        h("div", { class: "stack main-column" }, form.element, saveBar),
        h(
          "div",
          { class: "stack sidebar" },
          renderTestMessage({ api: session.api, draft, form }),
          renderRealCode({
            api: session.api,
            name: localize(factory.name),
            codeLength: session.settings.codeLength,
          }),
        ),
        h("div", { class: "stack rest" }, activity.render(), renderArchive(app, session, archive)),
      ),
    );
  };

  return {
    title: () => localize(factory.name),
    hasUnsavedChanges: () => draft.isDirty,
    getDraft: () => draft,
    render,
  };
};

const renderHead = (options: DetailOptions, connector: Connector, guide: GuideLoader): HTMLElement => {
  const { factory } = options;
  const savedAt = connector.updatedAt ?? connector.createdAt;
  return h(
    "div",
    { class: "detail-head" },
    h(
      "div",
      { class: "title" },
      renderLogo(factory.id),
      h(
        "div",
        {},
        h("h1", { tabindex: -1 }, localize(factory.name)),
        h(
          "p",
          { class: "meta" },
          h("span", { class: "badge success" }, t("detail.active")),
          savedAt && h("span", {}, t("detail.since", { date: formatDate(savedAt) })),
          h("span", { class: "id" }, h("code", {}, connector.id)),
          renderCopyButton(() => connector.id, t("detail.id")),
        ),
      ),
    ),
    renderActions(options, connector, guide),
  );
};

const renderActions = (
  { app, session, factory }: DetailOptions,
  connector: Connector,
  guide: GuideLoader,
): HTMLElement => {
  const name = localize(factory.name);
  return h(
    "div",
    { class: "actions" },
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: () => openDrawer(t("guide.title", { name }), guide.render()),
      },
      renderIcon("book"),
      t("guide.open"),
    ),
    h(
      "button",
      { type: "button", class: "secondary", onclick: () => confirmChange(name) },
      t("detail.change"),
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet danger",
        onclick: () => confirmDelete(app, session, connector, name),
      },
      t("detail.delete"),
    ),
  );
};

const confirmChange = async (name: string): Promise<void> => {
  const isConfirmed = await confirmAction({
    title: t("detail.change.title"),
    body: [t("detail.change.body", { name })],
    confirm: t("detail.change.confirm"),
  });
  if (isConfirmed) location.hash = "#/choose";
};
