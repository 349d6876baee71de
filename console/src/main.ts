/** Entry point of the console. */
import { App } from "./app.ts";
import { initLanguage } from "./i18n/index.ts";

const root = document.getElementById("app");
initLanguage().then(() => {
  if (root) new App(root).start();
});
