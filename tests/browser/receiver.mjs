// A local HTTP endpoint for the http-sms connector. It records each request and sends the response that a test has set.
import { createServer } from "node:http";

/** Starts the endpoint on a free port: {url, messages, response, close}. */
export const startReceiver = async () => {
  const receiver = { messages: [], response: { status: 204 } };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    receiver.messages.push({ body: JSON.parse(text), authorization: request.headers.authorization });
    const { status, headers = {}, body } = receiver.response;
    response.writeHead(status, headers).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${server.address().port}/sms`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  });
};
