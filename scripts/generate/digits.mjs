// Writes crates/core/data/digits.txt: the code points of all decimal zeros (general category Nd), in hex. Unicode assigns
// decimal digits in runs of ten, 0 to 9 (The Unicode Standard, section 4.6). The source is this Node's Unicode data.
//   node scripts/generate/digits.mjs
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const file = fileURLToPath(new URL("../../crates/core/data/digits.txt", import.meta.url));

/** The decimal zeros in ascending order. */
export const findZeros = () => {
  const zeros = [];
  for (let point = 0; point <= 0x10ffff; point += 1) {
    if (!/^\p{Nd}$/u.test(String.fromCodePoint(point))) continue;
    zeros.push(point);
    point += 9;
  }
  return zeros;
};

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(
    file,
    `${findZeros()
      .map((point) => point.toString(16))
      .join("\n")}\n`,
  );
