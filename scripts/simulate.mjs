// `npm run simulate`: plays attacks that pump SMS over the real Worker in workerd, and prints how many SMS each got past
// each defence. It needs the build (`npm run build`).
import { attacks, defences, simulate } from "../tests/simulation/attacks.mjs";

const row = (cells) => `| ${cells.join(" | ")} |\n`;
const names = Object.keys(defences);

process.stdout.write(row(["attack", "requests", ...names]));
process.stdout.write(row(["---", ...Array(names.length + 1).fill("---:")]));
let refusedUsers = 0;
let users = 0;
for (const [attack, { text, count }] of Object.entries(attacks)) {
  const lost = [];
  for (const defence of names) {
    const outcome = await simulate(attack, defence);
    lost.push(outcome.lost.toLocaleString("en"));
    users += outcome.users;
    refusedUsers += outcome.refusedUsers;
  }
  process.stdout.write(row([text, count.toLocaleString("en"), ...lost]));
}
process.stdout.write(
  `\nUsers beside the attacks: ${users.toLocaleString("en")} sends, ${refusedUsers} refused.\n`,
);
