/** Sign-in: one field. Says why the key is asked for again. */

import { ApiError } from "../api/client.ts";
import type { App, Page } from "../app.ts";
import { field, showIssue } from "../form/field.ts";
import { errorText } from "../i18n/error.ts";
import { t } from "../i18n/index.ts";
import { busy, idle, isBusy } from "../ui/busy.ts";
import { fill, h } from "../ui/dom.ts";

export type Notice = "reloaded" | "signedout" | "expired" | null;

export const signIn = (app: App, notice: Notice): Page => {
  let typed = "";
  return {
    title: () => t("signin.title"),
    render: () => {
      const control = h("input", {
        type: "password",
        name: "admin-key",
        value: typed,
        autocomplete: "current-password",
        autocapitalize: "off",
        spellcheck: "false",
        oninput: () => {
          typed = control.value;
          showIssue(control, undefined);
        },
      });
      const button = h("button", { type: "submit", class: "primary wide" }, t("signin.submit"));
      const alert = h("div", { role: "alert" });
      const submit = async (event: Event) => {
        event.preventDefault();
        const key = control.value.trim();
        fill(alert);
        showIssue(control, key ? undefined : t("signin.empty"));
        if (!key) return control.focus();
        if (isBusy(button)) return;
        busy(button, t("signin.busy"));
        await app.signIn(key).catch((error: unknown) => {
          idle(button, t("signin.submit"));
          const isWrong = error instanceof ApiError && error.status === 401;
          if (isWrong) showIssue(control, t("signin.wrong"));
          else fill(alert, h("p", { class: "notice bad" }, errorText(error)));
          control.focus();
          control.select();
        });
      };
      return h(
        "div",
        { class: "page signin" },
        h("h1", {}, t("signin.title")),
        h("p", { class: "lead" }, t("signin.lead")),
        notice && h("p", { class: "notice", role: "status" }, t(`signin.${notice}`)),
        alert,
        h(
          "form",
          { novalidate: true, onsubmit: submit },
          // For password managers, which file a key under a name.
          h("input", { type: "text", value: "edge-otp", autocomplete: "username", hidden: true }),
          field({ label: t("signin.key"), control, hint: t("signin.key.hint") }),
          button,
        ),
        h("p", { class: "hint" }, t("signin.memory")),
      );
    },
  };
};
