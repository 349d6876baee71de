/** Native dialogs: a confirmation and a drawer. The browser traps the focus and restores it on close. */
import { t } from "../i18n/index.ts";
import type { Child } from "./dom.ts";
import { createId, h, renderIcon } from "./dom.ts";

interface Confirmation {
  title: string;
  body: Child[];
  confirm: string;
  cancel?: string;
  isDestructive?: boolean;
}

/** Shows a confirmation dialog; resolves with whether it was confirmed. Escape cancels. */
export const confirmAction = ({
  title,
  body,
  confirm,
  cancel = t("cancel"),
  isDestructive,
}: Confirmation): Promise<boolean> =>
  new Promise((resolve) => {
    const titleId = createId("dialog-title");
    const bodyId = createId("dialog-body");
    const close = (isConfirmed: boolean) => () => dialog.close(isConfirmed ? "confirmed" : "");
    const dialog = h(
      "dialog",
      { class: "confirmation", "aria-labelledby": titleId, "aria-describedby": bodyId },
      h("h2", { id: titleId }, title),
      h("div", { id: bodyId, class: "dialog-text" }, ...body),
      h(
        "div",
        { class: "actions end" },
        h("button", { type: "button", class: "quiet", onclick: close(false) }, cancel),
        h(
          "button",
          { type: "button", class: isDestructive ? "danger" : "primary", onclick: close(true) },
          confirm,
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "confirmed");
    });
    document.body.append(dialog);
    dialog.showModal();
  });

/** Opens a drawer at the side of the page. */
export const openDrawer = (title: string, content: Node): void => {
  const titleId = createId("drawer-title");
  const dialog = h(
    "dialog",
    { class: "drawer", "aria-labelledby": titleId },
    h(
      "div",
      { class: "drawer-head" },
      h("p", { id: titleId, class: "drawer-title" }, title),
      h(
        "button",
        { type: "button", class: "quiet icon-only", "aria-label": t("close"), onclick: () => dialog.close() },
        renderIcon("close"),
      ),
    ),
    h("div", { class: "drawer-body" }, content),
  );
  dialog.addEventListener("click", (event) => {
    // A click on the backdrop has the dialog itself as its target.
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

/** Closes every open dialog, because the page it belongs to is replaced. */
export const closeDialogs = (): void => {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
};
