// The commands that documents tell people to run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./steps.mjs";

const shells = ["console", "sh", "bash", "shell"];
const programs = "npm|npx|node|cargo|rustup|wrangler";

/** Joins the lines of a command: those after a backslash, and a here-document. */
const joinLines = (lines) => {
  const commands = [];
  let end;
  for (const line of lines) {
    const last = commands.at(-1);
    if (end !== undefined || last?.endsWith("\\")) {
      commands[commands.length - 1] = `${last}\n${line}`;
      if (line === end) end = undefined;
    } else if (line.startsWith("$ ")) {
      commands.push(line.slice(2));
      end = /<<-?'?(\w+)'?$/.exec(line)?.[1];
    }
  }
  return commands;
};

/** In a console the lines with a prompt are commands, the others are what these print; elsewhere all are commands. */
const readBlock = (language, text) => {
  const lines = text.split("\n").filter((line) => line !== "");
  const withPrompt =
    language === "console" ? lines : lines.map((line) => (/^\s/.test(line) ? line : `$ ${line}`));
  return joinLines(withPrompt);
};

/** Reads the commands of a document, without comments: [{document, command}]. */
export const readCommands = (document, text = readFileSync(join(root, document), "utf8")) => {
  const commands = [];
  const prose = text.replace(/^```(\w*)\n([\s\S]*?)^```$/gm, (_, language, block) => {
    if (shells.includes(language)) commands.push(...readBlock(language, block));
    return "";
  });
  for (const [, command] of prose.matchAll(new RegExp(`\`((?:${programs}) [^\`]+)\``, "g")))
    commands.push(command);
  const clean = commands.map((command) => command.replace(/\s+#[^"']*$/gm, "").trim());
  return [...new Set(clean)].map((command) => ({ document, command }));
};
