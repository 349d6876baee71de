/** The sign-in page: one field for the admin key, and the reason why the key is required again. */
import { ApiError } from "../api/client.ts";
import { renderField, showIssue } from "../form/field.ts";
import { formatError } from "../i18n/error.ts";
import { t } from "../i18n/index.ts";
import type { AppController, Page, SignInReason } from "../page.ts";
import { clearBusy, isBusy, setBusy } from "../ui/busy.ts";
import { createId, h, replaceChildren } from "../ui/dom.ts";

export const createSignInPage = (app: AppController, reason: SignInReason): Page => {
  let input = "";
  let isKept = false;
  const render = () => {
    const control = h("input", {
      type: "password",
      name: "admin-key",
      value: input,
      autocomplete: "current-password",
      autocapitalize: "off",
      spellcheck: "false",
      oninput: () => {
        input = control.value;
        showIssue(control, undefined);
      },
    });
    const button = h("button", { type: "submit", class: "primary wide" }, t("signin.submit"));
    const alert = h("div", { role: "alert" });
    const keepId = createId("keep");
    const keep = h("input", {
      type: "checkbox",
      id: keepId,
      "aria-describedby": `${keepId}-hint`,
      checked: isKept,
      onchange: () => {
        isKept = keep.checked;
      },
    });
    const submit = async (event: Event) => {
      event.preventDefault();
      const key = control.value.trim();
      replaceChildren(alert);
      showIssue(control, key ? undefined : t("signin.empty"));
      if (!key) return control.focus();
      if (isBusy(button)) return;
      setBusy(button, t("signin.busy"));
      await app.signIn(key, keep.checked).catch((error: unknown) => {
        clearBusy(button, t("signin.submit"));
        const isWrongKey = error instanceof ApiError && error.status === 401;
        if (isWrongKey) showIssue(control, t("signin.wrong"));
        else replaceChildren(alert, h("p", { class: "notice error" }, formatError(error)));
        control.focus();
        control.select();
      });
    };
    return h(
      "div",
      { class: "page sign-in" },
      h("h1", {}, t("signin.title")),
      h("p", { class: "lead" }, t("signin.lead")),
      reason && h("p", { class: "notice", role: "status" }, t(`signin.${reason}`)),
      alert,
      h(
        "form",
        { novalidate: true, onsubmit: submit },
        // Password managers store a password under a user name.
        h("input", { type: "text", value: "edge-otp", autocomplete: "username", hidden: true }),
        renderField({ label: t("signin.key"), control, hint: t("signin.key.hint") }),
        h(
          "div",
          { class: "checkbox" },
          keep,
          h("label", { for: keepId }, t("signin.keep")),
          h("p", { class: "hint", id: `${keepId}-hint` }, t("signin.keep.hint")),
        ),
        button,
      ),
    );
  };
  return { title: () => t("signin.title"), render };
};
