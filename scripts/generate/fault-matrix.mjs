// Writes docs/fault-matrix.md from tests/fault-matrix.json, which the tests compare with what the product does.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, StepError } from "../steps.mjs";

const path = join("docs", "fault-matrix.md");

const intro = `# Fault matrix

What each operation answers while a part of the platform fails: 32 faults, 12 operations. Generated from
\`tests/fault-matrix.json\` by \`npm run generate\`. Two tests compare every cell with what the product does:
\`cargo test -p edge-otp-core --test fault_matrix\` over a platform in memory, with the ledger in a Durable Object and in a
compare-and-swap store, and \`tests/edge/fault-matrix.test.mjs\` in workerd, where only that shows the fault.

A cell has, in this order:

- the response, or one for each request: its status, and its code or \`sent\`, \`unknown\`, \`verified\`, \`saved\`; of a list
  the connector in it. Then the time on the virtual clock, if any passed;
- of a send: how many requests have reached the provider, each of which is at most one SMS, and whether the send counts;
- of an attempt: how many comparisons were counted;
- which code for the number and usage type of the operation verifies afterwards, once the fault is over: the old one, sent
  before the operation, or the new one. Where the newest code cannot verify, nobody has it, or its record is lost;
- which connector is stored afterwards.

The limits against SMS pumping are off here. With them a send calls one guard object more, two with an \`ip\`: each has
10 s more, and one that does not answer is 503, nothing sent and nothing counted for the number.

In every cell of the core the operation ends within its deadlines: 10 s for an attempt, 23 s for a send, 36 s for three
management requests. In every cell no response contains a code, a phone number, a secret of a connector or the root
secret; the number is in the response to its own verification only. Provider answers repeat the request to them, code and
number included.
`;

const cell = (text) => text.replaceAll("|", "\\|");

const table = ({ runs }, scenarios) => {
  const names = runs.map(({ name, where }) => (where === "workerd" ? `${name} (workerd)` : name));
  const rows = scenarios.map(({ id, name }) => {
    const results = runs.map(({ cells }) => cell(cells[id]));
    return `| ${id} | ${name} | ${results.join(" | ")} |`;
  });
  return [`| | operation | ${names.join(" | ")} |`, `|---|---|${"---|".repeat(runs.length)}`, ...rows].join(
    "\n",
  );
};

const section = (fault, scenarios) =>
  [`## ${fault.id}: ${fault.name}`, ...(fault.note ? [fault.note] : []), table(fault, scenarios)].join(
    "\n\n",
  );

/** The whole document. */
export const faultMatrix = () => {
  const { scenarios, faults } = JSON.parse(readFileSync(join(root, "tests", "fault-matrix.json"), "utf8"));
  return `${[intro.trimEnd(), ...faults.map((fault) => section(fault, scenarios))].join("\n\n")}\n`;
};

/** Writes the document; with `check` it only fails if it is not up to date. */
export const writeFaultMatrix = (check) => {
  const text = faultMatrix();
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  if (check) throw new StepError(`not up to date: ${path}; run \`npm run generate\``);
  writeFileSync(file, text);
  process.stdout.write(`${path}\n`);
};
