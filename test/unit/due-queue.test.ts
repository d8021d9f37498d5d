// A queue by due times: against the plain thing that sorts, with random changes.
import { expect, test } from "bun:test";
import { createDueQueue } from "../../src/lib/due-queue";
import { seededRandom, wholeBetween } from "../harness/random";

test("gives what a sorted list would give, whatever is put in, moved and taken out", () => {
  const random = seededRandom(11);
  const queue = createDueQueue<number>();
  const model = new Map<number, number>();
  for (let step = 0; step < 20_000; step++) {
    const item = wholeBetween(random, 0, 200);
    const dice = random();
    if (dice < 0.5) {
      const at = wholeBetween(random, 0, 1_000);
      queue.set(item, at);
      model.set(item, at);
    } else if (dice < 0.7) {
      queue.delete(item);
      model.delete(item);
    } else {
      const now = wholeBetween(random, 0, 1_000);
      const first = model.size === 0 ? null : Math.min(...model.values());
      expect(queue.nextAt()).toBe(first);
      const taken = queue.take(now);
      if (first === null || first > now) expect(taken).toBeUndefined();
      else {
        expect(model.get(taken ?? -1)).toBe(first);
        model.delete(taken ?? -1);
      }
    }
    expect(queue.size).toBe(model.size);
    expect(queue.has(item)).toBe(model.has(item));
  }
});
