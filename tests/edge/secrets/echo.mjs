// Answers of a provider that repeats what it was sent, the secrets with it: in codes, in sentences, in headers, with
// every kind of status, and in bodies that are no format of its own.
import { failuresOf } from "../fake-provider/index.mjs";

const isNumber = (text) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);

/** A value with other texts for every text and number in it, as JSON. Booleans and names stay: they make the format. */
const poisoned = (value, textOf) => {
  if (Array.isArray(value)) return `[${value.map((item) => poisoned(item, textOf)).join()}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `"${name}":${poisoned(member, textOf)}`);
    return `{${members.join()}}`;
  }
  if (!["string", "number"].includes(typeof value)) return JSON.stringify(value);
  const text = textOf(value);
  return typeof value === "number" && isNumber(text) ? text : JSON.stringify(text);
};

/** A body of the provider's, poisoned; a body that is no JSON object becomes the text. */
const poisonedBody = (body, textOf) => {
  try {
    const value = JSON.parse(body);
    return typeof value === "object" ? poisoned(value, textOf) : textOf(value);
  } catch {
    return textOf(body);
  }
};

/** Every name under which some provider tells a code, a status or a sentence. */
const everyName = (success) => ({
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

/** What may be repeated of a request: a secret, the beginning or the end of one, and whatever it stood in. */
const echoesOf = ({ headers, url, body }, secrets) => {
  const authorization = headers.authorization ?? "";
  return [
    ...secrets,
    ...secrets.flatMap((secret) => [secret.slice(0, 5), secret.slice(-5)]),
    // Without its padding, base64 looks like a code.
    ...[authorization, authorization.split(" ").at(-1).replace(/=+$/, ""), url, body],
  ].filter(Boolean);
};

const asHeaders = (text) => ({
  "content-type": "application/json",
  ...{ "retry-after": text, "x-error": text, "set-cookie": `key=${text}` },
  location: `https://elsewhere.example.com/?key=${encodeURIComponent(text)}`,
});

/** Statuses that a provider may answer with, whatever it means by them. */
const statuses = [200, 201, 202, 302, 400, 401, 403, 404, 422, 429, 500, 503];

/** The answers of a round, as functions of the request. Over the rounds, every echo meets every answer. */
export const repeating = (connectorId, secrets, round) => {
  const echo = (request, index) => {
    const echoes = echoesOf(request, secrets);
    return echoes[(index + round) % echoes.length];
  };
  const own = (index) => secrets[(index + round) % secrets.length];
  const named = failuresOf(connectorId).flatMap(({ answer: { status, body } }, index) => [
    (request) => ({ status, body: poisonedBody(body, () => echo(request, index)) }),
    () => ({ status, body: poisonedBody(body, () => own(index)) }),
    // Behind a code that is documented.
    () => ({ status, body: poisonedBody(body, (code) => `${code}.${own(index)}`) }),
  ]);
  const ofAnyName = [0, 1, 2, 3].map((index) => (request) => ({
    status: statuses[(index * 3 + round) % statuses.length],
    body: poisoned(everyName(index % 2 === 1), () => echo(request, index)),
  }));
  const garbage = [
    (text) => `<!doctype html><title>${text}</title><p>Invalid key ${text}`,
    (text) => `{"code":"${text}","message":"${text}`,
    (text) => text,
  ].map((body, index) => (request) => ({
    status: statuses[(index * 4 + round) % statuses.length],
    body: body(echo(request, index)),
  }));
  return [...named, ...ofAnyName, ...garbage].map((make) => (request) => ({
    headers: asHeaders(own(0)),
    ...make(request),
  }));
};

/** The answers of a round whose every text and number is the secret. */
export const repeatingOnly = (connectorId, secret) =>
  failuresOf(connectorId).map(({ answer: { status, body } }) => ({
    status,
    headers: { "content-type": "application/json" },
    body: poisonedBody(body, () => secret),
  }));
