// A thousand requests that are prepared over open connections and released at one instant, against workerd alone. `npm run
// races` runs a hundred rounds.
import { test } from "node:test";
import { runRaces } from "./races.mjs";

test("1,000 requests released at one instant have exact results", () => runRaces(1));
