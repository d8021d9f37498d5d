// F19: channels are edited, given new secrets, paused, switched off and deleted at random moments while
// messages wait. Every message ends in exactly one way, each request is signed by a secret in force, and
// nothing fails for ever. A failure names its seed: `SEED=7 bun test test/faults/channel-life.test.ts`.
// ANDON_FAULTS=long: many more lives.
import { expect, test } from "bun:test";
import { liveChannels } from "../harness/channel-model";

const IS_LONG = Bun.env["ANDON_FAULTS"] === "long";
const GIVEN = Bun.env["SEED"];
const SEEDS =
  GIVEN === undefined ? Array.from({ length: IS_LONG ? 400 : 20 }, (_, seed) => seed + 1) : [Number(GIVEN)];
const STEPS = IS_LONG ? 120 : 60;

test(`${SEEDS.length} random lives of ${STEPS} steps`, async () => {
  let rows = 0;
  let requests = 0;
  for (const seed of SEEDS) {
    const life = await liveChannels(seed, STEPS);
    rows += life.rows;
    requests += life.requests;
    if (life.faults.length > 0)
      throw new Error(`seed ${seed}:\n${life.faults.join("\n")}\nafter\n${life.steps.join("\n")}`);
  }
  if (GIVEN !== undefined) return;
  // They were lives, not silence.
  expect(rows).toBeGreaterThan(20 * SEEDS.length);
  expect(requests).toBeGreaterThan(30 * SEEDS.length);
}, 1_800_000);
