/** The confirmation before a connector is deleted. It lists the consequences. */
import type { Connector } from "../api/types.ts";
import { t } from "../i18n/index.ts";
import type { AppController } from "../page.ts";
import type { Session } from "../session.ts";
import { confirmAction } from "../ui/dialog.ts";
import { h, renderInlineCode } from "../ui/dom.ts";
import { showToast } from "../ui/toast.ts";

export const confirmDelete = async (
  app: AppController,
  session: Session,
  connector: Connector,
  name: string,
): Promise<void> => {
  const consequences = [
    t("detail.delete.sends"),
    t("detail.delete.codes"),
    t("detail.delete.archive"),
    t("detail.delete.propagation"),
  ];
  const isConfirmed = await confirmAction({
    title: t("detail.delete.title", { name }),
    body: [h("ul", {}, ...consequences.map((text) => h("li", {}, ...renderInlineCode(text))))],
    confirm: t("detail.delete.confirm"),
    isDestructive: true,
  });
  if (!isConfirmed) return;
  try {
    await session.api.deleteConnector(connector.id);
    await app.navigate("#/");
    showToast(t("detail.deleted", { name }));
  } catch (error) {
    app.handleError(error);
  }
};
