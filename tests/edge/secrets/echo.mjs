// Responses of a provider that repeats the request, including its secrets: in codes, in sentences, in headers, with every
// kind of status, and in bodies outside its format.
import { failuresOf } from "../fake-provider/index.mjs";

const isNumber = (text) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);

/** Replaces every text and number of a value and returns JSON. Booleans and names stay: they make the format. */
const replaceTexts = (value, textOf) => {
  if (Array.isArray(value)) return `[${value.map((item) => replaceTexts(item, textOf)).join()}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => `"${name}":${replaceTexts(member, textOf)}`,
    );
    return `{${members.join()}}`;
  }
  if (!["string", "number"].includes(typeof value)) return JSON.stringify(value);
  const text = textOf(value);
  return typeof value === "number" && isNumber(text) ? text : JSON.stringify(text);
};

/** Replaces the texts of a response body; a body that is not a JSON object becomes the text. */
const replaceBody = (body, textOf) => {
  try {
    const value = JSON.parse(body);
    return typeof value === "object" ? replaceTexts(value, textOf) : textOf(value);
  } catch {
    return textOf(body);
  }
};

/** Returns every member in which some provider has a code, a status or a sentence. */
const everyMember = (success) => ({
  ...{ success, Success: success, code: 1, Code: "1", error_code: 1, status: "1", result: "1", title: "1" },
  ...{
    message: "1",
    Message: "1",
    reason: "1",
    detail: "1",
    data: { number: ["1"], code: "1" },
    errors: ["1"],
  },
  error: { code: 1, type: "1", message: "1" },
  Response: { Error: { Code: "1", Message: "1" }, RequestId: "1" },
  messages: [{ status: "1", "error-text": "1" }],
});

/** Returns what can be repeated of a request: a secret, its beginning or end, and what contained it. */
const echoesOf = ({ headers, url, body }, secrets) => {
  const authorization = headers.authorization ?? "";
  return [
    ...secrets,
    ...secrets.flatMap((secret) => [secret.slice(0, 5), secret.slice(-5)]),
    // Without its padding, base64 looks like a code.
    ...[authorization, authorization.split(" ").at(-1).replace(/=+$/, ""), url, body],
  ].filter(Boolean);
};

const toHeaders = (text) => ({
  "content-type": "application/json",
  ...{ "retry-after": text, "x-error": text, "set-cookie": `key=${text}` },
  location: `https://elsewhere.example.com/?key=${encodeURIComponent(text)}`,
});

/** Statuses that a provider may respond with, whatever they mean. */
const statuses = [200, 201, 202, 302, 400, 401, 403, 404, 422, 429, 500, 503];

/** Returns the responses of a round, as functions of the request. Over the rounds, every echo is in every response. */
export const echoingResponses = (connectorId, secrets, round) => {
  const echo = (request, index) => {
    const echoes = echoesOf(request, secrets);
    return echoes[(index + round) % echoes.length];
  };
  const secretAt = (index) => secrets[(index + round) % secrets.length];
  const named = failuresOf(connectorId).flatMap(({ response: { status, body } }, index) => [
    (request) => ({ status, body: replaceBody(body, () => echo(request, index)) }),
    () => ({ status, body: replaceBody(body, () => secretAt(index)) }),
    // Appended to a documented code.
    () => ({ status, body: replaceBody(body, (code) => `${code}.${secretAt(index)}`) }),
  ]);
  const withEveryMember = [0, 1, 2, 3].map((index) => (request) => ({
    status: statuses[(index * 3 + round) % statuses.length],
    body: replaceTexts(everyMember(index % 2 === 1), () => echo(request, index)),
  }));
  const malformed = [
    (text) => `<!doctype html><title>${text}</title><p>Invalid key ${text}`,
    (text) => `{"code":"${text}","message":"${text}`,
    (text) => text,
  ].map((body, index) => (request) => ({
    status: statuses[(index * 4 + round) % statuses.length],
    body: body(echo(request, index)),
  }));
  return [...named, ...withEveryMember, ...malformed].map((make) => (request) => ({
    headers: toHeaders(secretAt(0)),
    ...make(request),
  }));
};

/** Returns responses whose every text and number is the secret. */
export const responsesOfOnly = (connectorId, secret) =>
  failuresOf(connectorId).map(({ response: { status, body } }) => ({
    status,
    headers: { "content-type": "application/json" },
    body: replaceBody(body, () => secret),
  }));
