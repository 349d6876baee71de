// Looks for secrets in whatever leaves the Worker: a leak is any five characters in a row of any secret it was told,
// as they are, escaped, percent-encoded or in base64. The one exception is the hint of a redacted config.
import assert from "node:assert/strict";

const WINDOW = 5;
/** Shortest secret that may be told by its last four characters. */
const HINTED = 12;

const windowsOf = (text) =>
  Array.from({ length: Math.max(0, text.length - WINDOW + 1) }, (_, i) => text.slice(i, i + WINDOW));

/** What a redacted config shows of a secret. */
export const redacted = (secret) => ({
  set: true,
  ...(secret.length >= HINTED && { hint: secret.slice(-4) }),
});

/** A text as it is, and in every form in which it may hold another. */
function* formsOf(text) {
  yield text;
  if (text.includes("\\")) {
    yield text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/gs, (_, u, x, plain) =>
      plain === undefined ? String.fromCharCode(Number.parseInt(u ?? x, 16)) : plain,
    );
  }
  if (/%[0-9a-fA-F]{2}/.test(text)) {
    yield text.replace(/%([0-9a-fA-F]{2})/g, (_, byte) => String.fromCharCode(Number.parseInt(byte, 16)));
  }
  // Seven characters of base64 hold five of text, at one of four places to begin.
  for (const [run] of text.matchAll(/[\w+/-]{7,}/g)) {
    for (let from = 0; from < 4; from += 1) yield Buffer.from(run.slice(from), "base64").toString("latin1");
  }
}

export class Watch {
  /** Five characters of a secret, and the secret's name. */
  #windows = new Map();
  /** The hints that a confidential field may show. */
  #hints = new Map();
  leaks = [];
  /** How many secrets it knows and how much it has looked through. */
  count = { secrets: 0, answers: 0, lines: 0, values: 0 };

  /** Takes in a secret; `field` is that of the config which may tell its hint. */
  keep(name, secret, field) {
    assert.ok(secret.length >= WINDOW, `${name} is too short to be looked for`);
    for (const window of windowsOf(secret)) this.#windows.set(window, name);
    const { hint } = redacted(secret);
    if (field && hint) this.#hints.set(field, (this.#hints.get(field) ?? new Set()).add(hint));
    this.count.secrets += 1;
    return secret;
  }

  /** What of the secrets is in a text: `{name, fragment}`. */
  find(text) {
    for (const form of formsOf(text)) {
      for (let i = 0; i + WINDOW <= form.length; i += 1) {
        const fragment = form.slice(i, i + WINDOW);
        const name = this.#windows.get(fragment);
        if (name) return { name, fragment };
      }
    }
    return undefined;
  }

  /** A text without the hints: each in its field, as a redacted config tells it, and one of that field's own. */
  unhinted(text) {
    return text.replace(/"(\w+)":\{"set":true,"hint":("(?:[^"\\]|\\.)*")\}/g, (whole, field, hint) =>
      this.#hints.get(field)?.has(JSON.parse(hint)) ? `"${field}":{"set":true}` : whole,
    );
  }

  #look(where, sent, text) {
    const found = this.find(text);
    if (found) this.leaks.push({ where, sent, said: text, ...found });
  }

  /** An answer: status line, headers and body. */
  answer(where, sent, { status, statusText, headers }, body) {
    this.count.answers += 1;
    const lines = [`${status} ${statusText}`, ...[...headers].map(([name, value]) => `${name}: ${value}`)];
    this.#look(`${where} → ${status}`, sent, lines.join("\n"));
    this.#look(`${where} → ${status}`, sent, this.unhinted(body));
  }

  /** A line of the log. */
  line(text) {
    this.count.lines += 1;
    this.#look("the log", "", text);
  }

  /** A key and its value in KV. */
  value(name, text) {
    this.count.values += 1;
    this.#look(`KV ${name.replace(/:.*/, ":…")}`, "", `${name}\n${text}`);
  }

  /** That there was no leak since the last time; tells one of each kind. */
  assertNone(seed) {
    const leaks = this.leaks.splice(0);
    const kinds = new Map(leaks.map((leak) => [`${leak.where} holds a part of ${leak.name}`, leak]));
    const tell = ([kind, { fragment, sent, said }]) => {
      const around = said.slice(Math.max(0, said.indexOf(fragment) - 200));
      return `${kind}\n    found: ${fragment}\n    sent: ${sent.slice(0, 300)}\n    said: ${around.slice(0, 400)}`;
    };
    const told = [...kinds].slice(0, 12).map(tell).join("\n  ");
    assert.equal(leaks.length, 0, `${leaks.length} leaks, of ${kinds.size} kinds (seed ${seed}):\n  ${told}`);
  }
}
