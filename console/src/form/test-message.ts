/**
 * The form that sends a test message with the draft's config, and shows its result. An unknown outcome is shown neither
 * as a success nor as a failure. While the provider limits requests, the button waits.
 */
import type { ApiClient } from "../api/client.ts";
import { ApiError } from "../api/client.ts";
import { formatError } from "../i18n/error.ts";
import { formatLocale, getUsageTypeName, localize, t, translateServerMessage } from "../i18n/index.ts";
import { USAGE_TYPES } from "../templates/template.ts";
import { parsePhoneNumber } from "../text/sms.ts";
import { clearBusy, isBusy, setBusy } from "../ui/busy.ts";
import { h, renderIcon, replaceChildren } from "../ui/dom.ts";
import type { Draft } from "./draft.ts";
import { renderField, showIssue } from "./field.ts";

interface TestMessageOptions {
  api: ApiClient;
  draft: Draft;
  /** Validates the form; returns false after showing the issues. */
  validate: () => boolean;
  /** Shows the draft's issues, which the server found. */
  showIssues: () => void;
}

interface TestResult {
  level: "success" | "warning" | "error";
  title: string;
  lines: (string | null | false)[];
  /** Seconds until the provider accepts the next request. */
  retryAfter?: number;
}

export const renderTestMessage = ({ api, draft, validate, showIssues }: TestMessageOptions): HTMLElement => {
  const result = h("div", { role: "status", class: "test-result-region" });
  const phone = h("input", {
    type: "tel",
    autocomplete: "tel",
    name: "phone",
    placeholder: "+14155550123",
    oninput: () => showIssue(phone, undefined),
  });
  const usage = h("select", {}, ...renderUsageOptions());
  const locale = renderLocaleSelect(draft);
  const button = h("button", { type: "submit", class: "secondary" }, t("test.send"));

  const send = async (event: Event) => {
    event.preventDefault();
    if (isBusy(button)) return;
    const number = parsePhoneNumber(phone.value);
    if (!validate()) {
      showResult(result, { level: "error", title: t("test.failed"), lines: [t("test.fixIssues")] });
      return;
    }
    showIssue(phone, number ? undefined : t("test.phone.invalid"));
    if (!number) return phone.focus();
    setBusy(button, t("test.sending"));
    replaceChildren(result);
    const request = { phone: number, config: draft.toConfig(), usageType: usage.value };
    const name = localize(draft.factory.name);
    const outcome = await api
      .sendTestMessage(draft.factory.id, locale.value ? { ...request, locale: locale.value } : request)
      .then(
        (status) => describeStatus(status, name),
        (error: unknown) => {
          if (error instanceof ApiError && error.code === "connector.invalid_config") {
            draft.issues = error.issues;
            showIssues();
          }
          return describeFailure(error, name);
        },
      );
    showResult(result, outcome);
    await countDown(outcome.retryAfter ?? 0, button);
    clearBusy(button, t("test.send"));
  };

  const hasTemplates = draft.factory.formItems.some((item) => item.templates);
  return h(
    "form",
    { class: "card test", novalidate: true, onsubmit: send },
    h("h2", {}, t("test.title")),
    h("p", { class: "hint" }, t("test.lead")),
    renderField({ label: t("test.phone"), control: phone, hint: t("test.phone.hint") }),
    h(
      "div",
      { class: "pair" },
      renderField({ label: t("test.usage"), control: usage }),
      hasTemplates && renderField({ label: t("test.locale"), control: locale }),
    ),
    button,
    result,
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

const showResult = (region: HTMLElement, { level, title, lines }: TestResult): void =>
  replaceChildren(
    region,
    h(
      "div",
      { class: `test-result ${level}` },
      renderIcon(level === "success" ? "check" : "warning"),
      h("div", {}, h("strong", {}, title), ...lines.map((line) => line && h("p", {}, line))),
    ),
  );

const describeStatus = (status: "accepted" | "unknown", name: string): TestResult =>
  status === "accepted"
    ? { level: "success", title: t("test.accepted"), lines: [t("test.accepted.body", { name })] }
    : { level: "warning", title: t("test.unknown"), lines: [t("test.unknown.body", { name })] };

const describeFailure = (error: unknown, name: string): TestResult => {
  if (!(error instanceof ApiError)) {
    return { level: "error", title: t("test.failed"), lines: [formatError(error)] };
  }
  // Without a response from the Worker the message may have been sent.
  if (error.code === "network") return describeStatus("unknown", name);
  const request = error.requestId && t("test.request", { id: error.requestId });
  const response = error.provider && describeProviderResponse(error.provider);
  if (error.status === 429) return describeRateLimit(error.retryAfter, [response, request]);
  if (error.provider) {
    const body = t("test.rejected.body", { name, reason: translateServerMessage(error.message) });
    return { level: "error", title: t("test.rejected"), lines: [body, response, request] };
  }
  return { level: "error", title: t("test.failed"), lines: [formatError(error), request] };
};

const describeProviderResponse = ({ status, code }: NonNullable<ApiError["provider"]>): string =>
  code ? t("test.rejected.code", { code, status }) : t("test.rejected.status", { status });

const describeRateLimit = (retryAfter: number | null, lines: TestResult["lines"]): TestResult => ({
  level: "warning",
  title: retryAfter === null ? t("test.rateLimited") : t("test.rateLimited.seconds", { seconds: retryAfter }),
  lines: [t("test.rateLimited.body"), ...lines],
  ...(retryAfter === null ? {} : { retryAfter }),
});

/** Counts down in the button. Hidden from screen readers, which have already read the number of seconds. */
const countDown = async (seconds: number, button: HTMLButtonElement): Promise<void> => {
  if (seconds <= 0) return;
  const counter = h("span", { "aria-hidden": "true" });
  replaceChildren(button, t("test.send"), counter);
  for (let left = Math.min(seconds, 3600); left > 0 && button.isConnected; left -= 1) {
    replaceChildren(counter, `${left} s`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
};
