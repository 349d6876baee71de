/** The console's beginning. */
import { App } from "./app.ts";
import { startLanguage } from "./i18n/index.ts";

startLanguage();
const root = document.getElementById("app");
if (root) new App(root).start();
