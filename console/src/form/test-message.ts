/**
 * The form that sends a test message with the draft's config, and shows its outcome. An unknown outcome is shown neither
 * as a success nor as a failure. While the provider limits requests, the button waits.
 */
import type { ApiClient } from "../api/client.ts";
import { ApiError } from "../api/client.ts";
import { formatLocale, getUsageTypeName, localize, t } from "../i18n/index.ts";
import { USAGE_TYPES } from "../templates/template.ts";
import { clearBusy, countDown, isBusy, setBusy } from "../ui/busy.ts";
import { h, replaceChildren } from "../ui/dom.ts";
import { showOutcome } from "../ui/outcome.ts";
import type { ConnectorForm } from "./connector-form.ts";
import type { Draft } from "./draft.ts";
import { renderField } from "./field.ts";
import { createPhoneField } from "./phone-field.ts";
import { describeSendError, describeSent } from "./send-outcome.ts";

interface TestMessageOptions {
  api: ApiClient;
  draft: Draft;
  form: ConnectorForm;
}

export const renderTestMessage = ({ api, draft, form }: TestMessageOptions): HTMLElement => {
  const region = h("div", { role: "status", class: "outcome-region" });
  const phone = createPhoneField();
  const usage = h("select", {}, ...renderUsageOptions());
  const locale = renderLocaleSelect(draft);
  const button = h("button", { type: "submit", class: "secondary" }, t("test.send"));
  const name = () => localize(draft.factory.name);

  /** Sends the message; resolves with the seconds to wait before the next one. */
  const sendTo = async (number: string): Promise<number> => {
    const request = { phone: number, config: draft.toConfig(), usageType: usage.value };
    try {
      const sent = await api.sendTestMessage(
        draft.factory.id,
        locale.value ? { ...request, locale: locale.value } : request,
      );
      showOutcome(region, describeSent(sent, name()));
      return 0;
    } catch (error) {
      if (error instanceof ApiError && error.code === "connector.invalid_config") {
        draft.issues = error.issues;
        form.showIssues();
      }
      const outcome = describeSendError(error, name());
      showOutcome(region, outcome);
      return outcome.retryAfter ?? 0;
    }
  };

  /** Checks the form and the number; resolves with the number if the message may be sent. */
  const prepare = async (): Promise<string | null> => {
    const number = phone.read();
    if (await form.validate()) {
      if (!number) phone.focus();
      return number;
    }
    showOutcome(region, { level: "error", title: t("test.failed"), cause: t("test.fixIssues") });
    return null;
  };

  const send = async (event: Event) => {
    event.preventDefault();
    if (isBusy(button)) return;
    setBusy(button, t("test.sending"));
    replaceChildren(region);
    const number = await prepare().catch((error: unknown) => {
      const level = "error";
      showOutcome(region, {
        ...describeSendError(error, name()),
        level,
        title: t("test.failed"),
        action: null,
      });
      return null;
    });
    if (number) await countDown(await sendTo(number), button, t("test.send"));
    clearBusy(button, t("test.send"));
  };

  const hasTemplates = draft.factory.formItems.some((item) => item.templates);
  return h(
    "form",
    { class: "card test", novalidate: true, onsubmit: send },
    h("h2", {}, t("test.title")),
    h("p", { class: "hint" }, t("test.lead")),
    phone.element,
    h(
      "div",
      { class: "pair" },
      renderField({ label: t("test.usage"), control: usage }),
      hasTemplates && renderField({ label: t("test.locale"), control: locale }),
    ),
    button,
    region,
  );
};

const renderUsageOptions = (): HTMLOptionElement[] =>
  USAGE_TYPES.map((usage) => {
    const name = getUsageTypeName(usage);
    return h("option", { value: usage }, name === usage ? usage : `${name} (${usage})`);
  });

/** Renders the select of the languages for which there are templates. It updates its options on focus. */
const renderLocaleSelect = (draft: Draft): HTMLSelectElement => {
  const select = h("select", {
    onfocus: () => {
      const selected = select.value;
      replaceChildren(select, ...renderLocaleOptions(draft));
      select.value = [...select.options].some((option) => option.value === selected) ? selected : "";
    },
  });
  replaceChildren(select, ...renderLocaleOptions(draft));
  return select;
};

const renderLocaleOptions = (draft: Draft): HTMLOptionElement[] => {
  const tags = [...draft.values.values()].flatMap((value) =>
    value.kind === "templates" ? value.list.map((template) => template.locale) : [],
  );
  return ["", ...new Set(tags.filter(Boolean))].map((tag) =>
    h("option", { value: tag }, tag ? formatLocale(tag) : t("test.locale.none")),
  );
};
