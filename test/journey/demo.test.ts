// The demo as a newcomer sees it: five machines, an alert that escalates when nobody acts and does not
// when somebody does, and after Ctrl-C nothing is left.
import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { createApp } from "../../src/app";
import { defaultConfig } from "../../src/config/config";
import { silentLog } from "../../src/core/log";
import { createDemo, type Demo } from "../../src/demo/demo";
import { CHAPTER, ROUND_SECONDS } from "../../src/demo/failure";
import { ESCALATION_SECONDS } from "../../src/demo/stage";
import { command } from "../harness/app-process";
import { FakeClock } from "../harness/clock";
import { freePort } from "../harness/process";
import { removeDirectory, temporaryDirectory } from "../harness/store";

type Fields = Record<string, unknown>;

const SECOND = 1_000;

let demo: Demo | undefined;
const leftovers: (() => Promise<void>)[] = [];
let lines: string[] = [];

afterEach(async () => {
  await demo?.stop();
  demo = undefined;
  for (const remove of leftovers.splice(0)) await remove();
});

const begin = async (clock: FakeClock): Promise<Demo> => {
  lines = [];
  demo = createDemo({
    clock,
    port: 0,
    isColoured: false,
    write: (text) => lines.push(...text.split("\n").filter((line) => line !== "")),
    startAndon: async (settings) => {
      const app = createApp(defaultConfig(settings), { clock, log: silentLog });
      await app.start();
      return app;
    },
  });
  await demo.start();
  return demo;
};

/** Second by second, as the machines report; each one's consequences have arrived before the next. */
const play = async (running: Demo, clock: FakeClock, seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second++) {
    await clock.advance(SECOND);
    await running.idle();
    await clock.settle();
  }
};

const get = async (running: Demo, path: string): Promise<Fields> => {
  const response = await fetch(`${running.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${running.account.token}` },
  });
  return (await response.json()) as Fields;
};

/** Webhooks travel over sockets, which the fake clock does not move. */
const untilTold = async (words: string): Promise<void> => {
  const limit = performance.now() + 10_000;
  while (!lines.some((line) => line.includes(words))) {
    if (performance.now() > limit) throw new Error(`"${words}" was not told:\n${lines.join("\n")}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const told = (words: string): number => lines.filter((line) => line.includes(words)).length;

describe("the demo's story", () => {
  test("sets the stage through the API and introduces itself", async () => {
    const clock = new FakeClock();
    const running = await begin(clock);
    const machines = (await get(running, "/machines"))["data"] as Fields[];
    expect(machines.map(({ name }) => name).toSorted()).toEqual([
      "CNC Mill #1",
      "Compressor 3",
      "Oven 2",
      "Packer",
      "Press 7",
    ]);
    const rules = (await get(running, "/alert-rules"))["data"] as Fields[];
    expect(rules.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect((await get(running, "/alerts"))["data"]).toEqual([]);
    expect(told(`${running.url}/`)).toBe(1);
    expect(told(running.account.password)).toBe(1);
    const login = await fetch(`${running.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: running.account.email, password: running.account.password }),
    });
    expect(login.status).toBe(200);
  });

  test("escalates when nobody acknowledges; the alert ends above the clear value, not before", async () => {
    const clock = new FakeClock();
    const running = await begin(clock);
    await play(running, clock, CHAPTER.fallsBelowLimit - 2);
    expect(told("CRITICAL")).toBe(0);
    await play(running, clock, 3);
    await untilTold("CRITICAL");
    await untilTold("/acknowledge -H");
    await play(running, clock, ESCALATION_SECONDS - 3);
    expect(told("ESCALATED")).toBe(0);
    await play(running, clock, 4);
    await untilTold("ESCALATED");
    await play(running, clock, CHAPTER.recovers - CHAPTER.fallsBelowLimit - ESCALATION_SECONDS - 4);
    expect(told("RESOLVED")).toBe(0);
    await play(running, clock, 4);
    await untilTold("RESOLVED");
    expect([told("CRITICAL"), told("ESCALATED"), told("RESOLVED"), told("refused")]).toEqual([1, 1, 1, 0]);
  });

  test("says that the escalation was stopped when somebody acknowledges", async () => {
    const clock = new FakeClock();
    const running = await begin(clock);
    await play(running, clock, CHAPTER.fallsBelowLimit + 1);
    await untilTold("/acknowledge -H");
    const curl = lines.find((line) => line.includes("/acknowledge -H")) ?? "";
    const [, url = "", authorization = ""] = /POST (\S+) -H "Authorization: ([^"]+)"/.exec(curl) ?? [];
    const answer = await fetch(url, { method: "POST", headers: { authorization } });
    expect(answer.status).toBe(200);
    await untilTold("The escalation was stopped");
    await play(running, clock, CHAPTER.recovers - CHAPTER.fallsBelowLimit + 2);
    await untilTold("RESOLVED");
    expect(told("ESCALATED")).toBe(0);
  });

  test("goes on with the silent compressor and begins again", async () => {
    const clock = new FakeClock();
    const running = await begin(clock);
    await play(running, clock, CHAPTER.compressorReturns + 3);
    await untilTold("WARNING");
    await untilTold("RESOLVED  Compressor 3");
    expect(told("WARNING")).toBe(1);
    await play(running, clock, ROUND_SECONDS - CHAPTER.compressorReturns + CHAPTER.fallsBelowLimit);
    await untilTold("begins again");
    const alerts = (await get(running, "/alerts"))["data"] as Fields[];
    expect(alerts.map(({ machine_name, severity }) => `${machine_name} ${severity}`).toReversed()).toEqual([
      "Oven 2 critical",
      "Compressor 3 warning",
      "Oven 2 critical",
    ]);
  });
});

interface Started {
  child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** What lies in the directory for temporary files. */
  files: () => string[];
  output: () => string;
  /** Resolves when the words have been printed; rejects when it ends before. */
  until: (words: string) => Promise<void>;
}

const spawnDemo = (...flags: string[]): Started => {
  const temporary = temporaryDirectory("andon-demo-test-");
  const child = Bun.spawn([...command(), "demo", ...flags], {
    cwd: temporary,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    // A proxy, an Andon of one's own and its data directory must not matter.
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "/",
      TMPDIR: temporary,
      HTTP_PROXY: "http://127.0.0.1:9",
      ANDON_DATA_DIR: "/nowhere",
      ANDON_PORT: "1",
    },
  });
  let text = "";
  const checks = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      for (const check of checks) check();
    }
  };
  void read(child.stdout);
  void read(child.stderr);
  leftovers.push(async () => {
    child.kill("SIGKILL");
    await child.exited;
    removeDirectory(temporary);
  });
  return {
    child,
    files: () => readdirSync(temporary),
    output: () => text,
    until: (words) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (text.includes(words)) resolve();
        };
        checks.add(check);
        check();
        void child.exited.then(() => reject(new Error(`the demo ended:\n${text}`)));
      }),
  };
};

describe("the demo as a program", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    test(`${signal} ends it with nothing left behind`, async () => {
      const { child, files, output, until } = spawnDemo();
      await until("Ctrl-C ends the demo");
      expect(files().filter((name) => name.startsWith("andon-demo-"))).toHaveLength(1);
      const url = /Open\s+(http:\S+)/.exec(output())?.[1] ?? "";
      expect((await fetch(`${url}healthz`)).status).toBe(200);
      child.kill(signal);
      expect(await child.exited).toBe(0);
      expect(output()).toContain("Stopped. The temporary data directory is gone.");
      expect(output()).not.toContain('"level"');
      expect(files()).toEqual([]);
      expect(fetch(`${url}healthz`)).rejects.toThrow();
    });

  test("Ctrl-C that arrives twice, as it does through npx, is one", async () => {
    const { child, files, output, until } = spawnDemo();
    await until("Ctrl-C ends the demo");
    child.kill("SIGINT");
    child.kill("SIGINT");
    expect(await child.exited).toBe(0);
    expect(output()).toContain("Stopped.");
    expect(files()).toEqual([]);
  });

  test("an impatient end does not leave the directory behind either", async () => {
    const { child, files, until } = spawnDemo();
    await until("Ctrl-C ends the demo");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect([0, 130]).toContain(await child.exited);
    expect(files()).toEqual([]);
  });

  test("it takes the port that is asked for", async () => {
    const port = freePort();
    const { child, output, until } = spawnDemo("--port", String(port));
    await until("Ctrl-C ends the demo");
    expect(output()).toContain(`http://127.0.0.1:${port}/`);
    child.kill("SIGINT");
    expect(await child.exited).toBe(0);
  });

  test("it takes another port when 8080 is in use", async () => {
    let other: Bun.Server<undefined> | undefined;
    try {
      other = Bun.serve({ hostname: "127.0.0.1", port: 8080, fetch: () => new Response("another program") });
    } catch {
      // Somebody has it already, which serves as well.
    }
    const { child, output, until } = spawnDemo();
    await until("Ctrl-C ends the demo");
    const port = Number(/Open\s+http:\/\/127\.0\.0\.1:(\d+)/.exec(output())?.[1]);
    expect(port).toBeGreaterThan(0);
    expect(port).not.toBe(8080);
    child.kill("SIGINT");
    await child.exited;
    await other?.stop(true);
  });
});
