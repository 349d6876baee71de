/** Setting a provider up: its guide beside the form, the test, and "Save and done". */

import { ApiError } from "../api/client.ts";
import type { Factory } from "../api/shapes.ts";
import type { App, Page } from "../app.ts";
import { Draft } from "../form/draft.ts";
import { connectorForm } from "../form/form.ts";
import { localized, t } from "../i18n/index.ts";
import type { Session } from "../session.ts";
import { busy, idle, isBusy } from "../ui/busy.ts";
import { h, icon } from "../ui/dom.ts";
import { logo } from "../ui/provider.ts";
import { testSend } from "../ui/test-send.ts";
import { toast } from "../ui/toast.ts";
import { Guide, guidePane } from "./guide-pane.ts";

export const setup = (app: App, session: Session, factory: Factory): Page => {
  const draft = new Draft(factory);
  const guide = new Guide(factory.id);
  const name = () => localized(factory.name);
  const replaced = session.connector && session.factory(session.connector.connectorId);
  return {
    title: () => t("setup.title", { name: name() }),
    isDirty: () => draft.isDirty,
    render: () => {
      const form = connectorForm({ draft, codeLength: session.settings.codeLength, onchange: () => {} });
      const button = h("button", { type: "button", class: "primary" }, t("setup.save"));
      button.addEventListener("click", async () => {
        if (isBusy(button) || !form.isValid()) return;
        busy(button, t("setup.saving"));
        form.element.inert = true;
        try {
          await session.api.create(factory.id, draft.config());
          await app.go("#/");
          toast(t("setup.saved", { name: name() }));
        } catch (error) {
          idle(button, t("setup.save"));
          form.element.inert = false;
          if (error instanceof ApiError && error.issues.length > 0) {
            draft.issues = error.issues;
            form.showIssues();
          } else app.failed(error);
        }
      });
      return h(
        "div",
        { class: "page setup" },
        h("a", { class: "back", href: "#/choose" }, icon("back"), t("choose.title")),
        h("div", { class: "title" }, logo(factory.id), h("h1", {}, t("setup.title", { name: name() }))),
        replaced && h("p", { class: "notice" }, t("setup.replaces", { name: localized(replaced.name) })),
        h(
          "div",
          { class: "beside" },
          guidePane(guide),
          h(
            "div",
            { class: "stack" },
            form.element,
            testSend({ api: session.api, draft, isValid: form.isValid, showIssues: form.showIssues }),
            h("div", { class: "save-bar" }, h("p", { class: "hint" }, t("setup.effect")), button),
          ),
        ),
      );
    },
  };
};
