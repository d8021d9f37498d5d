// T10. In: sign-ins of people who exist and who don't, and wrong credentials of every kind. Out: the
// same work and the same answer for each; `bun run faults timing` measures the time with 20,000 samples.
import { afterAll, beforeAll, expect, spyOn, test } from "bun:test";
import type { Statement } from "../../src/store/engine";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { seededRandom } from "../harness/random";
import { T_BAR, welch } from "./timing";

const PASSWORD = "correct horse battery";
const clock = new FakeClock();

let run: TestApp;
beforeAll(async () => {
  run = await startApp({ clock });
  await run.api("POST", "/users", { email: "known@plant.example", password: PASSWORD });
  const gone = await run.api("POST", "/users", { email: "inactive@plant.example", password: PASSWORD });
  await run.api("PATCH", `/users/${gone.body.id}`, { is_active: false });
});
afterAll(() => run.stop());

interface Seen {
  status: number;
  text: string;
  headers: string[];
}

const signIn = async (email: string): Promise<Seen> => {
  const response = await fetch(`${run.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "wrong password" }),
  });
  const text = (await response.text()).replace(/"request_id":"[^"]*"/, "");
  return { status: response.status, text, headers: [...response.headers.keys()].toSorted() };
};

/** The parameters of a hash, without its salt and digest, and their lengths. */
const costOf = (hash: unknown): string =>
  String(hash)
    .split("$")
    .map((part, index) => (index > 3 ? part.length : part))
    .join("$");

test("each refused sign-in costs one hash of the same price and one commit of the same statements", async () => {
  const verify = spyOn(Bun.password, "verify");
  const { engine } = run.store;
  const batch = engine.batch.bind(engine);
  const done: { answer: Seen; costs: string[]; commits: string[][] }[] = [];
  for (const email of [
    "known@plant.example",
    "inactive@plant.example",
    "nobody@plant.example",
    "x",
    "é".repeat(100),
  ]) {
    verify.mockClear();
    const commits: Statement[][] = [];
    engine.batch = (statements) => {
      commits.push([...statements]);
      return batch(statements);
    };
    const answer = await signIn(email);
    engine.batch = batch;
    done.push({
      answer,
      costs: verify.mock.calls.map(([, hash]) => costOf(hash)),
      commits: commits.map((statements) => statements.map(({ sql }) => sql)),
    });
    // The next one comes as if it were the first.
    clock.setWall(clock.now() + 2 * 60 * 60_000);
  }
  verify.mockRestore();
  const [first] = done;
  expect(first?.answer.status).toBe(401);
  expect(first?.costs).toHaveLength(1);
  expect(first?.commits).toHaveLength(1);
  for (const other of done) expect(other).toEqual(first as (typeof done)[number]);
});

test("a failed sign-in at an unknown account is recorded without the words that were given", async () => {
  await signIn("my-password-in-the-wrong-field@plant.example");
  const rows = await run.store.engine.query({
    sql: "SELECT data FROM journal WHERE kind = 'access.sign_in_failed' ORDER BY seq DESC LIMIT 1",
  });
  expect(rows).toEqual([['{"account":"(unknown)","address":"127.0.0.1"}']]);
});

test("an unknown, a revoked and an expired credential are refused in the same words", async () => {
  const make = async (body: object): Promise<{ id: string; token: string }> =>
    (await run.api("POST", "/api-tokens", { name: "t", ...body })).body;
  const revoked = await make({});
  await run.api("DELETE", `/api-tokens/${revoked.id}`);
  const expired = await make({ expires_at: new Date(clock.now() + 1_000).toISOString() });
  clock.setWall(clock.now() + 5_000);
  const answers: string[] = [];
  for (const headers of [
    { authorization: "Bearer andon_wrong" },
    { authorization: `Bearer ${"x".repeat(49)}` },
    { authorization: `Bearer ${revoked.token}` },
    { authorization: `Bearer ${expired.token}` },
    { cookie: `andon_session=${"A".repeat(43)}` },
    { cookie: "andon_session=" },
    {},
  ] as Record<string, string>[]) {
    const response = await fetch(`${run.url}/api/v1/alerts`, { headers });
    const text = (await response.text()).replace(/"request_id":"[^"]*"/, "");
    answers.push(`${response.status} ${text} ${[...response.headers.keys()].toSorted().join()}`);
  }
  expect(new Set(answers).size).toBe(1);
});

test("the measure finds a difference of a fortieth of the noise, and none where there is none", () => {
  const random = seededRandom(3);
  const noise = (): number => 100 + random() * 40;
  const sample = (more: number): number[] => Array.from({ length: 20_000 }, () => noise() + more);
  expect(Math.abs(welch(sample(0), sample(0)))).toBeLessThan(T_BAR);
  expect(Math.abs(welch(sample(1), sample(0)))).toBeGreaterThan(T_BAR);
});
