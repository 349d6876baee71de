/**
 * Sends a real code with the saved connector and verifies it, as an application does with `/send` and `/verify`. The
 * limits of the phone number count it.
 */
import type { ApiClient } from "../api/client.ts";
import { ApiError } from "../api/client.ts";
import { formatError } from "../i18n/error.ts";
import { plural, t } from "../i18n/index.ts";
import { clearBusy, countDown, isBusy, setBusy } from "../ui/busy.ts";
import { h, replaceChildren } from "../ui/dom.ts";
import { type Outcome, showOutcome } from "../ui/outcome.ts";
import { renderField, showIssue } from "./field.ts";
import { createPhoneField } from "./phone-field.ts";
import { describeSendError } from "./send-outcome.ts";

interface RealCodeOptions {
  api: ApiClient;
  /** The provider's name. */
  name: string;
  codeLength: number;
}

export const renderRealCode = (options: RealCodeOptions): HTMLElement => {
  const region = h("div", { role: "status", class: "outcome-region" });
  const verification = h("div", { class: "verification" });
  const phone = createPhoneField();
  const button = h("button", { type: "submit", class: "secondary" }, t("real.send"));

  const send = async (event: Event) => {
    event.preventDefault();
    const number = phone.read();
    if (isBusy(button)) return;
    if (!number) return phone.focus();
    setBusy(button, t("test.sending"));
    replaceChildren(region);
    const outcome = await options.api.sendCode(number).then(
      (): Outcome => ({
        level: "success",
        title: t("real.sent"),
        cause: t("real.sent.body", { name: options.name }),
      }),
      (error: unknown) => describeSendError(error, options.name),
    );
    showOutcome(region, outcome);
    // After an unknown outcome the message may have arrived.
    if (outcome.level !== "error" && outcome.retryAfter === undefined) showVerification(number);
    await countDown(outcome.retryAfter ?? 0, button, t("real.send"));
    clearBusy(button, t("real.send"));
  };

  const showVerification = (number: string) => {
    const form = renderVerification(options, number, region);
    replaceChildren(verification, form);
    form.querySelector("input")?.focus();
  };

  return h(
    "section",
    { class: "card real-code" },
    h("h2", {}, t("real.title")),
    h("p", { class: "hint" }, t("real.lead")),
    h("form", { class: "stack tight", novalidate: true, onsubmit: send }, phone.element, button),
    verification,
    region,
  );
};

const renderVerification = (
  { api, codeLength }: RealCodeOptions,
  number: string,
  region: HTMLElement,
): HTMLFormElement => {
  const control = h("input", {
    type: "text",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    class: "code-input",
    placeholder: "0".repeat(codeLength),
    oninput: () => showIssue(control, undefined),
  });
  const button = h("button", { type: "submit", class: "primary" }, t("real.verify"));
  const verify = async (event: Event) => {
    event.preventDefault();
    if (isBusy(button)) return;
    const code = control.value.trim();
    showIssue(control, code ? undefined : t("real.code.empty"));
    if (!code) return control.focus();
    setBusy(button, t("real.verifying"));
    const outcome = await api
      .verifyCode(number, code)
      .then(
        (): Outcome => ({ level: "success", title: t("real.verified"), cause: t("real.verified.body") }),
        describeVerifyError,
      );
    showOutcome(region, outcome);
    clearBusy(button, t("real.verify"));
    if (outcome.level === "success") form.remove();
    else control.select();
  };
  const form = h(
    "form",
    { class: "stack tight", novalidate: true, onsubmit: verify },
    renderField({ label: t("real.code", { phone: number }), control }),
    button,
  );
  return form;
};

const describeVerifyError = (error: unknown): Outcome => {
  if (!(error instanceof ApiError)) {
    return { level: "error", title: t("real.notVerified"), cause: formatError(error) };
  }
  const { attemptsLeft, code, status, requestId } = error;
  return {
    level: "error",
    title: t("real.notVerified"),
    cause: formatError(error),
    action: attemptsLeft === null ? null : plural("real.attempts", attemptsLeft),
    facts: [[t("outcome.code"), `${code} (HTTP ${status})`]],
    requestId,
  };
};
