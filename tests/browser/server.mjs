// The server under test: {url, adminKey, close}. By default the real Worker in workerd; with
// CONSOLE_SERVER=./fake-api.mjs a fake that needs no build.
const { startServer } = await import(process.env.CONSOLE_SERVER ?? "./real-worker.mjs");

export { startServer };

/** Creates a client of the server's management API, for a test's setup and for checking what the console has saved. */
export const createManagementClient = (server) => {
  const request = async (method, path, body) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${server.adminKey}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const getConnector = async () => (await request("GET", "/api/connectors"))[0];
  return {
    listFactories: () => request("GET", "/api/connector-factories"),
    /** Returns the active connector; undefined if there is none. */
    getConnector,
    setConnector: (connectorId, config) => request("POST", "/api/connectors", { connectorId, config }),
    editConnector: (id, config) => request("PATCH", `/api/connectors/${id}`, { config }),
    deleteConnector: async () => {
      const connector = await getConnector();
      if (connector) await request("DELETE", `/api/connectors/${connector.id}`);
    },
  };
};
