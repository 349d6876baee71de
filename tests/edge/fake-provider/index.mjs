// A provider on the other end of fetch that is as strict as the real one: it checks each request's signature or key,
// its parameters and the number's form, keeps the messages it took, and can be told to fail: by an answer, or by what
// happens on the wire. Its named failures are data, tests/vectors/failures.json.
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { Refusal } from "./check.mjs";
import { providers } from "./providers.mjs";

const vectors = (name) =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8"));

/** The ids of the connectors that speak HTTP. */
export const connectorIds = Object.keys(providers);

/** A complete config of a connector. */
export const configOf = (connectorId) => structuredClone(vectors(connectorId).default);

/** Every answer that a connector's vectors hold: `{id, status, headers?, body, meaning}`. */
export const answersOf = (connectorId) => vectors(connectorId).responses.filter(({ behavior }) => !behavior);

/** A connector's failures by name: `{name, answer, status, reason?, code?, retryAfter?}`. */
export const failuresOf = (connectorId) => {
  const answers = new Map(answersOf(connectorId).map((answer) => [answer.id, answer]));
  return Object.entries(vectors("failures").failures[connectorId]).map(([name, failure]) => ({
    ...{ name, ...failure },
    answer: failure.answer ?? answers.get(failure.vector),
  }));
};

export class FakeProvider {
  /** What it took, oldest first: `{to, text | template, params?, sender?}`. */
  messages = [];
  /** Why it refused what it refused. */
  complaints = [];
  /** The signatures' nonces that it has seen. */
  nonces = new Set();
  now = () => Date.now();
  #fault;

  constructor(connectorId, config) {
    this.read = providers[connectorId];
    this.account = structuredClone(config);
  }

  /** The code in the newest message. */
  get code() {
    const { text, params } = this.messages.at(-1);
    return params?.code ?? /\d{6,10}/.exec(text)[0];
  }

  /** From here on: an answer, a function of the bare connection, or (undefined) as the provider does. */
  fail(fault) {
    this.#fault = fault;
  }

  /** Answers a request that has arrived. Whatever it is told to answer, it reads and checks the request first. */
  answer(request) {
    let response;
    try {
      const taken = this.read(request, this.account, this);
      this.messages.push(taken.message);
      response = taken.response;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.complaints.push(error.message);
      response = error.response;
    }
    if (typeof this.#fault === "function") {
      this.#fault(connection());
      return new Promise(() => {});
    }
    const { status, headers, body } = this.#fault ?? response;
    return new Response([204, 304].includes(status) || body === "" ? null : body, { status, headers });
  }
}

// The Worker's requests come to this process as HTTP, through Miniflare, which makes a `Response` of each and would
// smooth every fault away. Node tells of each request it begins to serve; the newest one's connection is taken here.
let newest;
subscribe("http.server.request.start", ({ request, response }) => {
  if (request.headers["mf-original-url"]) newest = response;
});
const connection = () => newest;
