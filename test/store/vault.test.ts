// Secrets at rest: sealed texts that say nothing without the key, a key that is made once and missed
// when it is gone, rows of an older version sealed without a trace, and a change of the key that may be
// killed at any step.
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { StartupError } from "../../src/core/errors";
import { keyIdOf, openText, parseKey, printKey, randomKey, sealText } from "../../src/lib/envelope";
import { openStore, type Store, type StoreOptions } from "../../src/store/store";
import { createVault } from "../../src/store/vault";
import { runChild } from "../harness/child";
import { FakeClock } from "../harness/clock";
import { recordingLog } from "../harness/delivery";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const TENANT = "0197f1d2-0000-7000-8000-000000000001";

let directory: string;
let log: ReturnType<typeof recordingLog>;
beforeEach(() => {
  directory = temporaryDirectory();
  log = recordingLog();
});
afterEach(() => removeDirectory(directory));

const file = (name: string): string => join(directory, name);

const open = (options: Partial<StoreOptions> = {}): Promise<Store> =>
  openStore({ directory, clock: new FakeClock(), log, hasBallast: false, ...options });

const openAndClose = async (options: Partial<StoreOptions> = {}): Promise<void> =>
  (await open(options)).close();

const refusal = async (promise: Promise<unknown>): Promise<StartupError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StartupError) return error;
  throw new Error(`expected a StartupError, got ${String(error)}`);
};

/** Every file of the directory, byte for byte. */
const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .filter((name) => !name.startsWith("lock"))
      .map((name) => [name, readFileSync(file(name)).toString("base64")]),
  );

const onDatabase = <T>(work: (database: Database) => T): T => {
  const database = new Database(file("andon.db"), { readwrite: true, create: false });
  try {
    return work(database);
  } finally {
    database.close();
  }
};

const insertChannels = (configs: readonly string[]): void =>
  onDatabase((database) => {
    database.run("INSERT OR IGNORE INTO organizations VALUES (?, 1, 'Default', 'default', 0)", [TENANT]);
    for (const [index, config] of configs.entries())
      database.run(
        "INSERT INTO channels (id, tenant_id, name, type, config, is_active, health, consecutive_failures, " +
          "created_at, updated_at) VALUES (?, ?, ?, 'webhook', ?, 1, 'active', 0, 0, 0)",
        [`c${index}`, TENANT, `Channel ${index}`, config],
      );
  });

const configs = (): string[] =>
  onDatabase((database) =>
    database
      .query<{ config: string }, []>("SELECT config FROM channels ORDER BY id")
      .all()
      .map(({ config }) => config),
  );

describe("a sealed text", () => {
  const key = randomKey();

  test("opens with its key to what was sealed, whatever it was", () => {
    for (const text of ["", "a", "é ☃ 🂡 \u0000", '{"secret":"x"}', "x".repeat(100_000)])
      expect(openText(key, sealText(key, text))).toBe(text);
  });

  test("is another one each time, names its key, and holds nothing of the text", () => {
    const first = sealText(key, "a secret that is long enough to be found");
    expect(first).not.toBe(sealText(key, "a secret that is long enough to be found"));
    expect(keyIdOf(first)).toBe(key.id);
    expect(Buffer.from(first.split(":")[2] ?? "", "base64").toString("latin1")).not.toContain("secret");
    expect(printKey(key)).not.toContain(key.id);
  });

  test("is refused with any byte flipped, cut, lengthened, or under another key", () => {
    const sealed = sealText(key, "a secret");
    const [, , body = ""] = sealed.split(":");
    const bytes = Buffer.from(body, "base64");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => openText(key, `sealed:${key.id}:${changed.toString("base64")}`)).toThrow();
    }
    for (const changed of [
      bytes.subarray(1),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, bytes]),
      Buffer.alloc(0),
    ])
      expect(() => openText(key, `sealed:${key.id}:${changed.toString("base64")}`)).toThrow();
    const other = randomKey();
    expect(() => openText(other, sealed)).toThrow();
    expect(() => openText(other, sealed.replace(key.id, other.id))).toThrow();
    expect(() => createVault([other]).open(sealed)).toThrow();
    expect(() => createVault([key]).open("a secret")).toThrow();
    expect(createVault([other, key]).open(sealed)).toBe("a secret");
  });

  test("keys are read as hex and base64, and nothing else", () => {
    const bytes = Buffer.from(key.bytes);
    for (const text of [
      printKey(key),
      printKey(key).toUpperCase(),
      bytes.toString("base64"),
      bytes.toString("base64url"),
    ])
      expect(parseKey(text)?.id).toBe(key.id);
    for (const text of ["", "short", `${printKey(key)}0`, printKey(key).slice(1), "g".repeat(64)])
      expect(parseKey(text)).toBeNull();
  });
});

describe("the key of an instance", () => {
  test("is made at the first start, for its owner only, and stays the same", async () => {
    await openAndClose();
    const key = readFileSync(file("secret.key"), "utf8");
    expect(key).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(file("secret.key")).mode & 0o777).toBe(0o600);
    await openAndClose();
    expect(readFileSync(file("secret.key"), "utf8")).toBe(key);
    chmodSync(file("secret.key"), 0o644);
    await openAndClose();
    expect(statSync(file("secret.key")).mode & 0o777).toBe(0o600);
    expect(log.lines.join("\n")).toContain("could be read by others");
    expect(log.lines.join("\n")).not.toContain(key.trim());
  });

  test("with one from the configuration, no file is made", async () => {
    const store = await open({ secretKey: printKey(randomKey()) });
    expect(store.vault.open(store.vault.seal("x"))).toBe("x");
    await store.close();
    expect(existsSync(file("secret.key"))).toBe(false);
  });

  test.each([
    ["missing", () => rmSync(file("secret.key")), "does not exist"],
    ["another", () => writeFileSync(file("secret.key"), printKey(randomKey())), "is another one"],
    ["damaged", () => writeFileSync(file("secret.key"), "what is this"), "does not hold a key"],
    ["empty", () => writeFileSync(file("secret.key"), ""), "does not hold a key"],
  ])("a start with the key %s is refused with 10 and changes nothing", async (_what, spoil, words) => {
    await openAndClose();
    insertChannels(['{"url":"https://a.example/","secret":"the secret"}']);
    await openAndClose();
    const key = readFileSync(file("secret.key"), "utf8");
    spoil();
    const before = contents();
    const error = await refusal(open());
    expect(error.exitCode).toBe(10);
    expect(error.message).toContain(words);
    expect(error.message).toContain(file("secret.key"));
    expect(error.message).not.toContain(key.trim());
    expect(contents()).toEqual(before);
    writeFileSync(file("secret.key"), key);
    const store = await open();
    expect(store.vault.open(configs()[0] ?? "")).toContain("the secret");
    await store.close();
  });

  test("a wrong one in the configuration is refused as well, and says where it stands", async () => {
    await openAndClose({ secretKey: printKey(randomKey()) });
    insertChannels(["{}", '{"secret":"the secret"}']);
    const right = printKey(randomKey());
    await openAndClose({ secretKey: right });
    const error = await refusal(open({ secretKey: printKey(randomKey()) }));
    expect(error.exitCode).toBe(10);
    expect(error.message).toContain("ANDON_SECRET_KEY");
    await refusal(open());
    expect(existsSync(file("secret.key"))).toBe(false);
    await openAndClose({ secretKey: right });
  });

  test("without anything sealed, a lost key is replaced by a fresh one", async () => {
    await openAndClose();
    rmSync(file("secret.key"));
    await openAndClose();
    expect(existsSync(file("secret.key"))).toBe(true);
  });

  test("a new one in front of the present one takes over; then the old one may go", async () => {
    const [first, second] = [printKey(randomKey()), printKey(randomKey())];
    await openAndClose({ secretKey: first });
    insertChannels(['{"secret":"the secret"}']);
    await openAndClose({ secretKey: first });
    await openAndClose({ secretKey: `${second} ${first}` });
    await refusal(open({ secretKey: first }));
    const store = await open({ secretKey: second });
    expect(store.vault.open(configs()[0] ?? "")).toContain("the secret");
    await store.close();
  });

  test("one from the configuration takes over from the file", async () => {
    await openAndClose();
    insertChannels(['{"secret":"the secret"}']);
    await openAndClose();
    const given = printKey(randomKey());
    await openAndClose({ secretKey: given });
    rmSync(file("secret.key"));
    const store = await open({ secretKey: given });
    expect(store.vault.open(configs()[0] ?? "")).toContain("the secret");
    await store.close();
  });

  test("lost for good: what it sealed is given up on request, the rest stays", async () => {
    await openAndClose();
    insertChannels(['{"secret":"the secret"}']);
    await openAndClose();
    writeFileSync(file("secret.key"), "damaged");
    await openAndClose({ keyTask: "forget" });
    expect(configs()).toEqual(["{}"]);
    expect(readFileSync(file("secret.key.damaged"), "utf8")).toBe("damaged");
    await openAndClose();
  });
});

describe("rows of an older version, written in clear", () => {
  test("are sealed at the start; no file shows them any more, nor does a copy without the key", async () => {
    await openAndClose();
    const secrets = Array.from({ length: 40 }, (_, index) => `canary-${index}-${Bun.randomUUIDv7()}`);
    // Some of them spill over several pages.
    insertChannels(secrets.map((secret, index) => JSON.stringify({ secret, pad: "x".repeat(index * 400) })));
    const store = await open();
    const sealed = configs();
    for (const [index, secret] of secrets.entries()) {
      const at = sealed[index === 0 ? 0 : configIndex(index)] ?? "";
      expect(keyIdOf(at)).not.toBeNull();
      expect(store.vault.open(at)).toContain(secret);
    }
    expect(shownIn(secrets)).toEqual([]);
    expect(log.lines.join("\n")).toContain("copies of the database from before still show them");
    await store.close();
    expect(shownIn(secrets)).toEqual([]);
  });

  const shownIn = (secrets: readonly string[]): string[] =>
    readdirSync(directory).flatMap((name) => {
      const bytes = readFileSync(file(name)).toString("latin1");
      return secrets.filter((secret) => bytes.includes(secret)).map((secret) => `${name}: ${secret}`);
    });

  /** Rows come in the order of their IDs as text: c0, c1, c10, c11, … */
  const configIndex = (index: number): number =>
    Array.from({ length: 40 }, (_, one) => `c${one}`)
      .toSorted()
      .indexOf(`c${index}`);
});

describe("a change of the key", () => {
  const COUNT = 60;
  const clear = (index: number): string => JSON.stringify({ secret: `secret ${index}` });

  const prepare = async (): Promise<void> => {
    await openAndClose();
    insertChannels(Array.from({ length: COUNT }, (_, index) => clear(index)));
    await openAndClose();
  };

  test("leaves one key, the new one, and everything sealed with it", async () => {
    await prepare();
    const old = readFileSync(file("secret.key"), "utf8").trim();
    const before = configs();
    await openAndClose({ keyTask: "rotate" });
    const fresh = readFileSync(file("secret.key"), "utf8").trim();
    expect(fresh).toMatch(/^[0-9a-f]{64}$/);
    expect(fresh).not.toBe(old);
    expect(new Set(configs().map(keyIdOf))).toEqual(new Set([parseKey(fresh)?.id ?? ""]));
    // What was sealed with the old one is not to be found any more.
    const bytes = readFileSync(file("andon.db")).toString("latin1");
    expect(before.filter((sealed) => bytes.includes(sealed))).toEqual([]);
  });

  test("is refused when the key is in the configuration, with the way to do it", async () => {
    const error = await refusal(open({ keyTask: "rotate", secretKey: printKey(randomKey()) }));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("ANDON_SECRET_KEY");
  });

  test("killed at each of more than 50 steps, it loses nothing and is finished by the next start", async () => {
    await prepare();
    const origin = temporaryDirectory();
    try {
      cpSync(directory, origin, { recursive: true });
      const whole = await runChild(["rotate", directory, "-1"]);
      const steps = Number(/steps (\d+)/.exec(whole.output)?.[1]);
      expect(steps).toBeGreaterThan(50);
      const outcomes = new Set<string>();
      for (let step = 0; step < steps; step++) {
        removeDirectory(directory);
        cpSync(origin, directory, { recursive: true });
        const { code } = await runChild(["rotate", directory, String(step)]);
        expect(code).toBe(137);
        const keys = readFileSync(file("secret.key"), "utf8").trim().split("\n");
        const store = await open();
        const sealed = configs();
        expect(sealed).toHaveLength(COUNT);
        expect(sealed.map((text) => store.vault.open(text)).toSorted()).toEqual(
          Array.from({ length: COUNT }, (_, index) => clear(index)).toSorted(),
        );
        await store.close();
        const left = readFileSync(file("secret.key"), "utf8").trim().split("\n");
        expect(left).toEqual([keys[0] ?? ""]);
        expect(new Set(sealed.map(keyIdOf))).toEqual(new Set([parseKey(left[0] ?? "")?.id ?? ""]));
        outcomes.add(left[0] === readFileSync(join(origin, "secret.key"), "utf8").trim() ? "old" : "new");
      }
      expect(outcomes).toEqual(new Set(["old", "new"]));
    } finally {
      removeDirectory(origin);
    }
  }, 180_000);
});
