// Spellings that are not strict E.164. The Rust tests read the same list (crates/core/src/phone.rs).
import { readFileSync } from "node:fs";

export const oddPhones = JSON.parse(
  readFileSync(new URL("../vectors/odd-phones.json", import.meta.url), "utf8"),
);
