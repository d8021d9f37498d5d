// The domain-free tools under delivery: schedules, deadlines, merging, masking, lanes and decisions.
import { describe, expect, test } from "bun:test";
import type { ChannelBehaviour, Judgement } from "../../../src/channels/channel";
import { classifyFailure } from "../../../src/delivery/failure";
import { decide, type DecisionInput } from "../../../src/delivery/decide";
import { Lane } from "../../../src/delivery/lane";
import { Pools } from "../../../src/delivery/pools";
import { Turns } from "../../../src/delivery/turns";
import type { OutboxRow } from "../../../src/delivery/outbox";
import { createDeadlines } from "../../../src/lib/deadlines";
import { formatIp, isInRange, parseIp, parseIpRange } from "../../../src/lib/ip-address";
import { mergePatch } from "../../../src/lib/merge-patch";
import { nextDelayMs, parseRetryAfter, RETRY_SCHEDULES } from "../../../src/lib/retry-schedule";
import { maskHeaders, maskText, maskUrl, redact } from "../../../src/lib/secrets";
import { FakeClock } from "../../harness/clock";

describe("retry schedule", () => {
  const ask = { delaysSeconds: [30, 120, 6_000], hasJitter: true, random: 0.999, retryAfterMs: null };

  test("jitter only lengthens, by a tenth and 30 s at most, and can be switched off", () => {
    expect(nextDelayMs({ ...ask, tries: 1, random: 0 })).toBe(30_000);
    expect(nextDelayMs({ ...ask, tries: 1 })).toBe(32_997);
    expect(nextDelayMs({ ...ask, tries: 3 })).toBe(6_029_970);
    expect(nextDelayMs({ ...ask, tries: 2, hasJitter: false })).toBe(120_000);
    expect(nextDelayMs({ ...ask, tries: 4 })).toBeNull();
    expect(nextDelayMs({ ...ask, tries: 1, delaysSeconds: [] })).toBeNull();
  });

  test("Retry-After counts when it is later, up to a day", () => {
    const plain = { ...ask, hasJitter: false, tries: 1 };
    expect(nextDelayMs({ ...plain, retryAfterMs: 1_000 })).toBe(30_000);
    expect(nextDelayMs({ ...plain, retryAfterMs: 90_000 })).toBe(90_000);
    expect(nextDelayMs({ ...plain, retryAfterMs: 1e12 })).toBe(86_400_000);
    expect(nextDelayMs({ ...plain, tries: 4, retryAfterMs: 90_000 })).toBeNull();
  });

  test("Retry-After is seconds or an HTTP date, anything else is nothing", () => {
    const now = Date.UTC(2026, 0, 1);
    expect(parseRetryAfter("120", now)).toBe(120_000);
    expect(parseRetryAfter(" 0 ", now)).toBe(0);
    expect(parseRetryAfter("Thu, 01 Jan 2026 00:01:00 GMT", now)).toBe(60_000);
    expect(parseRetryAfter("Thu, 01 Jan 2015 00:01:00 GMT", now)).toBe(0);
    // The two older forms; the last one names no zone and means GMT wherever we run.
    expect(parseRetryAfter("Thursday, 01-Jan-26 00:01:00 GMT", now)).toBe(60_000);
    expect(parseRetryAfter("Thu Jan  1 00:01:00 2026", now)).toBe(60_000);
    for (const text of [undefined, "", "-5", "1.5", "soon", "2026-01-01", "99999999999999"])
      expect([text, parseRetryAfter(text, now)]).toEqual([text, null]);
  });

  test("the seeds' tables", () => {
    expect(RETRY_SCHEDULES.haltless).toEqual([30, 120, 600]);
    expect(RETRY_SCHEDULES.statuspulse).toEqual([60, 300, 900, 3_600]);
    expect(RETRY_SCHEDULES.roboticks).toEqual([60, 300, 1_800, 7_200]);
  });
});

describe("decisions", () => {
  const behaviour: ChannelBehaviour = {
    timeoutMs: 5_000,
    retryDelaysSeconds: [10, 20],
    jitter: false,
    defaultEvents: [],
    whenExhausted: "fail_delivery",
    pauseAfterFailures: null,
    ordered: false,
    handshake: false,
  };
  const failed: Judgement = { outcome: "server_error", retry: true, reason: "The endpoint answered 500." };
  const input: DecisionInput = {
    row: { tries: 0 },
    judgement: failed,
    statusCode: 500,
    behaviour,
    channel: "sending",
    retryAfterMs: null,
    random: 0,
    now: 1_000,
  };
  const of = (change: Partial<DecisionInput>) => {
    const { status, effect, nextAttemptAt } = decide({ ...input, ...change });
    return [status, effect, nextAttemptAt];
  };
  const last = { row: { tries: 2 } };

  test("the table", () => {
    expect(of({ judgement: { ...failed, outcome: "delivered", retry: false } })).toEqual([
      "delivered",
      "none",
      null,
    ]);
    expect(of({})).toEqual(["pending", "none", 11_000]);
    expect(of({ row: { tries: 1 } })).toEqual(["pending", "none", 21_000]);
    expect(of(last)).toEqual(["failed", "none", null]);
    expect(of({ judgement: { ...failed, retry: false } })).toEqual(["failed", "none", null]);
    const gone = { statusCode: 410, judgement: { ...failed, outcome: "client_error" } } as const;
    expect(of(gone)).toEqual(["pending", "none", 11_000]);
    expect(of({ ...last, ...gone })).toEqual(["failed", "disable", null]);
    // Channels for people try what is permanent no second time.
    expect(of({ ...gone, judgement: { ...gone.judgement, retry: false } })).toEqual([
      "failed",
      "disable",
      null,
    ]);
    // Of SMTP the same number means something else.
    expect(of({ ...last, statusCode: 410 })).toEqual(["failed", "none", null]);
    expect(of({ ...last, behaviour: { ...behaviour, whenExhausted: "pause_channel" } })).toEqual([
      "held",
      "pause",
      null,
    ]);
    expect(of({ ...last, behaviour: { ...behaviour, whenExhausted: "fail_channel" } })).toEqual([
      "failed",
      "fail",
      null,
    ]);
    const telling = { behaviour: { ...behaviour, whenExhausted: "tell_failure" } } as const;
    expect(of(telling)).toEqual(["pending", "none", 11_000]);
    expect(of({ ...last, ...telling })).toEqual(["failed", "tell", null]);
    expect(of({ ...telling, judgement: { ...failed, retry: false } })).toEqual(["failed", "tell", null]);
    expect(of({ ...last, ...telling, channel: "held" })).toEqual(["failed", "none", null]);
    expect(of({ behaviour: { ...behaviour, pauseAfterFailures: 1 } })).toEqual(["held", "pause", null]);
    expect(of({ behaviour: { ...behaviour, pauseAfterFailures: 2 } })).toEqual(["pending", "none", 11_000]);
    expect(of({ channel: "held" })).toEqual(["held", "none", null]);
    expect(of({ ...last, ...gone, channel: "held" })).toEqual(["failed", "none", null]);
    expect(of({ channel: "gone" })).toEqual(["cancelled", "none", null]);
    expect(of({ channel: "gone", judgement: { ...failed, outcome: "delivered", retry: false } })).toEqual([
      "delivered",
      "none",
      null,
    ]);
  });
});

describe("deadlines", () => {
  test("many waits of one length use one timer, each fires once and in order", async () => {
    const clock = new FakeClock();
    const deadlines = createDeadlines(clock);
    const fired: number[] = [];
    const cancels = Array.from({ length: 100 }, (_, index) =>
      deadlines.start(5_000, () => fired.push(index)),
    );
    expect(clock.pending).toBe(1);
    for (const [index, cancel] of cancels.entries()) if (index % 2 === 1) cancel();
    await clock.advance(4_999);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual(Array.from({ length: 50 }, (_, index) => index * 2));
    await clock.advance(100_000);
    expect(fired.length).toBe(50);
    expect(clock.pending).toBe(0);
  });

  test("waits that start later fire later; a short one does not wait for a long one", async () => {
    const clock = new FakeClock();
    const deadlines = createDeadlines(clock);
    const fired: string[] = [];
    deadlines.start(1_000, () => fired.push("a"));
    await clock.advance(600);
    deadlines.start(1_000, () => fired.push("b"));
    deadlines.start(250, () => fired.push("short"));
    await clock.advance(399);
    expect(fired).toEqual(["short"]);
    await clock.advance(1);
    expect(fired).toEqual(["short", "a"]);
    await clock.advance(600);
    expect(fired).toEqual(["short", "a", "b"]);
    deadlines.start(10, () => fired.push("never"));
    deadlines.clear();
    await clock.advance(100);
    expect(fired.length).toBe(3);
  });
});

describe("merge and masks", () => {
  test("null removes, objects merge, lists are replaced entry by entry, masks leave what is stored", () => {
    const stored = { url: "u", secret: "s", headers: { A: "1", B: "2" }, retry: [1, 2] };
    const shown = { url: "u", secret: "••••", headers: { A: "••••", B: "2" }, retry: [1, 2] };
    expect(mergePatch(stored, shown, shown)).toEqual(stored);
    expect(
      mergePatch(stored, { secret: "t", headers: { A: "••••", B: null, C: "3" }, retry: [5] }, shown),
    ).toEqual({
      url: "u",
      secret: "t",
      headers: { A: "1", C: "3" },
      retry: [5],
    });
    expect(mergePatch(stored, { url: null }, shown)).not.toHaveProperty("url");
    expect(stored.headers).toEqual({ A: "1", B: "2" });
    const hostile = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"x": 1}}') as Record<
      string,
      unknown
    >;
    expect(mergePatch({}, hostile, {})).toEqual({ constructor: { x: 1 } } as never);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("lists: an entry that is only its mask stands for the stored one, and is never taken for another", () => {
    const merged = (stored: string[], shown: string[], patch: string[]): unknown =>
      mergePatch({ urls: stored }, { urls: patch }, { urls: shown })["urls"];
    const stored = ["first-secret", "second-secret"];
    const shown = ["••••rst", "••••ond"];
    expect(merged(stored, shown, shown)).toEqual(stored);
    expect(merged(stored, shown, ["••••ond"])).toEqual(["second-secret"]);
    expect(merged(stored, shown, ["••••ond", "third", "••••rst"])).toEqual([
      "second-secret",
      "third",
      "first-secret",
    ]);
    expect(merged(stored, shown, [])).toEqual([]);
    // Shown alike: the place decides, and without it the mask stays and is refused later.
    expect(merged(["a", "b"], ["••••", "••••"], ["••••", "••••"])).toEqual(["a", "b"]);
    expect(merged(["a", "b"], ["••••", "••••"], ["••••"])).toEqual(["••••"]);
  });

  test("masks show four characters of long secrets and none of short ones", () => {
    expect(maskText("abcdefghijkl")).toBe("••••ijkl");
    expect(maskText("abcdefghijk")).toBe("••••");
    expect(maskHeaders({ Authorization: "Bearer abcdefgh", "X-Api-Key": "k", Accept: "a" })).toEqual({
      Authorization: "••••efgh",
      "X-Api-Key": "••••",
      Accept: "a",
    });
    expect(maskUrl("https://a.test/p?token=abcdefghijkl&x=1&sig=s#f")).toBe(
      "https://a.test/p?token=••••ijkl&x=1&sig=••••#f",
    );
    expect(maskUrl("https://a.test/token=abcdefghijkl")).toBe("https://a.test/token=abcdefghijkl");
    expect(redact("say secret-one twice: secret-one", ["secret-one", "no"])).toBe("say •••• twice: ••••");
  });
});

describe("addresses", () => {
  test("only exact spellings are addresses", () => {
    for (const text of [
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "1.2.3.256",
      "1.2.3.4 ",
      ":",
      ":::",
      "1::2::3",
      "::12345",
      "g::",
      "fe80::1%lo",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7",
      "::1.2.3",
      "",
    ])
      expect([text, parseIp(text)]).toEqual([text, null]);
    expect(formatIp(parseIp("2001:DB8::8:800:200c:417a") ?? [])).toBe("2001:db8:0:0:8:800:200c:417a");
    expect(formatIp(parseIp("::ffff:1.2.3.4") ?? [])).toBe("0:0:0:0:0:ffff:102:304");
    const range = parseIpRange("10.128.0.0/9");
    expect([isInRange([10, 127, 0, 1], range!), isInRange([10, 128, 0, 1], range!)]).toEqual([false, true]);
    for (const text of ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "/8", "10.0.0.0/8/8"])
      expect([text, parseIpRange(text)]).toEqual([text, null]);
  });
});

describe("failures", () => {
  test("become a word and a sentence that quotes nothing of the request", () => {
    for (const [code, failure] of [
      ["ECONNREFUSED", "refused"],
      ["ConnectionRefused", "refused"],
      ["EHOSTUNREACH", "unreachable"],
      ["ECONNRESET", "reset"],
      ["ETIMEDOUT", "timeout"],
      ["CERT_HAS_EXPIRED", "tls"],
      ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
      ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
      ["Malformed_HTTP_Response", "protocol"],
      ["SOMETHING_ELSE", "internal"],
      ['fetching "https://secret.test/path"', "internal"],
    ] as const) {
      const error = Object.assign(new Error('fetching "https://secret.test/path?token=x"'), { code });
      const found = classifyFailure(error);
      expect([code, found.failure]).toEqual([code, failure]);
      expect(found.error).not.toContain("secret.test");
    }
    for (const odd of [undefined, null, "text https://secret.test", 7, {}])
      expect(classifyFailure(odd)).toEqual({ failure: "internal", error: "The request failed (unknown)." });
  });
});

describe("lanes and pools", () => {
  const row = (seq: number, more: Partial<OutboxRow> = {}): OutboxRow => ({
    seq,
    id: `id-${seq}`,
    tenantId: "t",
    channelId: "c",
    event: "alert.triggered",
    subjectId: `s-${seq}`,
    machineId: null,
    urgency: 1,
    body: new Uint8Array(),
    contentType: "application/json",
    status: "pending",
    tries: 0,
    attempts: 0,
    nextAttemptAt: 0,
    outcome: null,
    reason: null,
    replayOf: null,
    createdAt: 0,
    ...more,
  });

  test("a lane that shares memory with many does not read the file while a quarter of its room is in use", () => {
    const lane = new Lane("c");
    lane.hasMoreOnDisk = true;
    lane.capacity = 8;
    lane.push(row(1));
    expect(lane.needsRefill).toBe(true);
    lane.push(row(2));
    expect(lane.needsRefill).toBe(false);
    lane.offer(row(3, { urgency: 0 }));
    expect([lane.queued, lane.needsRefill]).toEqual([2, true]);
  });

  test("a row that was settled while the file was read is not taken again", () => {
    const lane = new Lane("c");
    const first = row(1);
    lane.push(first);
    expect(lane.take(false)).toBe(first);
    lane.beginRefill();
    lane.forget(first);
    lane.push(row(1));
    lane.push(row(2));
    lane.reachedEnd();
    lane.endRefill();
    expect([lane.take(false)?.seq, lane.take(false)]).toEqual([2, undefined]);
    expect([lane.knows(1), lane.knows(2)]).toEqual([false, true]);
  });

  test("suspects fill half of the fast pool, a slow attempt leaves it, a host takes 16", () => {
    const pools = new Pools();
    const places = Array.from({ length: 32 }, (_, index) => pools.enter(`h${index}`, true));
    expect([pools.hasRoom(true), pools.hasRoom(false)]).toEqual([false, true]);
    expect(pools.slowDown(places[0]!)).toBe(true);
    expect(pools.hasRoom(true)).toBe(true);
    for (let index = 0; index < 16; index++) pools.enter("one", false);
    expect([pools.hasRoomAt("one"), pools.hasRoomAt("two")]).toEqual([false, true]);
    for (const place of places) pools.leave(place);
    for (const place of places) pools.leave(place);
    expect(pools.inFlight).toBe(16);
  });

  test("turns: suspects are not kept out for ever by channels that always have more", () => {
    const turns = new Turns();
    const busy = [new Lane("a"), new Lane("b")];
    const suspect = new Lane("c");
    suspect.isSuspect = true;
    for (const lane of [...busy, suspect]) turns.give(lane);
    const taken: string[] = [];
    for (let turn = 0; turn < 40; turn++) {
      const lane = turns.next(true);
      if (lane === undefined) break;
      taken.push(lane.channelId);
      turns.give(lane);
    }
    const shares = taken.filter((id) => id === "c").length;
    expect(shares).toBeGreaterThan(1);
    expect(shares).toBeLessThan(8);
    // Where they have no room, they wait all the same.
    for (let turn = 0; turn < 40; turn++) {
      const lane = turns.next(false) as Lane;
      expect(lane.channelId).not.toBe("c");
      turns.give(lane);
    }
  });

  test("turns: urgent before healthy before suspect, each in the order of arrival", () => {
    const lanes = ["a", "b", "c", "d"].map((id) => new Lane(id));
    const [a, b, c, d] = lanes as [Lane, Lane, Lane, Lane];
    a.isSuspect = true;
    d.push(row(1, { urgency: 0 }));
    const turns = new Turns();
    for (const lane of [a, b, c, d, b]) turns.give(lane);
    expect([turns.next(false), turns.next(false), turns.next(false), turns.next(false)]).toEqual([
      d,
      b,
      c,
      undefined,
    ]);
    expect([turns.next(true), turns.next(true)]).toEqual([a, undefined]);
  });
});
