// `npm run simulate`: simulates attacks that pump SMS over the real Worker in workerd, and prints how many SMS each got past
// each defence. It needs the build (`npm run build`).
import { existsSync } from "node:fs";
import { attacks, defences, simulate } from "../tests/simulation/attacks.mjs";

// Guard objects write to files, and each write waits for the disk.
if (existsSync("/dev/shm")) process.env.TMPDIR ??= "/dev/shm";

const row = (cells) => `| ${cells.join(" | ")} |\n`;
const number = (value) => value.toLocaleString("en");
const names = Object.keys(defences);

let table = row(["attack", "requests", ...names]) + row(["---", ...Array(names.length + 1).fill("---:")]);
let users = 0;
let refused = 0;
for (const [attack, { text, count }] of Object.entries(attacks)) {
  const lost = [];
  for (const defence of names) {
    const outcome = await simulate(attack, defence);
    lost.push(number(outcome.lost));
    users += outcome.users;
    refused += outcome.refusedUsers;
  }
  table += row([text, number(count), ...lost]);
}
// At the end, because wrangler prints in between.
process.stdout.write(`\n${table}\nUsers beside the attacks: ${number(users)} sends, ${refused} refused.\n`);
