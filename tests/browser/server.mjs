// What the tests run against: {url, adminKey, close}. The real Worker in workerd, or with
// CONSOLE_SERVER=./fake-api.mjs a stand-in that needs no build. It has to let http-sms reach 127.0.0.1.
const { startServer } = await import(process.env.CONSOLE_SERVER ?? "./real-worker.mjs");

export { startServer };

/** A caller of the server's management API, for what a test sets up or looks up behind the console's back. */
export const management = (server) => {
  const call = async (method, path, body) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${server.adminKey}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const live = async () => (await call("GET", "/api/connectors"))[0];
  return {
    call,
    live,
    set: (connectorId, config) => call("POST", "/api/connectors", { connectorId, config }),
    clear: async () => {
      const connector = await live();
      if (connector) await call("DELETE", `/api/connectors/${connector.id}`);
    },
  };
};
