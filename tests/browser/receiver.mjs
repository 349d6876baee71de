// An endpoint for http-sms on this machine that keeps what it gets and answers as it is told.
import { createServer } from "node:http";

export const startReceiver = async () => {
  const receiver = { messages: [], answer: { status: 204 } };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    receiver.messages.push({ body: JSON.parse(text), authorization: request.headers.authorization });
    const { status, headers = {}, body } = receiver.answer;
    response.writeHead(status, headers).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${server.address().port}/sms`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  });
};
