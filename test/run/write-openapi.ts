// In: the running program's description of its API. Out: test/golden/openapi.json, which the test
// compares with: run it after looking at what has changed.
import { join } from "node:path";
import { startApp } from "../harness/app";

const run = await startApp();
try {
  const answer = await fetch(`${run.url}/docs/json`, { headers: { authorization: `Bearer ${run.token}` } });
  const path = join(import.meta.dir, "../golden/openapi.json");
  await Bun.write(path, `${JSON.stringify(await answer.json(), null, 1)}\n`);
} finally {
  await run.stop();
}
