/** Entry point of the console. */
import { App } from "./app.ts";
import { initLanguage } from "./i18n/index.ts";

initLanguage();
const root = document.getElementById("app");
if (root) new App(root).start();
