// In: a thread that reads the whole file. Out: its verdict, on a whole and on a damaged one.
import { afterEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckAnswer, CheckMessage } from "../../src/store/checker.worker";
import { startWorker } from "../../src/workers";
import { openTestStore, type TestStore } from "../harness/store";

let opened: TestStore;
afterEach(() => opened.remove());

const verdictOn = (path: string): Promise<string> => {
  const worker = startWorker("checker");
  return new Promise<string>((resolve, reject) => {
    worker.onmessage = (message: MessageEvent<CheckAnswer>) => resolve(message.data.verdict);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ path } satisfies CheckMessage);
  }).finally(() => worker.terminate());
};

test("the checker finds a whole file whole while it is in use, and a damaged page damaged", async () => {
  opened = await openTestStore();
  const path = join(opened.directory, "andon.db");
  expect(await verdictOn(path)).toBe("ok");
  await opened.store.close();
  const content = await Bun.file(path).bytes();
  content.fill(0xa5, 3 * 4_096, 9 * 4_096);
  writeFileSync(path, content);
  expect(await verdictOn(path)).not.toBe("ok");
  expect(await verdictOn(join(opened.directory, "none.db"))).not.toBe("ok");
});
