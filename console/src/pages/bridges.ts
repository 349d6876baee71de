/** The pages "Use with …": the auth servers whose codes can be delivered, what to paste there, and a test. */
import type { Bridge } from "../api/types.ts";
import { t } from "../i18n/index.ts";
import type { AppController, Page } from "../page.ts";
import type { Session } from "../session.ts";
import { describeBridge } from "../text/bridges.ts";
import { clearBusy, isBusy, setBusy } from "../ui/busy.ts";
import { renderCodeBlock } from "../ui/code-block.ts";
import { type Child, h, renderInlineCode, replaceChildren } from "../ui/dom.ts";

/** Opens the list, or the page of one auth server; null if there is none with this id. */
export const openBridgesPage = async (
  app: AppController,
  session: Session,
  id: string,
): Promise<Page | null> => {
  const bridges = await session.api.listBridges();
  if (id === "") return createListPage(bridges);
  const bridge = bridges.find((candidate) => candidate.id === id);
  return bridge ? createBridgePage(app, session, bridge) : null;
};

const createListPage = (bridges: readonly Bridge[]): Page => ({
  title: () => t("bridges.title"),
  render: () =>
    h(
      "div",
      { class: "page narrow" },
      h("h1", {}, t("bridges.title")),
      h("p", { class: "lead" }, t("bridges.lead")),
      h(
        "ul",
        { class: "plain" },
        ...bridges.map(({ id, name, enabled }) =>
          h(
            "li",
            { class: "card" },
            h("a", { href: `#/bridges/${encodeURIComponent(id)}` }, name),
            " ",
            h("span", { class: "badge" }, t(enabled ? "bridges.ready" : "bridges.off")),
          ),
        ),
      ),
    ),
});

const createBridgePage = (app: AppController, session: Session, bridge: Bridge): Page => ({
  title: () => t("bridges.one.title", { name: bridge.name }),
  render: () =>
    h(
      "div",
      { class: "page narrow" },
      h("p", {}, h("a", { href: "#/bridges" }, t("bridges.back"))),
      h("h1", {}, t("bridges.one.title", { name: bridge.name })),
      renderSetup(bridge),
      bridge.enabled && renderTest(app, session, bridge),
    ),
});

const renderSetup = ({ id, name, setting }: Bridge): HTMLElement => {
  const setup = describeBridge(id, location.origin);
  const fields = setup?.fields ?? [["URL", `${location.origin}/deliver/${id}`] as const];
  return h(
    "section",
    { class: "card" },
    h("h2", {}, t("bridges.settings")),
    ...fields.flatMap(([field, value]): Child[] => [h("p", {}, field), renderCodeBlock(value, field)]),
    ...(setup?.pastes ?? []).flatMap(([label, text]): Child[] => [
      h("p", {}, label),
      renderCodeBlock(text, label),
    ]),
    ...(setting === undefined
      ? [h("p", { class: "hint" }, ...renderInlineCode(t("bridges.key")))]
      : [
          h("p", { class: "hint" }, t("bridges.secret", { name })),
          renderCodeBlock(`npx wrangler secret put ${setting}`, setting),
        ]),
  );
};

const renderTest = (app: AppController, session: Session, { id, name }: Bridge): HTMLElement => {
  const inputId = "bridge-phone";
  const phone = h("input", { id: inputId, type: "tel", autocomplete: "off", required: true });
  const result = h("div", { role: "status" });
  const button = h("button", { type: "submit" }, t("bridges.test.send"));
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isBusy(button)) return;
    setBusy(button, t("loading"));
    try {
      const { status, message, responseStatus } = await session.api.testBridge(
        id,
        phone.value.replace(/[\s()-]/g, ""),
      );
      const text = status
        ? t(`bridges.test.${status}`)
        : t("bridges.test.failed", { message: message ?? "" });
      replaceChildren(
        result,
        h("p", {}, text),
        h("p", { class: "hint" }, t("bridges.test.answer", { name, status: String(responseStatus) })),
      );
    } catch (error) {
      app.handleError(error);
    } finally {
      clearBusy(button, t("bridges.test.send"));
    }
  };
  return h(
    "section",
    { class: "card" },
    h("h2", {}, t("bridges.test")),
    h("p", {}, t("bridges.test.lead", { name })),
    h(
      "form",
      { onsubmit: send },
      h("label", { for: inputId }, t("bridges.test.phone")),
      phone,
      h("div", { class: "actions" }, button),
    ),
    result,
  );
};
