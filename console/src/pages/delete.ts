/** Deleting the connector, with what it means spelt out first. */

import type { Connector } from "../api/shapes.ts";
import type { App } from "../app.ts";
import { t } from "../i18n/index.ts";
import type { Session } from "../session.ts";
import { ask } from "../ui/dialog.ts";
import { h, rich } from "../ui/dom.ts";
import { toast } from "../ui/toast.ts";

export const confirmDelete = async (
  app: App,
  session: Session,
  connector: Connector,
  name: string,
): Promise<void> => {
  const points = [
    t("detail.delete.sends"),
    t("detail.delete.codes"),
    t("detail.delete.archive"),
    t("detail.delete.when"),
  ];
  const isSure = await ask({
    title: t("detail.delete.title", { name }),
    body: [h("ul", {}, ...points.map((point) => h("li", {}, ...rich(point))))],
    confirm: t("detail.delete.confirm"),
    danger: true,
  });
  if (!isSure) return;
  try {
    await session.api.delete(connector.id);
    await app.go("#/");
    toast(t("detail.deleted", { name }));
  } catch (error) {
    app.failed(error);
  }
};
