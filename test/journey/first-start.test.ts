// T27 and F13, F15 as processes. In: strangers who race for the first start, and a database that is
// lost, emptied or broken afterwards. Out: one administrator, with the link alone; never a second wizard.
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { command, startProcess, type TestProcess } from "../harness/app-process";
import { freePort } from "../harness/process";

const PERSON = { email: "ann@plant.example", password: "correct horse battery" };
const NOBODY_YET = { ANDON_BOOTSTRAP_TOKEN: "" };

let server: TestProcess;
afterEach(() => server.remove());

const fresh = async (): Promise<void> => {
  server = await startProcess({ env: NOBODY_YET, readyPath: "/healthz" });
};

const linkToken = (): string => /\/setup\?token=([\w-]+)/.exec(server.output())?.[1] ?? "";

const complete = (token: string, email = PERSON.email): Promise<number> =>
  fetch(`${server.url}/api/v1/setup`, {
    method: "POST",
    keepalive: false,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...PERSON, email, token }),
  }).then(async (response) => {
    await response.arrayBuffer();
    return response.status;
  });

const signIn = async (): Promise<number> =>
  (
    await fetch(`${server.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(PERSON),
    })
  ).status;

const isWizardOpen = async (): Promise<boolean> =>
  ((await (await fetch(`${server.url}/api/v1/setup`)).json()) as { needed: boolean }).needed;

/** Starts it once more on the same directory, to its end. */
const startAgain = async (port = freePort()): Promise<{ code: number; output: string }> => {
  const child = Bun.spawn([...command(), "serve"], {
    cwd: server.directory,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: server.directory,
      ANDON_DATA_DIR: join(server.directory, "data"),
      ANDON_PORT: String(port),
    },
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, output: out + err };
};

describe("the race for the first start", () => {
  test("a hundred strangers without the link get nothing, a hundred with it make one administrator", async () => {
    await fresh();
    const link = linkToken();
    expect(link.length).toBeGreaterThan(40);
    // Four wrong tries: a fifth would end the link.
    const guesses = await Promise.all(Array.from({ length: 4 }, (_, index) => complete(`guess-${index}`)));
    expect(guesses).toEqual([403, 403, 403, 403]);
    const racers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        complete(link, index === 0 ? PERSON.email : `x${index}@plant.example`),
      ),
    );
    expect(racers.filter((status) => status === 201)).toHaveLength(1);
    expect(racers.filter((status) => status === 409)).toHaveLength(99);
    expect(await isWizardOpen()).toBe(false);
    expect(await complete(link)).toBe(409);
    // The link is dead after a restart too, and no new one is printed.
    const printed = server.output().split("/setup?token=").length;
    await server.kill();
    await server.restart();
    expect(await isWizardOpen()).toBe(false);
    expect(await complete(link)).toBe(409);
    expect(server.output().split("/setup?token=").length).toBe(printed);
  });

  test("a hundred strangers without the link kill it for a minute, and none gets in", async () => {
    await fresh();
    const statuses = await Promise.all(Array.from({ length: 100 }, (_, index) => complete(`guess-${index}`)));
    expect(new Set(statuses)).toEqual(new Set([403]));
    expect(await complete(linkToken())).toBe(403);
    expect(await isWizardOpen()).toBe(true);
  });
});

describe("an instance whose database is gone", () => {
  const database = (): string => join(server.directory, "data/andon.db");

  test.each([
    ["deleted", 8, 2, () => rmSync(database())],
    ["emptied", 3, 1, () => truncateSync(database(), 0)],
    ["cut in half", 3, 1, () => truncateSync(database(), Math.floor(statSync(database()).size / 2))],
  ] as const)(
    "%s: it ends with %i, says what to do, keeps what is there, and opens no wizard",
    async (_name, code, rounds, damage) => {
      await fresh();
      expect(await complete(linkToken())).toBe(201);
      expect(await server.terminate()).toBe(0);
      damage();
      const left = existsSync(database()) ? readFileSync(database()) : null;
      for (let round = 0; round < rounds; round++) {
        const again = await startAgain();
        expect(again.code).toBe(code);
        expect(again.output).toContain("andon.db");
        expect(again.output).toContain("backup");
        expect(again.output).not.toContain("/setup?token=");
        expect(again.output).not.toContain('"message":"listening"');
      }
      expect(existsSync(database()) ? readFileSync(database()) : null).toEqual(left);
    },
    30_000,
  );
});

describe("two instances on one directory", () => {
  test("the second ends with 4 and names the first; behind kill -9 the next one starts", async () => {
    await fresh();
    expect(await complete(linkToken())).toBe(201);
    const second = await startAgain();
    expect(second.code).toBe(4);
    expect(second.output).toContain(String(server.pid));
    expect(await signIn()).toBe(200);
    await server.kill();
    await server.restart();
    expect(await signIn()).toBe(200);
  });
});
