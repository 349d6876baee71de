/** The chooser: a card for each provider, in groups by where it delivers. */

import type { Factory } from "../api/shapes.ts";
import type { Page } from "../app.ts";
import { language, localized, t } from "../i18n/index.ts";
import type { Session } from "../session.ts";
import { h, uniqueId } from "../ui/dom.ts";
import { type Group, groupOf, logo } from "../ui/provider.ts";

/** Readers of Chinese look for the providers of mainland China first. */
const order = (): Group[] =>
  language() === "zh-CN"
    ? ["china", "world", "own", "development"]
    : ["world", "china", "own", "development"];

export const choose = (session: Session): Page => ({
  title: () => t("choose.title"),
  render: () =>
    h(
      "div",
      { class: "page" },
      h("h1", {}, t("choose.title")),
      h("p", { class: "lead" }, t("choose.lead")),
      ...order().map((group) => section(session, group)),
    ),
});

const section = (session: Session, group: Group): HTMLElement | null => {
  const factories = session.offered.filter((factory) => groupOf(factory) === group);
  if (factories.length === 0) return null;
  const id = uniqueId("group");
  return h(
    "section",
    { class: "provider-group", "aria-labelledby": id },
    h("h2", { id }, t(`choose.group.${group}`)),
    h("p", { class: "hint" }, t(`choose.about.${group}`)),
    h("ul", { class: "providers" }, ...factories.map((factory) => card(session, factory))),
  );
};

const card = (session: Session, factory: Factory): HTMLElement => {
  const isActive = session.connector?.connectorId === factory.id;
  const href = isActive ? "#/" : `#/setup/${encodeURIComponent(factory.id)}`;
  return h(
    "li",
    {},
    h(
      "a",
      { class: "provider", href },
      logo(factory.id),
      h(
        "span",
        { class: "provider-text" },
        h(
          "strong",
          {},
          localized(factory.name),
          isActive && h("span", { class: "badge good" }, t("choose.active")),
        ),
        h("span", {}, localized(factory.description)),
      ),
    ),
  );
};
