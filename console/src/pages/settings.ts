/** The current settings, read-only, each with the variable that sets it. */
import type { Settings } from "../api/types.ts";
import { getLanguage, t } from "../i18n/index.ts";
import type { Page } from "../page.ts";
import type { Session } from "../session.ts";
import { h, renderInlineCode } from "../ui/dom.ts";

interface SettingRow {
  label: string;
  value: string;
  variable?: string;
}

export const createSettingsPage = ({ settings }: Session): Page => ({
  title: () => t("settings.title"),
  render: () =>
    h(
      "div",
      { class: "page narrow" },
      h("h1", {}, t("settings.title")),
      h("p", { class: "lead" }, ...renderInlineCode(t("settings.lead"))),
      renderGroup(t("settings.codes"), listCodeSettings(settings)),
      renderGroup(t("settings.limits"), listLimits(settings)),
      renderGroup(t("settings.worker"), listWorkerSettings(settings)),
    ),
});

const formatSeconds = (n: number): string => t("settings.seconds", { n });

const listCodeSettings = (settings: Settings): SettingRow[] => [
  {
    label: t("settings.length"),
    value: t("settings.length.value", { n: settings.codeLength }),
    variable: "CODE_LENGTH",
  },
  {
    label: t("settings.expiry"),
    value: t("settings.expiry.value", { n: settings.codeLifetimeSeconds / 60 }),
  },
  { label: t("settings.attempts"), value: String(settings.maxAttempts), variable: "MAX_ATTEMPTS" },
];

const listLimits = (settings: Settings): SettingRow[] => [
  { label: t("settings.failures"), value: String(settings.dailyFailures), variable: "DAILY_FAILURES" },
  {
    label: t("settings.cooldowns"),
    value: settings.resendCooldowns.map(formatSeconds).join(", "),
    variable: "RESEND_COOLDOWNS",
  },
  { label: t("settings.perHour"), value: String(settings.sendsPerHour), variable: "SENDS_PER_HOUR" },
  { label: t("settings.perDay"), value: String(settings.sendsPerDay), variable: "SENDS_PER_DAY" },
  {
    label: t("settings.countries"),
    value: formatCountries(settings.allowedCountries),
    variable: "ALLOWED_COUNTRIES",
  },
  {
    label: t("settings.phoneCheck"),
    value: t(settings.phoneCheck === "e164" ? "settings.phoneCheck.e164" : "settings.phoneCheck.full"),
    variable: "PHONE_CHECK",
  },
  {
    label: t("settings.services"),
    value: settings.allowServiceNumbers?.join(", ") ?? t("settings.services.none"),
    variable: "ALLOW_SERVICE_NUMBERS",
  },
];

const listWorkerSettings = (settings: Settings): SettingRow[] => [
  {
    label: t("settings.timeout"),
    value: formatSeconds(settings.providerTimeoutMs / 1000),
    variable: "PROVIDER_TIMEOUT_MS",
  },
  {
    label: t("settings.mock"),
    value: t(settings.allowMock ? "settings.allowed" : "settings.notAllowed"),
    variable: "ALLOW_MOCK",
  },
  {
    label: t("settings.rotation"),
    value: t(settings.rotating ? "settings.rotating" : "settings.notRotating"),
    variable: "OTP_SECRET_PREVIOUS",
  },
  { label: t("settings.version"), value: settings.version },
];

const renderGroup = (title: string, rows: SettingRow[]): HTMLElement =>
  h(
    "section",
    { class: "card" },
    h("h2", {}, title),
    h(
      "dl",
      { class: "settings" },
      ...rows.map(({ label, value, variable }) =>
        h("div", {}, h("dt", {}, label, variable && h("code", {}, variable)), h("dd", {}, value)),
      ),
    ),
  );

/** Formats ISO country codes with the country's name, and calling codes with a plus sign. */
const formatCountries = (allowed: readonly string[] | undefined): string => {
  if (!allowed) return t("settings.countries.all");
  const names = new Intl.DisplayNames(getLanguage(), { type: "region" });
  const format = (code: string) =>
    /^[A-Z]{2}$/.test(code) ? `${names.of(code) ?? code} (${code})` : `+${code}`;
  return allowed.map(format).join(", ");
};
