// The small parts of access: waits after failures, passwords in a line, secrets compared, slugs.
import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { createPasswords } from "../../src/access/passwords";
import { ACCOUNT_RULE, ADDRESS_RULE, createSignInLimits, waitAfter } from "../../src/access/sign-in-limits";
import { slugOf } from "../../src/access/slug";
import { equalSecrets, randomSecret, sha256Hex } from "../../src/lib/digest";
import { createLimitedWork } from "../../src/lib/limited-work";

const NO_ROWS = {
  putAttempt: (row: { key: string }) => ({ sql: `put ${row.key}` }),
  deleteAttempt: (key: string) => ({ sql: `delete ${key}` }),
};

describe("sign-in limits", () => {
  test("in no minute are more than ten tries looked at, however they are spread", () => {
    for (const everyMs of [1, 100, 500, 1000, 3000, 5900]) {
      const limits = createSignInLimits([], NO_ROWS);
      const looked: number[] = [];
      for (let now = 0; now < 30 * 60_000; now += everyMs) {
        if (limits.waitMs("account:a", now) > 0 || limits.waitMs("address:x", now) > 0) continue;
        limits.begin("account:a", "address:x", now).fail();
        looked.push(now);
        const inLastMinute = looked.filter((at) => at > now - 60_000).length;
        expect(inLastMinute).toBeLessThanOrEqual(10);
        if (looked.length > 40) break;
      }
    }
  });

  test("waits double and have an end", () => {
    expect([4, 5, 6, 7, 12, 13, 14, 40].map((failures) => waitAfter(failures, ACCOUNT_RULE))).toEqual([
      0, 1000, 2000, 4000, 128_000, 256_000, 300_000, 300_000,
    ]);
    expect(waitAfter(49, ADDRESS_RULE)).toBe(0);
    expect(waitAfter(1000, ADDRESS_RULE)).toBe(60_000);
  });

  test("a quiet hour forgets, success forgets, abandoning is no try", () => {
    const limits = createSignInLimits([], NO_ROWS);
    for (let round = 0; round < 5; round++) limits.begin("account:a", "address:x", 0).fail();
    expect(limits.waitMs("account:a", 0)).toBe(1000);
    expect(limits.waitMs("account:b", 0)).toBe(0);
    expect(limits.waitMs("account:a", 61 * 60_000)).toBe(0);
    expect(limits.prune(61 * 60_000).map(({ sql }) => sql)).toEqual(["delete account:a", "delete address:x"]);
    for (let round = 0; round < 20; round++) limits.begin("account:a", "address:x", 0).abandon();
    expect(limits.waitMs("account:a", 0)).toBe(0);
    expect(limits.begin("account:b", "address:x", 0).rank).toBe(21);
    for (let round = 0; round < 20; round++) limits.begin("account:a", "address:x", 0).succeed();
    expect(limits.waitMs("account:a", 0)).toBe(0);
    expect(limits.waitMs("address:x", 0)).toBe(0);
  });

  test("a wall clock that goes back two days blocks nobody for two days", () => {
    const now = 10 * 86_400_000;
    const row = { key: "account:a", failures: 9, lastFailureAt: now, blockedUntil: now + 16_000 };
    const limits = createSignInLimits([row], NO_ROWS);
    expect(limits.waitMs("account:a", now)).toBe(16_000);
    expect(limits.waitMs("account:a", now - 2 * 86_400_000)).toBe(0);
    expect(limits.waitMs("account:a", now - 30 * 60_000)).toBe(300_000);
  });
});

describe("passwords", () => {
  const passwords = createPasswords({ memoryKib: 8, passes: 1 });

  test("verify against their own hash only; an unknown account never matches", async () => {
    const hash = await passwords.hash("correct horse");
    expect(hash).toStartWith("$argon2id$v=19$m=8,t=1,p=1$");
    expect(await passwords.verify("correct horse", hash)).toBe(true);
    expect(await passwords.verify("correct horsf", hash)).toBe(false);
    expect(await passwords.verify("correct horse", null)).toBe(false);
    expect(await passwords.hash("correct horse")).not.toBe(hash);
  });

  test("an unknown account costs a whole hash, not nothing", async () => {
    const costly = createPasswords({ memoryKib: 16_384, passes: 2 });
    const hash = await costly.hash("x");
    const cpu = async (against: string | null): Promise<number> => {
      const before = process.cpuUsage();
      await costly.verify("wrong", against);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const known = await cpu(hash);
    const unknown = await cpu(null);
    // An early return would cost some hundredths of it.
    expect(unknown).toBeGreaterThan(known / 5);
  });

  test("too many at once are told to come back", async () => {
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => passwords.verify("x", null)));
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(80 - 68);
    expect(refused[0]).toMatchObject({ reason: { kind: "unavailable", context: { retryAfterSeconds: 10 } } });
  });
});

test("limited work runs so many at a time, in order, and hands the place on after a failure", async () => {
  const line = createLimitedWork({ atOnce: 2, maxWaiting: 10, refusal: () => new Error("full") });
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const work = (number: number) => async (): Promise<number> => {
    most = Math.max(most, ++running);
    order.push(number);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (number === 1) throw new Error("failed");
    return number;
  };
  const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((number) => line.run(work(number))));
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5]);
  expect(results.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
  expect(line.waiting).toBe(0);
});

test("limited work serves the lowest rank first and sends the highest away when the line is full", async () => {
  const line = createLimitedWork({ atOnce: 1, maxWaiting: 3, refusal: () => new Error("full") });
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const run = (name: string, rank: number): Promise<string> =>
    line
      .run(async () => {
        order.push(name);
        await promise;
        return name;
      }, rank)
      .catch((error: Error) => `${name} ${error.message}`);
  const all = [
    run("first", 9),
    run("guesser", 5),
    run("guesser 2", 5),
    run("person", 1),
    run("person 2", 1),
    run("late guesser", 7),
  ];
  expect(line.waiting).toBe(3);
  resolve();
  expect(await Promise.all(all)).toEqual([
    "first",
    "guesser",
    "guesser 2 full",
    "person",
    "person 2",
    "late guesser full",
  ]);
  expect(order).toEqual(["first", "person", "person 2", "guesser"]);
});

describe("secrets", () => {
  test("are equal only when they are the same, whatever their lengths", () => {
    const secret = randomSecret();
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(equalSecrets(secret, secret)).toBe(true);
    for (const other of ["", secret.slice(1), `${secret}x`, `x${secret.slice(1)}`, secret.toUpperCase(), "ü"])
      expect(equalSecrets(secret, other)).toBe(false);
    expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  test("no source of access or http compares a presented secret with ===", async () => {
    const suspicious: string[] = [];
    for (const folder of ["src/access", "src/http"])
      for await (const path of new Glob("**/*.ts").scan(folder)) {
        const text = await Bun.file(`${folder}/${path}`).text();
        for (const line of text.split("\n"))
          if (
            /\b(?:secret|presented|password|tokenHash|idHash)\b\s*[!=]==(?!\s*(?:null|undefined|""))/.test(
              line,
            )
          )
            suspicious.push(`${path}: ${line.trim()}`);
      }
    expect(suspicious).toEqual([]);
  });
});

test("slugs are short, plain and unique", () => {
  expect(slugOf("Halle 3 / Süd", new Set())).toBe("halle-3-sud");
  expect(slugOf("Straße", new Set())).toBe("strasse");
  expect(slugOf("日本", new Set())).toBe("item");
  expect(slugOf("--", new Set(["item", "item-2"]))).toBe("item-3");
  expect(slugOf("x".repeat(300), new Set()).length).toBe(48);
  expect(slugOf(`${"x".repeat(47)} y`, new Set())).not.toEndWith("-");
});
