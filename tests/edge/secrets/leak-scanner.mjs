// Searches the Worker's output for secrets: a leak is any five consecutive characters of a known secret, as they are,
// escaped, percent-encoded or in base64. The only exception is the hint of a redacted config.
import assert from "node:assert/strict";

const WINDOW = 5;
/** Length of the shortest secret whose last four characters may be shown. */
const MIN_HINTED = 12;

const windowsOf = (text) =>
  Array.from({ length: Math.max(0, text.length - WINDOW + 1) }, (_, i) => text.slice(i, i + WINDOW));

/** Returns what a redacted config shows of a secret. */
export const redact = (secret) => ({
  set: true,
  ...(secret.length >= MIN_HINTED && { hint: secret.slice(-4) }),
});

/** Yields a text as it is and decoded in every way. */
function* decode(text) {
  yield text;
  if (text.includes("\\")) {
    yield text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/gs, (_, u, x, plain) =>
      plain === undefined ? String.fromCharCode(Number.parseInt(u ?? x, 16)) : plain,
    );
  }
  if (/%[0-9a-fA-F]{2}/.test(text)) {
    yield text.replace(/%([0-9a-fA-F]{2})/g, (_, byte) => String.fromCharCode(Number.parseInt(byte, 16)));
  }
  // Seven characters of base64 contain five of text, at one of four offsets.
  for (const [run] of text.matchAll(/[\w+/-]{7,}/g)) {
    for (let from = 0; from < 4; from += 1) yield Buffer.from(run.slice(from), "base64").toString("latin1");
  }
}

export class LeakScanner {
  /** The names of the secrets by five of their characters. */
  #windows = new Map();
  /** The hints that a confidential field may show. */
  #hints = new Map();
  leaks = [];
  /** How many secrets are known and how much was scanned. */
  count = { secrets: 0, responses: 0, lines: 0, values: 0 };

  /** Adds a secret; `field` is the config field that may show its hint. */
  add(name, secret, field) {
    assert.ok(secret.length >= WINDOW, `${name} is too short to be searched for`);
    const { hint } = redact(secret);
    // The quote before a hint in JSON is not of the secret, even if the secret has one there.
    const quotedHint = field && hint && `"${hint}`;
    for (const window of windowsOf(secret)) {
      if (window !== quotedHint) this.#windows.set(window, name);
    }
    if (field && hint) this.#hints.set(field, (this.#hints.get(field) ?? new Set()).add(hint));
    this.count.secrets += 1;
    return secret;
  }

  /** Finds a part of a secret in a text: `{name, fragment}`. */
  find(text) {
    for (const form of decode(text)) {
      for (let i = 0; i + WINDOW <= form.length; i += 1) {
        const fragment = form.slice(i, i + WINDOW);
        const name = this.#windows.get(fragment);
        if (name) return { name, fragment };
      }
    }
    return undefined;
  }

  /**
   * Removes the hints of redacted configs, where the hint belongs to a secret of its field, and the quotes around any other
   * of four characters: the part of an invalid secret may follow a quote in the secret, too.
   */
  removeHints(text) {
    const rest = text.replace(/"(\w+)":\{"set":true,"hint":("(?:[^"\\]|\\.)*")\}/g, (whole, field, hint) =>
      this.#hints.get(field)?.has(JSON.parse(hint)) ? `"${field}":{"set":true}` : whole,
    );
    return rest.replace(/"hint":"((?:[^"\\]|\\.){4})"/g, '"hint":\n$1\n');
  }

  #scan(where, sent, text) {
    const found = this.find(text);
    if (found) this.leaks.push({ where, sent, text, ...found });
  }

  /** Scans a response: status line, headers and body. */
  scanResponse(where, sent, { status, statusText, headers }, body) {
    this.count.responses += 1;
    const lines = [`${status} ${statusText}`, ...[...headers].map(([name, value]) => `${name}: ${value}`)];
    this.#scan(`${where} → ${status}`, sent, lines.join("\n"));
    this.#scan(`${where} → ${status}`, sent, this.removeHints(body));
  }

  /** Scans a log line. */
  scanLogLine(text) {
    this.count.lines += 1;
    this.#scan("the log", "", text);
  }

  /** Scans a key and its value in KV. */
  scanKvEntry(name, text) {
    this.count.values += 1;
    this.#scan(`KV ${name.replace(/:.*/, ":…")}`, "", `${name}\n${text}`);
  }

  /** Asserts that there was no leak since the last call; the message shows one of each kind. */
  assertNoLeak(seed) {
    const leaks = this.leaks.splice(0);
    const kinds = new Map(leaks.map((leak) => [`${leak.where} contains a part of ${leak.name}`, leak]));
    const describe = ([kind, { fragment, sent, text }]) => {
      const context = text.slice(Math.max(0, text.indexOf(fragment) - 200));
      return `${kind}\n    found: ${fragment}\n    sent: ${sent.slice(0, 300)}\n    in: ${context.slice(0, 400)}`;
    };
    const details = [...kinds].slice(0, 12).map(describe).join("\n  ");
    assert.equal(
      leaks.length,
      0,
      `${leaks.length} leaks, of ${kinds.size} kinds (seed ${seed}):\n  ${details}`,
    );
  }
}
