/**
 * The test send: number, usage type, language, and what came of it in plain words. "Unknown" is never dressed up as a
 * success or a failure, and while the provider throttles the button waits.
 */
import type { Api } from "../api/client.ts";
import { ApiError } from "../api/client.ts";
import type { Draft } from "../form/draft.ts";
import { field, showIssue } from "../form/field.ts";
import { errorText } from "../i18n/error.ts";
import { localeName, localized, serverMessage, t } from "../i18n/index.ts";
import { USAGE_TYPES } from "../templates/template.ts";
import { usageName } from "../templates/usage-tabs.ts";
import { toE164 } from "../text/sms.ts";
import { busy, idle, isBusy } from "./busy.ts";
import { fill, h, icon } from "./dom.ts";

interface TestSend {
  api: Api;
  draft: Draft;
  /** Checks the form; false has shown what is wrong. */
  isValid: () => boolean;
  /** Shows the issues that the server found in the config. */
  showIssues: () => void;
}

interface Outcome {
  mood: "good" | "warn" | "bad";
  title: string;
  lines: (string | null | false)[];
  wait?: number;
}

export const testSend = ({ api, draft, isValid, showIssues }: TestSend): HTMLElement => {
  const result = h("div", { role: "status", class: "outcome-place" });
  const phone = h("input", { type: "tel", autocomplete: "tel", name: "phone", placeholder: "+14155550123" });
  const usage = h(
    "select",
    {},
    ...USAGE_TYPES.map((name) =>
      h("option", { value: name }, usageName(name) === name ? name : `${usageName(name)} (${name})`),
    ),
  );
  const locale = h("select", {}, ...localesOf(draft));
  const button = h("button", { type: "submit", class: "secondary" }, t("test.send"));
  const refreshLocales = () => {
    const chosen = locale.value;
    fill(locale, ...localesOf(draft));
    locale.value = [...locale.options].some((option) => option.value === chosen) ? chosen : "";
  };
  locale.addEventListener("focus", refreshLocales);
  phone.addEventListener("input", () => showIssue(phone, undefined));

  const send = async (event: Event) => {
    event.preventDefault();
    if (isBusy(button)) return;
    const number = toE164(phone.value);
    if (!isValid()) return show({ mood: "bad", title: t("test.failed"), lines: [t("test.mend")] });
    showIssue(phone, number ? undefined : t("test.phone.wrong"));
    if (!number) return phone.focus();
    busy(button, t("test.sending"));
    fill(result);
    const request = { phone: number, config: draft.config(), usageType: usage.value };
    const outcome = await api
      .test(draft.factory.id, locale.value ? { ...request, locale: locale.value } : request)
      .then(
        (status) => settled(status, localized(draft.factory.name)),
        (error: unknown) => {
          if (error instanceof ApiError && error.code === "connector.invalid_config") {
            draft.issues = error.issues;
            showIssues();
          }
          return failed(error, localized(draft.factory.name));
        },
      );
    show(outcome);
    await pause(outcome.wait ?? 0, button);
    idle(button, t("test.send"));
  };
  const show = ({ mood, title, lines }: Outcome) =>
    fill(
      result,
      h(
        "div",
        { class: `outcome ${mood}` },
        icon(mood === "good" ? "check" : "warning"),
        h("div", {}, h("strong", {}, title), ...lines.map((line) => line && h("p", {}, line))),
      ),
    );
  const hasTemplates = draft.factory.formItems.some((item) => item.templates);
  return h(
    "form",
    { class: "card test", novalidate: true, onsubmit: send },
    h("h2", {}, t("test.title")),
    h("p", { class: "hint" }, t("test.lead")),
    field({ label: t("test.phone"), control: phone, hint: t("test.phone.hint") }),
    h(
      "div",
      { class: "pair" },
      field({ label: t("test.usage"), control: usage }),
      hasTemplates && field({ label: t("test.locale"), control: locale }),
    ),
    button,
    result,
  );
};

/** The languages that the templates have. */
const localesOf = (draft: Draft): HTMLOptionElement[] => {
  const tags = [...draft.values.values()].flatMap((value) =>
    value.kind === "templates" ? value.list.map((template) => template.locale) : [],
  );
  return ["", ...new Set(tags.filter(Boolean))].map((tag) =>
    h("option", { value: tag }, tag ? localeName(tag) : t("test.locale.any")),
  );
};

const settled = (status: "accepted" | "unknown", name: string): Outcome =>
  status === "accepted"
    ? { mood: "good", title: t("test.accepted"), lines: [t("test.accepted.body", { name })] }
    : { mood: "warn", title: t("test.unknown"), lines: [t("test.unknown.body", { name })] };

const failed = (error: unknown, name: string): Outcome => {
  if (!(error instanceof ApiError))
    return { mood: "bad", title: t("test.failed"), lines: [errorText(error)] };
  const { code, provider, retryAfter, requestId } = error;
  const request = requestId && t("test.request", { id: requestId });
  // No answer from the Worker: the message may be on its way all the same.
  if (code === "network") return settled("unknown", name);
  const answer =
    provider &&
    (provider.code
      ? t("test.refused.code", { code: provider.code, status: provider.status })
      : t("test.refused.status", { status: provider.status }));
  if (error.status === 429) {
    const title =
      retryAfter === null ? t("test.throttled.plain") : t("test.throttled", { seconds: retryAfter });
    const wait = retryAfter === null ? {} : { wait: retryAfter };
    return { mood: "warn", title, lines: [t("test.throttled.body"), answer, request], ...wait };
  }
  if (provider) {
    const body = t("test.refused.body", { name, reason: serverMessage(error.message) });
    return { mood: "bad", title: t("test.refused"), lines: [body, answer, request] };
  }
  return { mood: "bad", title: t("test.failed"), lines: [errorText(error), request] };
};

/** Counts down in the button, without a word to screen readers: they have heard how long. */
const pause = async (seconds: number, button: HTMLButtonElement): Promise<void> => {
  if (seconds <= 0) return;
  const count = h("span", { "aria-hidden": "true" });
  fill(button, t("test.send"), count);
  for (let left = Math.min(seconds, 3600); left > 0 && button.isConnected; left -= 1) {
    fill(count, `${left} s`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
};
