/** The connector that is alive: its fields, its test, its archive, and the ways to change or delete it. */

import { ApiError } from "../api/client.ts";
import { type ArchivedConnector, type Connector, type Factory, isObject } from "../api/shapes.ts";
import type { App, Page } from "../app.ts";
import { Draft } from "../form/draft.ts";
import { type ConnectorForm, connectorForm } from "../form/form.ts";
import { date, localized, t } from "../i18n/index.ts";
import type { Session } from "../session.ts";
import { busy, idle, isBusy } from "../ui/busy.ts";
import { copyButton } from "../ui/copy.ts";
import { ask, openDrawer } from "../ui/dialog.ts";
import { fill, h, icon } from "../ui/dom.ts";
import { logo } from "../ui/provider.ts";
import { testSend } from "../ui/test-send.ts";
import { toast } from "../ui/toast.ts";
import { Activity } from "./activity.ts";
import { archiveList } from "./archive.ts";
import { confirmDelete } from "./delete.ts";
import { Guide } from "./guide-pane.ts";

export const detail = (
  app: App,
  session: Session,
  initial: Connector,
  factory: Factory,
  archive: ArchivedConnector[],
): Page => {
  const draftOf = ({ config }: Connector) => new Draft(factory, isObject(config) ? config : {});
  let connector = initial;
  let draft = draftOf(connector);
  const guide = new Guide(factory.id);
  const activity = new Activity(session.api);
  const name = () => localized(factory.name);

  const save = async (form: ConnectorForm, button: HTMLButtonElement) => {
    if (isBusy(button) || !form.isValid()) return;
    busy(button, t("setup.saving"));
    // What is typed from here on would not be in what is saved.
    form.element.inert = true;
    try {
      connector = await session.api.change(connector.id, draft.config());
      session.connector = connector;
      draft = draftOf(connector);
      app.redraw();
      toast(t("detail.saved"));
      document.querySelector<HTMLElement>("h1")?.focus();
    } catch (error) {
      idle(button, t("detail.save"));
      form.element.inert = false;
      if (error instanceof ApiError && error.issues.length > 0) {
        draft.issues = error.issues;
        form.showIssues();
      } else if (error instanceof ApiError && error.status === 404) {
        await app.go("#/");
        toast(t("error.gone"), "bad");
      } else app.failed(error);
    }
  };

  const change = async () => {
    const question = { title: t("detail.change.title"), body: [t("detail.change.body", { name: name() })] };
    if (await ask({ ...question, confirm: t("detail.change.confirm") })) location.hash = "#/choose";
  };

  const render = () => {
    const bar = h("div", { class: "save-bar floating" });
    const form = connectorForm({ draft, codeLength: session.settings.codeLength, onchange: () => follow() });
    const saveButton = h("button", { type: "button", class: "primary" }, t("detail.save"));
    saveButton.addEventListener("click", () => save(form, saveButton));
    const discard = () => {
      draft = draftOf(connector);
      app.redraw();
      document.querySelector<HTMLElement>("h1")?.focus();
    };
    fill(
      bar,
      h("p", { class: "hint", role: "status" }, t("detail.unsaved")),
      h("button", { type: "button", class: "quiet", onclick: discard }, t("detail.discard")),
      saveButton,
    );
    const follow = () => {
      bar.hidden = !draft.isDirty;
    };
    follow();
    return h(
      "div",
      { class: "page detail" },
      head(),
      h(
        "div",
        { class: "with-rail" },
        h("div", { class: "stack" }, form.element, bar, activity.view(), archiveList(app, session, archive)),
        h(
          "div",
          { class: "stack rail" },
          testSend({ api: session.api, draft, isValid: form.isValid, showIssues: form.showIssues }),
        ),
      ),
    );
  };

  const head = () => {
    const since = connector.updatedAt ?? connector.createdAt;
    return h(
      "div",
      { class: "detail-head" },
      h(
        "div",
        { class: "title" },
        logo(factory.id),
        h(
          "div",
          {},
          h("h1", { tabindex: -1 }, name()),
          h(
            "p",
            { class: "meta" },
            h("span", { class: "badge good" }, t("detail.active")),
            since && h("span", {}, t("detail.since", { date: date(since) })),
            h("span", { class: "id" }, h("code", {}, connector.id)),
            copyButton(() => connector.id, t("detail.id")),
          ),
        ),
      ),
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          {
            type: "button",
            class: "quiet",
            onclick: () => openDrawer(`${t("guide.title")}: ${name()}`, guide.view()),
          },
          icon("book"),
          t("guide.title"),
        ),
        h("button", { type: "button", class: "secondary", onclick: change }, t("detail.change")),
        h(
          "button",
          {
            type: "button",
            class: "quiet danger",
            onclick: () => confirmDelete(app, session, connector, name()),
          },
          t("detail.delete"),
        ),
      ),
    );
  };

  return { title: name, isDirty: () => draft.isDirty, render };
};
