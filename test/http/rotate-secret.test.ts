// A signing secret is replaced while messages go out: both signatures for a day, the old key again where
// the endpoint refuses the new one, proof of the switch, and nothing of the old secret afterwards.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { openChannelApi, type ChannelApi, type Json } from "../harness/channel-api";
import { openRecordingSink, type ReceivedRequest, type RecordingSink } from "../harness/recording-sink";

const DAY_MS = 24 * 3_600_000;
const OLD = "the old secret of this channel";
const HEX = { header: "X-Signature", format: "hex" };

let api: ChannelApi;
let sink: RecordingSink;

beforeEach(async () => {
  sink = openRecordingSink();
  api = await openChannelApi();
});

afterEach(async () => {
  await api.close();
  await sink.stop();
});

const hexOf = (secret: string, request: ReceivedRequest): string =>
  createHmac("sha256", secret).update(request.bytes).digest("hex");

const base64Key = (secret: string): string =>
  secret.startsWith("whsec_") ? secret.slice(6) : Buffer.from(secret).toString("base64");

/** As the Standard Webhooks library signs it. */
const standardOf = (secret: string, { headers, body }: ReceivedRequest): string =>
  new Webhook(base64Key(secret)).sign(
    headers["webhook-id"] ?? "",
    new Date(Number(headers["webhook-timestamp"]) * 1_000),
    body,
  );

/** Which of the secrets the entries of `webhook-signature` are made with, in order. */
const signersOf = (request: ReceivedRequest, secrets: Record<string, string>): string[] =>
  (request.headers["webhook-signature"] ?? "")
    .split(" ")
    .map(
      (entry) =>
        Object.keys(secrets).find((name) => standardOf(secrets[name] ?? "", request) === entry) ?? "nobody",
    );

/** An endpoint that checks the single digest, as the documents of the older systems teach it. */
const knows = (secret: () => string): void =>
  sink.answerWith(
    (request) =>
      new Response(null, { status: request.headers["x-signature"] === hexOf(secret(), request) ? 200 : 401 }),
  );

const rotate = async (id: unknown, body?: Json): Promise<Json> => {
  const { status, json } = await api.call("POST", `/notification-channels/${String(id)}/rotate-secret`, body);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(json)}`);
  return json;
};

const send = async (id: unknown): Promise<string> => {
  const channel = api.bench.directory.get(String(id));
  if (channel === undefined) throw new Error("no channel");
  const row = await api.bench.tell(channel);
  await api.bench.worker.idle();
  return row.id;
};

const journal = async (): Promise<string[]> =>
  (await api.bench.rows("SELECT kind FROM journal WHERE kind LIKE 'channel.%' ORDER BY seq")).map(([kind]) =>
    String(kind),
  );

describe("rotate-secret", () => {
  test("shows a fresh secret this once, and only to editors", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    const id = String(channel["id"]);
    for (const role of ["viewer", "responder"] as const)
      expect((await api.call("POST", `/notification-channels/${id}/rotate-secret`, {}, role)).status).toBe(
        403,
      );
    expect(
      (await api.call("POST", `/notification-channels/${id}/rotate-secret`, {}, "stranger")).status,
    ).toBe(404);
    expect((await api.read(id))["rotation"]).toBeNull();
    const rotated = await rotate(id);
    const secret = String(rotated["secret"]);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(secret.slice(6), "base64")).toHaveLength(32);
    expect(rotated["rotation"]).toEqual({
      rotated_at: new Date(api.bench.clock.now()).toISOString(),
      old_key_valid_until: new Date(api.bench.clock.now() + DAY_MS).toISOString(),
      endpoint_switched_at: null,
      last_accepted_key: null,
      proved_by: "test",
    });
    const read = await api.call("GET", `/notification-channels/${id}`);
    expect(read.text).not.toContain(secret);
    expect(read.text).not.toContain(OLD);
    expect((read.json["config"] as Json)["secret"]).toBe(`••••${secret.slice(-4)}`);
    const journalled = JSON.stringify(await api.bench.rows("SELECT data FROM journal"));
    expect(journalled).not.toContain(secret);
    expect(journalled).not.toContain(OLD);
    expect(await journal()).toEqual(["channel.secret_rotated"]);
  });

  test("takes a given secret of 8 to 256 characters; what is wrong with it is said", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    const path = `/notification-channels/${String(channel["id"])}/rotate-secret`;
    for (const secret of ["short", "x".repeat(257), "whsec_not base64", OLD, 17]) {
      const { status, json } = await api.call("POST", path, { secret });
      expect([secret, status]).toEqual([secret, 422]);
      expect([secret, json["field"]]).toEqual([secret, "secret"]);
    }
    expect((await api.call("POST", path, { sekret: "12345678" })).status).toBe(422);
    for (const secret of ["12345678", "y".repeat(256)])
      expect((await rotate(channel["id"], { secret }))["secret"]).toBe(secret);
  });

  test("a channel without a secret gets one, without a window", async () => {
    const channel = await api.create({ url: sink.url });
    const rotated = await rotate(channel["id"]);
    expect(rotated["rotation"]).toBeNull();
    await send(channel["id"]);
    expect(signersOf(sink.received[0]!, { new: String(rotated["secret"]) })).toEqual(["new"]);
  });
});

describe("for a day", () => {
  test("webhook-signature carries both signatures, the new one first; after it only the new one", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    const { secret } = await rotate(channel["id"], { secret: "the new secret of this channel" });
    const secrets = { old: OLD, new: String(secret) };
    await send(channel["id"]);
    expect(signersOf(sink.received[0]!, secrets)).toEqual(["new", "old"]);
    await api.bench.clock.advance(DAY_MS - 60_000);
    await send(channel["id"]);
    expect(signersOf(sink.received[1]!, secrets)).toEqual(["new", "old"]);
    await api.bench.clock.advance(60_000);
    await send(channel["id"]);
    expect(signersOf(sink.received[2]!, secrets)).toEqual(["new"]);
  });

  test("a header with a single digest is signed by the new key; the old one only after 401 or 403", async () => {
    for (const status of [401, 403]) {
      const from = sink.received.length;
      const channel = await api.create({ url: sink.url, secret: OLD, signature: HEX });
      const id = channel["id"];
      const { secret } = await rotate(id);
      sink.answerWith(
        (request) =>
          new Response("no", {
            status: request.headers["x-signature"] === hexOf(OLD, request) ? 204 : status,
          }),
      );
      const delivery = await send(id);
      const [first, second, ...others] = sink.received.slice(from);
      expect(others).toEqual([]);
      expect(first!.headers["x-signature"]).toBe(hexOf(String(secret), first!));
      expect(second!.headers["x-signature"]).toBe(hexOf(OLD, second!));
      // The same delivery: ID and bytes; both signatures still in the header that takes several.
      expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]!);
      expect(second!.bytes).toEqual(first!.bytes);
      for (const request of [first!, second!])
        expect(signersOf(request, { old: OLD, new: String(secret) })).toEqual(["new", "old"]);
      // One attempt, with both exchanges in its evidence, and none of the secrets.
      const attempts = await api.attemptsOf(delivery);
      expect(attempts).toHaveLength(1);
      expect(attempts[0]).toMatchObject({
        number: 1,
        outcome: "delivered",
        status_code: 204,
        accepted_key: "previous",
        refused_exchange: { status_code: status, response_body: "no" },
      });
      expect(JSON.stringify(attempts)).not.toContain(OLD);
      expect((await api.read(id))["rotation"]).toMatchObject({
        endpoint_switched_at: null,
        last_accepted_key: "previous",
        proved_by: "delivery",
      });
      expect((await api.read(id))["consecutive_failures"]).toBe(0);
    }
  });

  test("an endpoint that refuses both has failed once, and is tried again by the schedule", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD, signature: HEX, retry: [60] });
    await rotate(channel["id"]);
    sink.answerWith(401);
    const delivery = await send(channel["id"]);
    expect(sink.received).toHaveLength(2);
    expect(await api.attemptsOf(delivery)).toMatchObject([
      { outcome: "auth_error", accepted_key: null, refused_exchange: { status_code: 401 } },
    ]);
    await api.bench.clock.advance(60_000);
    await api.bench.worker.idle();
    expect(sink.received).toHaveLength(4);
    expect((await api.read(channel["id"]))["consecutive_failures"]).toBe(2);
  });

  test("other answers are not asked again with the old key; nor is anything outside the window", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD, signature: HEX, retry: [] });
    sink.answerWith(401);
    await send(channel["id"]);
    expect(sink.received).toHaveLength(1);
    await rotate(channel["id"]);
    for (const status of [400, 404, 500, 302]) {
      sink.answerWith(status);
      const before = sink.received.length;
      await send(channel["id"]);
      expect(sink.received.length - before).toBe(1);
    }
    await api.bench.clock.advance(DAY_MS);
    sink.answerWith(401);
    const before = sink.received.length;
    await send(channel["id"]);
    expect(sink.received.length - before).toBe(1);
  });

  test("where both signatures were sent and refused, the old one goes alone: some look at one only", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    const { secret } = await rotate(channel["id"]);
    sink.answerWith(
      (request) =>
        new Response(null, {
          status: (request.headers["webhook-signature"] ?? "").includes(" ") ? 401 : 200,
        }),
    );
    const delivery = await send(channel["id"]);
    expect(signersOf(sink.received[1]!, { old: OLD, new: String(secret) })).toEqual(["old"]);
    expect(await api.attemptsOf(delivery)).toMatchObject([
      { outcome: "delivered", accepted_key: "previous" },
    ]);
  });

  test("a second rotation keeps only the latest old secret", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    await rotate(channel["id"], { secret: "the second secret" });
    await api.bench.clock.advance(3_600_000);
    await rotate(channel["id"], { secret: "the third secret" });
    await send(channel["id"]);
    const secrets = { first: OLD, second: "the second secret", third: "the third secret" };
    expect(signersOf(sink.received[0]!, secrets)).toEqual(["third", "second"]);
    const rotation = (await api.read(channel["id"]))["rotation"] as Json;
    expect(Date.parse(String(rotation["old_key_valid_until"]))).toBe(api.bench.clock.now() + DAY_MS);
  });

  test("a changed config.secret is in force at once and ends the window", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    const path = `/notification-channels/${String(channel["id"])}`;
    await rotate(channel["id"], { secret: "the second secret" });
    // Anything else leaves it open.
    await api.call("PATCH", path, { name: "renamed", config: { ordered: true } });
    expect((await api.read(channel["id"]))["rotation"]).not.toBeNull();
    await api.call("PATCH", path, { config: { secret: "the third secret" } });
    expect((await api.read(channel["id"]))["rotation"]).toBeNull();
    await send(channel["id"]);
    expect(signersOf(sink.received[0]!, { third: "the third secret" })).toEqual(["third"]);
  });

  test("what was queued before is signed by what is present when it is sent", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD, signature: HEX, retry: [60] });
    sink.answerWith(500);
    await send(channel["id"]);
    const { secret } = await rotate(channel["id"]);
    knows(() => String(secret));
    await api.bench.clock.advance(60_000);
    await api.bench.worker.idle();
    expect(sink.received).toHaveLength(2);
    expect(sink.received[1]!.headers["x-signature"]).toBe(hexOf(String(secret), sink.received[1]!));
    expect(sink.received[1]!.bytes).toEqual(sink.received[0]!.bytes);
  });

  test("it survives a restart", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD, signature: HEX });
    const { secret } = await rotate(channel["id"]);
    knows(() => OLD);
    await send(channel["id"]);
    await api.bench.restart();
    const live = api.bench.directory.get(String(channel["id"]));
    expect(live?.rotation).toMatchObject({ previousSecret: OLD, lastAcceptedKey: "previous" });
    await send(channel["id"]);
    expect(sink.received).toHaveLength(4);
    expect(signersOf(sink.received[3]!, { old: OLD, new: String(secret) })).toEqual(["new", "old"]);
  });
});

describe("whether the endpoint has switched", () => {
  test("its answers tell where a header holds a single digest", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD, signature: HEX });
    const { secret } = await rotate(channel["id"]);
    knows(() => OLD);
    await send(channel["id"]);
    await api.bench.clock.advance(600_000);
    const switchedAt = api.bench.clock.now();
    knows(() => String(secret));
    const delivery = await send(channel["id"]);
    await send(channel["id"]);
    expect(await api.attemptsOf(delivery)).toMatchObject([
      { accepted_key: "current", refused_exchange: null },
    ]);
    expect((await api.read(channel["id"]))["rotation"]).toMatchObject({
      endpoint_switched_at: new Date(switchedAt).toISOString(),
      last_accepted_key: "current",
    });
    // Once each, however many messages there were.
    expect(await journal()).toEqual([
      "channel.secret_rotated",
      "channel.previous_secret_used",
      "channel.endpoint_switched",
    ]);
    // One of its servers still has the old one.
    knows(() => OLD);
    await send(channel["id"]);
    expect((await api.read(channel["id"]))["rotation"]).toMatchObject({
      endpoint_switched_at: null,
      last_accepted_key: "previous",
    });
  });

  test("deliveries with both signatures don't tell; a test signed by the new secret alone does", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    const path = `/notification-channels/${String(channel["id"])}/test`;
    const { secret } = await rotate(channel["id"]);
    const secrets = { old: OLD, new: String(secret) };
    const delivery = await send(channel["id"]);
    expect(await api.attemptsOf(delivery)).toMatchObject([{ outcome: "delivered", accepted_key: null }]);
    expect((await api.read(channel["id"]))["rotation"]).toMatchObject({
      endpoint_switched_at: null,
      last_accepted_key: null,
    });
    // The plain test goes out like a delivery.
    expect((await api.call("POST", path)).json["success"]).toBe(true);
    expect(signersOf(sink.received[1]!, secrets)).toEqual(["new", "old"]);

    sink.answerWith(401);
    const refused = await api.call("POST", path, { only_new_secret: true });
    expect(refused.json).toMatchObject({
      success: false,
      attempt: { accepted_key: null, refused_exchange: null },
    });
    expect(sink.received).toHaveLength(3);
    expect(signersOf(sink.received[2]!, secrets)).toEqual(["new"]);
    sink.answerWith(200);
    const accepted = await api.call("POST", path, { only_new_secret: true });
    expect(accepted.json).toMatchObject({ success: true, attempt: { accepted_key: "current" } });
    expect((await api.read(channel["id"]))["rotation"]).toMatchObject({
      endpoint_switched_at: new Date(api.bench.clock.now()).toISOString(),
      last_accepted_key: "current",
      proved_by: "test",
    });
  });
});

describe("when the day is over", () => {
  const stored = async (): Promise<unknown[]> =>
    (
      await api.bench.rows(
        "SELECT previous_secret, rotated_at, previous_valid_until, endpoint_switched_at, last_accepted_key FROM channels",
      )
    )[0] ?? [];

  test("the old secret is wiped from the store, and evidence of before and after shows neither", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    await rotate(channel["id"], { secret: "the new secret of this channel" });
    await api.bench.clock.advance(DAY_MS - 1);
    await api.bench.service.endRotations();
    expect((await stored())[0]).toStartWith("sealed:");
    await api.bench.clock.advance(1);
    await api.bench.service.endRotations();
    expect(await stored()).toEqual([null, null, null, null, null]);
    expect((await api.read(channel["id"]))["rotation"]).toBeNull();
    expect(api.bench.directory.get(String(channel["id"]))?.secrets).not.toContain(OLD);
    expect(await journal()).toEqual(["channel.secret_rotated", "channel.rotation_ended"]);
    await api.bench.service.endRotations();
    expect(await journal()).toHaveLength(2);
  });

  test("a deleted channel leaves none either", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    await rotate(channel["id"]);
    await api.call("DELETE", `/notification-channels/${String(channel["id"])}`);
    expect((await stored())[0]).toBeNull();
  });

  test("an endpoint that repeats what it was sent leaves neither secret in the evidence", async () => {
    const channel = await api.create({ url: sink.url, secret: OLD });
    const { secret } = await rotate(channel["id"]);
    sink.answerWith(() => new Response(`${OLD} and ${String(secret)}`, { status: 401 }));
    const delivery = await send(channel["id"]);
    const attempts = JSON.stringify(await api.attemptsOf(delivery));
    expect(attempts).not.toContain(OLD);
    expect(attempts).not.toContain(String(secret));
    expect(attempts).toContain("•••• and ••••");
  });
});
