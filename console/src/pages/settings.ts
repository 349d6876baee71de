/** The settings in force: read-only, each with the variable that sets it. */
import type { Page } from "../app.ts";
import { language, t } from "../i18n/index.ts";
import type { Session } from "../session.ts";
import { h, rich } from "../ui/dom.ts";

interface Row {
  label: string;
  value: string;
  variable?: string;
}

export const settings = (session: Session): Page => ({
  title: () => t("settings.title"),
  render: () => {
    const now = session.settings;
    const seconds = (n: number) => t("settings.seconds", { n });
    const minutes = now.codeLifetimeSeconds / 60;
    return h(
      "div",
      { class: "page narrow" },
      h("h1", {}, t("settings.title")),
      h("p", { class: "lead" }, ...rich(t("settings.lead"))),
      group(t("settings.codes"), [
        {
          label: t("settings.length"),
          value: t("settings.length.value", { n: now.codeLength }),
          variable: "CODE_LENGTH",
        },
        { label: t("settings.lifetime"), value: t("settings.lifetime.value", { n: minutes }) },
        { label: t("settings.attempts"), value: String(now.maxAttempts), variable: "MAX_ATTEMPTS" },
      ]),
      group(t("settings.limits"), [
        { label: t("settings.failures"), value: String(now.dailyFailures), variable: "DAILY_FAILURES" },
        {
          label: t("settings.cooldowns"),
          value: now.resendCooldowns.map(seconds).join(", "),
          variable: "RESEND_COOLDOWNS",
        },
        { label: t("settings.perHour"), value: String(now.sendsPerHour), variable: "SENDS_PER_HOUR" },
        { label: t("settings.perDay"), value: String(now.sendsPerDay), variable: "SENDS_PER_DAY" },
        {
          label: t("settings.countries"),
          value: countries(now.allowedCountries),
          variable: "ALLOWED_COUNTRIES",
        },
      ]),
      group(t("settings.worker"), [
        {
          label: t("settings.timeout"),
          value: seconds(now.providerTimeoutMs / 1000),
          variable: "PROVIDER_TIMEOUT_MS",
        },
        {
          label: t("settings.mock"),
          value: t(now.allowMock ? "settings.allowed" : "settings.notAllowed"),
          variable: "ALLOW_MOCK",
        },
        {
          label: t("settings.rotation"),
          value: t(now.rotating ? "settings.rotating" : "settings.notRotating"),
          variable: "OTP_SECRET_PREVIOUS",
        },
        { label: t("settings.version"), value: now.version },
      ]),
    );
  },
});

const group = (title: string, rows: Row[]): HTMLElement =>
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

/** Country codes in words where the browser knows them; dialling codes with their plus. */
const countries = (allowed: string[] | null | undefined): string => {
  if (!allowed) return t("settings.countries.all");
  const names = new Intl.DisplayNames(language(), { type: "region" });
  const words = (code: string) =>
    /^[A-Z]{2}$/.test(code) ? `${names.of(code) ?? code} (${code})` : `+${code}`;
  return allowed.map(words).join(", ");
};
