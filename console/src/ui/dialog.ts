/** Native dialogs: a question with two answers, and a drawer. Focus goes in, is kept in, and comes back by itself. */
import { t } from "../i18n/index.ts";
import type { Child } from "./dom.ts";
import { h, icon, uniqueId } from "./dom.ts";

interface Question {
  title: string;
  body: Child[];
  confirm: string;
  cancel?: string;
  danger?: boolean;
}

/** Asks; resolves with whether the answer was yes. Escape is no. */
export const ask = ({ title, body, confirm, cancel = t("cancel"), danger }: Question): Promise<boolean> =>
  new Promise((resolve) => {
    const [id, about] = [uniqueId("question"), uniqueId("about")];
    const answer = (yes: boolean) => () => dialog.close(yes ? "yes" : "");
    const dialog = h(
      "dialog",
      { class: "question", "aria-labelledby": id, "aria-describedby": about },
      h("h2", { id }, title),
      h("div", { id: about, class: "prose" }, ...body),
      h(
        "div",
        { class: "actions end" },
        h("button", { type: "button", class: "quiet", onclick: answer(false) }, cancel),
        h("button", { type: "button", class: danger ? "danger" : "primary", onclick: answer(true) }, confirm),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });

/** Shows something beside the page until it is closed. */
export const openDrawer = (title: string, content: Node): void => {
  const id = uniqueId("drawer");
  const dialog = h(
    "dialog",
    { class: "drawer", "aria-labelledby": id },
    h(
      "div",
      { class: "drawer-head" },
      h("p", { id, class: "drawer-title" }, title),
      h(
        "button",
        { type: "button", class: "quiet bare", "aria-label": t("close"), onclick: () => dialog.close() },
        icon("close"),
      ),
    ),
    h("div", { class: "drawer-body" }, content),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

/** Closes what is open: the page under it is gone. */
export const closeDialogs = (): void => {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
};
