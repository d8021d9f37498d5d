// In: a command and a data directory. Out: a real process with a real store, for tests that kill it,
// start it twice or take its disk away. Not a test itself.
import { writeSync } from "node:fs";
import { systemClock } from "../../src/core/clock";
import { isAppError, StartupError } from "../../src/core/errors";
import { silentLog } from "../../src/core/log";
import type { Migration } from "../../src/store/migrations";
import { openStore, type Store, type StoreOptions } from "../../src/store/store";

const [command = "", directory = "", ...rest] = process.argv.slice(2);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const open = (options: Partial<StoreOptions> = {}): Promise<Store> =>
  openStore({
    directory,
    clock: systemClock,
    log: silentLog,
    hasBallast: false,
    onFatal: (error) => {
      say(`fatal ${error.exitCode}`);
      process.exit(error.exitCode);
    },
    ...options,
  });

const insert = (key: string, value: string) => ({
  sql: "INSERT INTO settings (key, value) VALUES (?, ?)",
  params: [key, value],
});

/** `outcome` of one write: `ok`, or the AppError's kind. */
const write = (store: Store, key: string, bytes: number): Promise<string> =>
  store.engine.batch([insert(key, "x".repeat(bytes))]).then(
    () => "ok",
    (error: unknown) => (isAppError(error) ? error.kind : String(error)),
  );

const commands: Record<string, () => Promise<void>> = {
  /** Opens, says the epoch, waits to be killed. */
  hold: async () => {
    const store = await open();
    say(`open ${store.epoch}`);
    // The store is used later, so it can't be collected, and neither can its lock.
    setInterval(() => store.health(), 1_000);
    await new Promise<void>(() => undefined);
  },
  /** Opens, says the epoch and what integrity_check finds, closes. */
  open: async () => {
    const store = await open();
    const [verdict] = await store.engine.query({ sql: "PRAGMA integrity_check" });
    say(`open ${store.epoch} ${String(verdict?.[0])}`);
    await store.close();
  },
  /** `migrate <dir> <JSON of migrations> <n>`: kills itself before the n-th statement (never for -1). */
  migrate: async () => {
    let left = Number(rest[1]);
    const store = await open({
      migrations: JSON.parse(rest[0] ?? "[]") as Migration[],
      beforeStatement: () => {
        if (left-- === 0) process.kill(process.pid, "SIGKILL");
      },
    });
    say(`open ${store.epoch}`);
    await store.close();
  },
  /** `rotate <dir> <n>`: a fresh secret key; kills itself before the n-th step (never for -1), says all steps. */
  rotate: async () => {
    const last = Number(rest[0]);
    let steps = 0;
    const store = await open({
      keyTask: "rotate",
      beforeSealing: () => {
        if (steps++ === last) process.kill(process.pid, "SIGKILL");
      },
    });
    await store.close();
    say(`steps ${steps}`);
  },
  /** One write per line of standard input, `<key> <bytes>`; says its outcome and the store's health. */
  serve: async () => {
    const store = await open();
    say("open");
    for await (const line of console) {
      if (line === "") continue;
      const [key = "", bytes = "10"] = line.split(" ");
      say(`${key} ${await write(store, key, Number(bytes))} ${store.health() ?? "fine"}`);
    }
    await store.close();
    say("closed");
  },
  /** One batch after the other that need not outlive the power; each is said when it is acknowledged. */
  stream: async () => {
    const store = await open();
    for (let id = 0; ; id++) {
      await store.engine.batch([insert(`s${id}`, "x")], "process");
      writeSync(1, `ack ${id}\n`);
    }
  },
  /** `load <dir> <callers> <batches> <checkpoint pages>`: acknowledges each committed batch by a line. */
  load: async () => {
    const [callers = 1, batches = 1, checkpointPages = 1_000] = rest.map(Number);
    const store = await open({ checkpointPages });
    await store.engine.batch([insert("counter", "none")]);
    let next = 0;
    const caller = async (): Promise<void> => {
      for (let id = next++; id < batches; id = next++) {
        // In between, as results of deliveries: nobody is promised that these outlive the power.
        if (id % 3 === 0) void store.engine.batch([insert(`r${id}`, "x".repeat(300))], "process");
        await store.engine.batch([
          insert(`a${id}`, "x".repeat(20 + (id % 7) * 150)),
          insert(`b${id}`, String(id)),
          { sql: "UPDATE settings SET value = ? WHERE key = 'counter'", params: [String(id)] },
        ]);
        // Straight to the system, so that the moment of the acknowledgement is seen from outside.
        writeSync(1, `ack ${id}\n`);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    // No orderly close: the power goes while everything runs.
    process.exit(0);
  },
};

try {
  await commands[command]?.();
  process.exit(0);
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exitCode);
}
