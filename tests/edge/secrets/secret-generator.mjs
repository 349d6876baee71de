// Random secrets, generated from a seed. In every alphabet, five consecutive characters contain an upper-case letter, a
// lower-case letter and a digit (or the `E-` of a number). The Worker's own texts, ids, hex and times do not, so a match is
// no coincidence.

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const lower = upper.toLowerCase();
const digits = "0123456789";

// The two alphabets for any length: the characters of a provider's code, and printable ASCII. Neither contains a colon,
// which would end the user name in Basic credentials.
const alphabets = {
  code: `${upper}${lower}${digits}._-`,
  printable: Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i))
    .join("")
    .replace(":", ""),
};

// A secret that can be a JSON number, by its length; `#` is a digit.
const numbers = { 5: "#E-##", 6: "#E-###", 7: "#.#E-##", 8: "#.#E-###" };

export class SecretGenerator {
  constructor(seed) {
    this.seed = seed;
    this.state = seed;
  }

  /** Returns an integer below a limit (mulberry32). */
  below(limit) {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick(text) {
    return text[this.below(text.length)];
  }

  /** Returns a secret of a length in an alphabet: `code`, `printable`, or `number` (5 to 8 characters). */
  generate(length, alphabet = "code") {
    if (alphabet === "number") return numbers[length].replaceAll("#", () => this.pick(digits));
    const classes = [upper, lower, digits, alphabets[alphabet], alphabets[alphabet]];
    // A repeated pattern of five, so that any five consecutive characters contain each of its classes.
    const pattern = Array.from({ length: 5 }, () => classes.splice(this.below(classes.length), 1)[0]);
    return Array.from({ length }, (_, i) => this.pick(pattern[i % pattern.length])).join("");
  }

  /** Returns a secret of digits only, as large as a 32-bit number. */
  generateDigits() {
    return String(1_000_000_000 + this.below(1_000_000_000));
  }
}
