// Random secrets, drawn from a seed. Whatever the shape, every five characters in a row hold an upper-case letter, a
// lower-case letter and a digit (or the `E-` of a number): the Worker's own words, ids, hex and times do not, so what
// is found is no chance.

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const lower = upper.toLowerCase();
const digits = "0123456789";

// The two shapes of any length: what a provider's code may consist of, and printable ASCII. Neither holds a colon,
// which would end the user name in Basic credentials.
const letters = {
  code: `${upper}${lower}${digits}._-`,
  printable: Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i))
    .join("")
    .replace(":", ""),
};

// A secret that a JSON number can hold, by its length; `#` is a digit.
const numbers = { 5: "#E-##", 6: "#E-###", 7: "#.#E-##", 8: "#.#E-###" };

export class Draw {
  constructor(seed) {
    this.seed = seed;
    this.state = seed;
  }

  /** A whole number below a limit (mulberry32). */
  below(limit) {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  one(text) {
    return text[this.below(text.length)];
  }

  /** A secret of a length and a shape: `code`, `printable`, or `number` (of 5 to 8 characters). */
  secret(length, shape = "code") {
    if (shape === "number") return numbers[length].replaceAll("#", () => this.one(digits));
    const classes = [upper, lower, digits, letters[shape], letters[shape]];
    // A pattern of five, over and over: any five in a row hold each class of it once.
    const pattern = Array.from({ length: 5 }, () => classes.splice(this.below(classes.length), 1)[0]);
    return Array.from({ length }, (_, i) => this.one(pattern[i % pattern.length])).join("");
  }

  /** A secret of digits alone, as large as a 32-bit number. */
  digits() {
    return String(1_000_000_000 + this.below(1_000_000_000));
  }
}
