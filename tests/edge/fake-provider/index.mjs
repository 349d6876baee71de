// A fake provider, as strict as the real one: it checks signature or key, parameters and form of the number of each
// request, records the accepted messages, and can be made to fail by a response or at the connection. Its named failures
// are data: tests/vectors/failures.json.
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { Rejection } from "./check.mjs";
import { providers } from "./providers.mjs";

const vectors = (name) =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8"));

/** The ids of the connectors that use HTTP. */
export const connectorIds = Object.keys(providers);

/** Returns a complete config of a connector. */
export const configOf = (connectorId) => structuredClone(vectors(connectorId).default);

/** Returns the responses in a connector's vectors: `{id, status, headers?, body, meaning}`. */
export const responsesOf = (connectorId) =>
  vectors(connectorId).responses.filter(({ behavior }) => !behavior);

/** Returns a connector's failures by name: `{name, response, status, reason?, code?, retryAfter?}`. */
export const failuresOf = (connectorId) => {
  const responses = new Map(responsesOf(connectorId).map((response) => [response.id, response]));
  return Object.entries(vectors("failures").failures[connectorId]).map(([name, failure]) => ({
    ...{ name, ...failure },
    response: failure.answer ?? responses.get(failure.vector),
  }));
};

export class FakeProvider {
  /** The accepted messages, oldest first: `{to, text | template, params?, sender?}`. */
  messages = [];
  /** The reasons of the rejected requests. */
  rejections = [];
  /** The signatures' nonces that have been used. */
  nonces = new Set();
  now = () => Date.now();
  #fault;

  constructor(connectorId, config) {
    this.process = providers[connectorId];
    this.account = structuredClone(config);
  }

  /** The code in the newest message. */
  get code() {
    const { text, params } = this.messages.at(-1);
    return params?.code ?? /\d{6,10}/.exec(text)[0];
  }

  /** Sets what happens from now on: a response, a function of the connection, or (undefined) the regular response. */
  setFault(fault) {
    this.#fault = fault;
  }

  /** Responds to a request. The request is checked even if a fault replaces the response. */
  handle(request) {
    let response;
    try {
      const accepted = this.process(request, this.account, this);
      this.messages.push(accepted.message);
      response = accepted.response;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      this.rejections.push(error.message);
      response = error.response;
    }
    if (typeof this.#fault === "function") {
      this.#fault(newestConnection);
      return new Promise(() => {});
    }
    const { status, headers, body } = this.#fault ?? response;
    return new Response([204, 304].includes(status) || body === "" ? null : body, { status, headers });
  }
}

// The Worker's requests arrive in this process over HTTP, through Miniflare, which makes a `Response` of each and so
// hides faults of the connection. Node publishes each request that it begins to serve; the newest one's connection is
// taken from there.
let newestConnection;
subscribe("http.server.request.start", ({ request, response }) => {
  if (request.headers["mf-original-url"]) newestConnection = response;
});
