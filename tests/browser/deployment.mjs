// The Worker of a test file, and the browser: importing this starts both before them and closes them after.
import { after } from "node:test";
import { closeBrowser, startBrowser } from "./browser.mjs";
import { createManagementClient, startServer } from "./server.mjs";

export let server;
/** Calls the management API. */
export let api;

const start = async () => {
  server = await startServer();
  api = createManagementClient(server);
};

/** Replaces the server by one without connectors, archive and counts. */
export const restartServer = async () => {
  await server.close();
  await start();
};

// Here and not in a hook: hooks of a file run at the same time.
if (await startBrowser()) await start();

after(async () => {
  await server?.close();
  await closeBrowser();
});
