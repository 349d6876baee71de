/** The page for choosing a provider, grouped by where the providers deliver. */
import type { Factory } from "../api/types.ts";
import { getLanguage, localize, t } from "../i18n/index.ts";
import type { Page } from "../page.ts";
import type { Session } from "../session.ts";
import { createId, h } from "../ui/dom.ts";
import { type FactoryGroup, getFactoryGroup, renderLogo } from "../ui/factory.ts";

/** Lists the groups in display order. The Chinese page starts with the providers of mainland China. */
const listGroups = (): FactoryGroup[] =>
  getLanguage() === "zh-CN"
    ? ["china", "global", "custom", "development"]
    : ["global", "china", "custom", "development"];

export const createChoosePage = (session: Session): Page => ({
  title: () => t("choose.title"),
  render: () =>
    h(
      "div",
      { class: "page" },
      h("h1", {}, t("choose.title")),
      h("p", { class: "lead" }, t("choose.lead")),
      ...listGroups().map((group) => renderGroup(session, group)),
    ),
});

const renderGroup = (session: Session, group: FactoryGroup): HTMLElement | null => {
  const factories = session.availableFactories.filter((factory) => getFactoryGroup(factory) === group);
  if (factories.length === 0) return null;
  const id = createId("group");
  return h(
    "section",
    { class: "provider-group", "aria-labelledby": id },
    h("h2", { id }, t(`choose.group.${group}`)),
    h("p", { class: "hint" }, t(`choose.description.${group}`)),
    h("ul", { class: "providers" }, ...factories.map((factory) => renderFactory(session, factory))),
  );
};

const renderFactory = (session: Session, factory: Factory): HTMLElement => {
  const isActive = session.connector?.connectorId === factory.id;
  const href = isActive ? "#/" : `#/setup/${encodeURIComponent(factory.id)}`;
  return h(
    "li",
    {},
    h(
      "a",
      { class: "provider", href },
      renderLogo(factory.id),
      h(
        "span",
        { class: "provider-text" },
        h(
          "strong",
          {},
          localize(factory.name),
          isActive && h("span", { class: "badge success" }, t("choose.active")),
        ),
        h("span", {}, localize(factory.description)),
      ),
    ),
  );
};
