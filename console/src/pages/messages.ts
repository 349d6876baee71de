/** The message log: a chart of the last 24 hours and a table of sends and verifications, page by page. */
import type { LoggedMessage, MessageCount, MessagePage } from "../api/types.ts";
import { formatDate, formatNumber, getLanguage, getUsageTypeName, isMessageKey, t } from "../i18n/index.ts";
import type { AppController, Page } from "../page.ts";
import type { Session } from "../session.ts";
import { clearBusy, isBusy, setBusy } from "../ui/busy.ts";
import { renderCodeBlock } from "../ui/code-block.ts";
import { type Child, h, renderInlineCode, replaceChildren } from "../ui/dom.ts";
import { renderHourChart, sumByHour } from "../ui/hour-chart.ts";

/** A variable of wrangler's configuration, which has the binding and its class already. */
const CONFIGURATION = `MESSAGE_LOG = "1"`;

/** The events of a request that did what was asked for. */
const SUCCESSES = new Set(["send.granted", "send.repeated", "send.ignored", "verify.ok"]);

export const openMessagesPage = async (app: AppController, session: Session): Promise<Page> => {
  const { api } = session;
  const [page, summary] = await Promise.all([api.listMessages(), api.getMessageSummary()]);
  const state = { messages: [...page.messages], next: page.nextCursor, counts: summary.counts };
  const loadMore = async (button: HTMLButtonElement): Promise<void> => {
    if (isBusy(button)) return;
    setBusy(button, t("loading"));
    try {
      const more = await api.listMessages(state.next);
      state.messages.push(...more.messages);
      state.next = more.nextCursor;
      app.rerender();
    } catch (error) {
      clearBusy(button, t("messages.more"));
      app.handleError(error);
    }
  };
  return {
    title: () => t("messages.title"),
    render: () =>
      h(
        "div",
        { class: "page messages" },
        h("h1", {}, t("messages.title")),
        ...(page.recorded ? renderLog(app, session, state, loadMore) : renderInstructions()),
      ),
  };
};

const renderInstructions = (): Child[] => [
  h("p", { class: "lead" }, ...renderInlineCode(t("messages.off"))),
  renderCodeBlock(CONFIGURATION, t("messages.off.label")),
];

interface LogState {
  messages: LoggedMessage[];
  next: MessagePage["nextCursor"];
  counts: readonly MessageCount[];
}

const renderLog = (
  app: AppController,
  session: Session,
  { messages, next, counts }: LogState,
  loadMore: (button: HTMLButtonElement) => Promise<void>,
): Child[] => {
  const refresh = h(
    "button",
    { type: "button", class: "secondary small", onclick: () => app.navigate("#/messages") },
    t("messages.refresh"),
  );
  const lead = h("p", { class: "lead" }, t("messages.lead"));
  if (messages.length === 0) return [lead, h("p", { class: "hint" }, t("messages.empty")), refresh];
  const more = h(
    "button",
    { type: "button", class: "secondary", onclick: () => loadMore(more) },
    t("messages.more"),
  );
  return [
    lead,
    refresh,
    renderChart(counts),
    renderTable(session, messages),
    next && h("div", { class: "actions" }, more),
  ];
};

const renderChart = (counts: readonly MessageCount[]): HTMLElement =>
  h(
    "section",
    { class: "card" },
    h("h2", {}, t("messages.chart")),
    renderHourChart(
      sumByHour(counts, (event) => SUCCESSES.has(event)),
      {
        label: (hour) =>
          t("messages.chart.hour", {
            hour: formatHour(hour.hour),
            good: formatNumber(hour.good),
            bad: formatNumber(hour.bad),
          }),
        good: t("messages.chart.good"),
        bad: t("messages.chart.bad"),
      },
    ),
  );

const formatHour = (iso: string): string =>
  new Intl.DateTimeFormat(getLanguage(), { hour: "numeric", minute: "2-digit" }).format(new Date(iso));

const COLUMNS = ["time", "result", "recipient", "usage", "provider", "request"] as const;

const renderTable = (session: Session, messages: readonly LoggedMessage[]): HTMLElement => {
  const body = h("tbody");
  replaceChildren(body, ...messages.map((message) => renderRow(session, message)));
  return h(
    "div",
    { class: "table", tabindex: 0, role: "region", "aria-label": t("messages.table") },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h("tr", {}, ...COLUMNS.map((column) => h("th", { scope: "col" }, t(`messages.${column}`)))),
      ),
      body,
    ),
  );
};

const renderRow = (session: Session, message: LoggedMessage): HTMLElement =>
  h(
    "tr",
    { class: SUCCESSES.has(message.event) ? "good" : "bad" },
    h("td", {}, h("time", { datetime: message.time }, formatDate(message.time))),
    h("td", {}, renderEvent(message.event)),
    h("td", {}, formatRecipient(message)),
    h("td", {}, message.usageType ? getUsageTypeName(message.usageType) : ""),
    h("td", {}, ...renderProvider(session, message)),
    h("td", {}, h("code", {}, message.requestId)),
  );

/** Renders the name of an event; its code, if it is one of a newer version. */
const renderEvent = (event: string): Child => {
  const key = `messages.event.${event}`;
  return isMessageKey(key) ? t(key) : h("code", {}, event);
};

/** Formats what is known of a number: its country or dialling code, and its last two digits. */
const formatRecipient = ({ country, diallingCode, phoneEndsWith }: LoggedMessage): string => {
  if (!phoneEndsWith) return "";
  const prefix = [country, diallingCode && `+${diallingCode}`].filter(Boolean).join(" ");
  return `${prefix} … ${phoneEndsWith}`.trim();
};

const renderProvider = (session: Session, message: LoggedMessage): Child[] => {
  const { connectorId, providerCode, providerStatus, cause } = message;
  const name = connectorId ? (session.findFactory(connectorId)?.name.en ?? connectorId) : "";
  const result = providerCode ?? cause ?? (SUCCESSES.has(message.event) ? undefined : providerStatus);
  return [name, result !== undefined && " ", result !== undefined && h("code", {}, String(result))];
};
