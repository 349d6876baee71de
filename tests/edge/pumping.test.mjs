// The short form of `npm run simulate`: attacks that pump SMS, and users beside them, over the real Worker with a clock that
// the test moves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "../simulation/attacks.mjs";

/** Sequential numbers of one prefix, 5 a second for two minutes. */
const PREFIX = ["prefix", 600];
/** One a minute over 200 prefixes for two hours. */
const SLOW = ["slow", 120];

const play = ([attack, count], defence) => simulate(attack, defence, count);

test("without these limits an attacker gets every SMS", async () => {
  assert.equal((await play(PREFIX, "per phone")).lost, 600);
  assert.equal((await play(SLOW, "per phone")).lost, 120);
});

test("a pumped prefix loses at most 50 SMS, and users none", async () => {
  const { lost, users, refusedUsers, limits, stops } = await play(PREFIX, "all");
  assert.equal(lost, 20);
  assert.deepEqual(limits, ["prefix"]);
  assert.ok(users >= 4);
  assert.equal(refusedUsers, 0);
  assert.deepEqual(
    stops.map(({ kind, key, country }) => [kind, key, country]),
    [["prefix", "+3361234", "FR"]],
  );
});

test("a country that is pumped slowly over many prefixes stops, and users of others lose nothing", async () => {
  const { lost, users, refusedUsers, limits, stops } = await play(SLOW, "all");
  assert.equal(lost, 101, "100, and what comes while the last codes may still be typed");
  assert.deepEqual(limits, ["country"]);
  assert.ok(users > 200);
  assert.equal(refusedUsers, 0);
  const [{ kind, key, since, until }, ...others] = stops;
  assert.deepEqual([kind, key, others.length], ["country", "FR", 0]);
  assert.equal(Date.parse(until) - Date.parse(since), 12 * 3_600_000);
});
