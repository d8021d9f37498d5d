// T13. In: the same call with the same Idempotency-Key, from fifty sockets at once, again after an
// orderly restart, and again after kill -9. Out: one effect, and the same answer each time.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startProcess, type TestProcess } from "../harness/app-process";

const SOCKETS = 50;

let server: TestProcess;
beforeAll(async () => {
  server = await startProcess();
});
afterAll(() => server.remove());

interface Told {
  status: number;
  text: string;
  isReplay: boolean;
}

const send = async (method: string, path: string, key: string, body?: unknown): Promise<Told> => {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    // A socket each: none waits for another's answer.
    keepalive: false,
    headers: {
      authorization: `Bearer ${server.token}`,
      "idempotency-key": key,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const isReplay = response.headers.get("idempotency-replayed") === "true";
  return { status: response.status, text: await response.text(), isReplay };
};

const list = async (path: string): Promise<Record<string, unknown>[]> => {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  return ((await response.json()) as { data: Record<string, unknown>[] }).data;
};

const createProject = (key: string, name = "Line 1"): Promise<Told> =>
  send("POST", "/projects", key, { name });

const countOf = async (name: string): Promise<number> =>
  (await list("/projects")).filter((project) => project["name"] === name).length;

let first: Told;

test("from fifty sockets at once: one effect, fifty equal answers", async () => {
  const answers = await Promise.all(Array.from({ length: SOCKETS }, () => createProject("order-1")));
  first = { ...(answers[0] as Told), isReplay: true };
  expect(first.status).toBe(201);
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
  expect(await countOf("Line 1")).toBe(1);
});

test("after an orderly restart", async () => {
  expect(await server.terminate()).toBe(0);
  await server.restart();
  expect(await createProject("order-1")).toEqual(first);
  expect(await countOf("Line 1")).toBe(1);
});

test("after kill -9 behind the answer, from fifty sockets", async () => {
  const made = await createProject("order-2", "Line 2");
  await server.kill();
  await server.restart();
  for (const answer of await Promise.all(
    Array.from({ length: SOCKETS }, () => createProject("order-2", "Line 2")),
  ))
    expect(answer).toEqual({ ...made, isReplay: true });
  expect(await createProject("order-1")).toEqual(first);
  expect(await countOf("Line 2")).toBe(1);
});

test("after kill -9 before the answer: the same effect or none, and never a second one", async () => {
  for (let round = 0; round < 3; round++) {
    const name = `Cut ${round}`;
    const calls = Array.from({ length: SOCKETS }, () =>
      createProject(`cut-${round}`, name).then(
        (told) => told.status,
        () => null,
      ),
    );
    // Some calls are answered by now, some are on their way.
    await Bun.sleep(round * 3);
    await server.kill();
    const statuses = await Promise.all(calls);
    await server.restart();
    const again = await createProject(`cut-${round}`, name);
    const count = await countOf(name);
    expect(count).toBeLessThanOrEqual(1);
    if (statuses.includes(201)) expect([again.status, count]).toEqual([201, 1]);
    // 409: it had begun, and nobody can tell from here whether it ended; the client is told to look.
    else expect([[201, 409].includes(again.status), count <= 1]).toEqual([true, true]);
  }
});

test("a change of state is repeated as it was, where a new call would be a conflict", async () => {
  const rule = {
    name: "Hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 80 },
  };
  await send("POST", "/alert-rules", "rule", rule);
  await send("POST", "/readings", "reading", { machine: "press", metric: "temperature", value: 90 });
  const done = await send("POST", "/alerts/1/acknowledge", "ack", { note: "on my way" });
  expect(done.status).toBe(200);
  await server.kill();
  await server.restart();
  expect(await send("POST", "/alerts/1/acknowledge", "ack", { note: "on my way" })).toEqual({
    ...done,
    isReplay: true,
  });
  expect((await send("POST", "/alerts/1/acknowledge", "another", { note: "on my way" })).status).toBe(409);
  expect((await send("POST", "/alerts/1/acknowledge", "ack", { note: "other words" })).status).toBe(422);
});
