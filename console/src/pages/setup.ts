/** The setup page of a provider: its guide next to the form and the test message. */
import { ApiError } from "../api/client.ts";
import type { Factory } from "../api/types.ts";
import { type ConnectorForm, createConnectorForm } from "../form/connector-form.ts";
import { Draft } from "../form/draft.ts";
import { renderTestMessage } from "../form/test-message.ts";
import { localize, t } from "../i18n/index.ts";
import type { AppController, Page } from "../page.ts";
import type { Session } from "../session.ts";
import { clearBusy, isBusy, setBusy } from "../ui/busy.ts";
import { h, renderIcon } from "../ui/dom.ts";
import { renderLogo } from "../ui/factory.ts";
import { showToast } from "../ui/toast.ts";
import { GuideLoader, renderGuidePane } from "./guide-pane.ts";

export const createSetupPage = (app: AppController, session: Session, factory: Factory): Page => {
  const { api, settings, connector } = session;
  const draft = new Draft(factory);
  const guide = new GuideLoader(factory.id);
  const getName = () => localize(factory.name);
  const replacedFactory = connector && session.findFactory(connector.connectorId);

  const save = async (form: ConnectorForm, button: HTMLButtonElement) => {
    if (isBusy(button)) return;
    setBusy(button, t("setup.saving"));
    try {
      if (!(await form.validate())) return clearBusy(button, t("setup.save"));
      // Input during the request would not be saved.
      form.element.inert = true;
      await api.createConnector(factory.id, draft.toConfig());
      await app.navigate("#/");
      showToast(t("setup.saved", { name: getName() }));
    } catch (error) {
      clearBusy(button, t("setup.save"));
      form.element.inert = false;
      if (error instanceof ApiError && error.issues.length > 0) {
        draft.issues = error.issues;
        form.showIssues();
      } else app.handleError(error);
    }
  };

  const render = () => {
    const form = createConnectorForm({ api, draft, codeLength: settings.codeLength, onchange: () => {} });
    const saveButton = h(
      "button",
      { type: "button", class: "primary", onclick: () => save(form, saveButton) },
      t("setup.save"),
    );
    return h(
      "div",
      { class: "page setup" },
      h("a", { class: "back", href: "#/choose" }, renderIcon("back"), t("choose.title")),
      h(
        "div",
        { class: "title" },
        renderLogo(factory.id),
        h("h1", {}, t("setup.title", { name: getName() })),
      ),
      replacedFactory &&
        h("p", { class: "notice" }, t("setup.replaces", { name: localize(replacedFactory.name) })),
      h(
        "div",
        { class: "setup-columns" },
        renderGuidePane(guide, getName()),
        h(
          "div",
          { class: "stack" },
          form.element,
          renderTestMessage({ api, draft, form }),
          h("div", { class: "save-bar" }, h("p", { class: "hint" }, t("setup.propagation")), saveButton),
        ),
      ),
    );
  };

  return {
    title: () => t("setup.title", { name: getName() }),
    hasUnsavedChanges: () => draft.isDirty,
    getDraft: () => draft,
    render,
  };
};
