// Channels that are verified before use: one signed test inside the call that switches them on, exactly
// 200 or nothing, and no message for them in between.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { route } from "../../src/notify/route";
import { principal } from "../harness/delivery";
import { openChannelApi, type ChannelApi, type Json } from "../harness/channel-api";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";

const SECRET = "the secret of this channel";

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

const pathOf = (channel: Json): string => `/notification-channels/${String(channel["id"])}`;

const verified = (more: Json = {}, draft: Json = {}): Promise<Json> =>
  api.create({ url: sink.url, secret: SECRET, verify: true, ...more }, draft);

const journal = async (): Promise<unknown[]> =>
  (await api.bench.rows("SELECT kind FROM journal ORDER BY seq")).map(([kind]) => kind);

describe("creating", () => {
  test("sends one signed test event, whatever the filters; exactly 200 makes it active", async () => {
    const channel = await verified(
      { signature: { header: "X-Signature", format: "sha256=hex" } },
      { events: ["incident.resolved"], filters: { severities: ["info"], machine_ids: ["none"] } },
    );
    expect(channel).toMatchObject({
      is_active: true,
      health: "active",
      health_reason: null,
      attempt: { number: 1, outcome: "delivered", status_code: 200 },
    });
    expect(sink.received).toHaveLength(1);
    const [request] = sink.received;
    expect(request!.json["test"]).toBe(true);
    expect(request!.headers["x-signature"]).toBe(
      `sha256=${createHmac("sha256", SECRET).update(request!.bytes).digest("hex")}`,
    );
    expect(await journal()).toEqual(["config.created", "channel.verified"]);
    expect((await api.read(channel["id"]))["is_active"]).toBe(true);
    // It is kept like every other delivery.
    const { json } = await api.call("GET", `${pathOf(channel)}/deliveries`);
    expect(json["data"]).toMatchObject([{ status: "delivered", attempt_count: 1 }]);
  });

  for (const status of [201, 202, 204, 299, 301, 400, 401, 410, 500])
    test(`an endpoint that answers ${status} leaves it off and says so`, async () => {
      sink.answerWith(() => new Response(status === 204 ? null : "not now", { status }));
      const channel = await verified();
      expect(channel).toMatchObject({
        is_active: false,
        health: "unverified",
        attempt: { status_code: status, response_body: status === 204 ? "" : "not now" },
      });
      expect(String(channel["health_reason"])).toContain("200");
      expect(sink.received).toHaveLength(1);
      // Nothing is tried again by itself.
      await api.bench.clock.advance(7 * 24 * 3_600_000);
      await api.bench.worker.idle();
      expect(sink.received).toHaveLength(1);
    });

  test("an endpoint that is not there leaves it off as well", async () => {
    const { url } = sink;
    await sink.stop();
    const channel = await verified({ url });
    expect(channel).toMatchObject({
      is_active: false,
      health: "unverified",
      attempt: { outcome: "refused" },
    });
    sink = openRecordingSink();
  });

  test("switched off on purpose it is sent nothing, and a test does not switch it on", async () => {
    const channel = await verified({}, { is_active: false });
    expect(channel).toMatchObject({ is_active: false, health: "active" });
    expect(channel).not.toHaveProperty("attempt");
    expect(sink.received).toHaveLength(0);
    expect((await api.call("POST", `${pathOf(channel)}/test`)).json["success"]).toBe(true);
    expect((await api.read(channel["id"]))["is_active"]).toBe(false);
  });

  test("without verify there is no handshake", async () => {
    const channel = await api.create({ url: sink.url });
    expect(channel).not.toHaveProperty("attempt");
    expect(channel).toMatchObject({ is_active: true, health: "active" });
    expect(sink.received).toHaveLength(0);
  });

  test("while the endpoint thinks, nothing else waits: other channels, this one, the database", async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    sink.answerWith(async () => {
      await opened;
      return new Response("ok");
    });
    const creating = verified();
    await sink.waitFor(1);
    const { json } = await api.call("GET", "/notification-channels");
    const [channel] = json["data"] as Json[];
    expect(channel).toMatchObject({ is_active: false, health: "unverified" });
    expect((await api.call("PATCH", pathOf(channel!), { name: "renamed" })).json["name"]).toBe("renamed");
    await api.create({ url: sink.url });
    open();
    expect(await creating).toMatchObject({ name: "renamed", is_active: true, health: "active" });
  });

  test("settings that change meanwhile are not proved by it; nor does a deleted channel come back", async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    sink.answerWith(async () => {
      await opened;
      return new Response("ok");
    });
    const creating = [verified(), verified()];
    await sink.waitFor(2);
    const { json } = await api.call("GET", "/notification-channels");
    const [first, second] = json["data"] as [Json, Json];
    await api.call("PATCH", pathOf(first), { config: { url: `${sink.url}/elsewhere` } });
    await api.call("DELETE", pathOf(second));
    open();
    await Promise.all(creating);
    expect(await api.read(first["id"])).toMatchObject({ is_active: false, health: "unverified" });
    expect((await api.call("GET", pathOf(second))).status).toBe(404);
    expect(await journal()).not.toContain("channel.verified");
  });
});

describe("an unverified channel", () => {
  const unverified = async (): Promise<Json> => {
    sink.answerWith(500);
    return verified();
  };

  test("is told of nothing, and the reason is known", async () => {
    const channel = await unverified();
    const live = api.bench.directory.find(principal.tenantId, String(channel["id"]));
    expect(route(live!, api.bench.message())).toBe("channel_unverified");
  });

  test("is switched on by a test that gets exactly 200; 204 is not enough", async () => {
    const channel = await unverified();
    sink.answerWith(204);
    const almost = await api.call("POST", `${pathOf(channel)}/test`);
    expect(almost.status).toBe(200);
    expect(almost.json).toMatchObject({ success: false, attempt: { status_code: 204 } });
    expect(String(almost.json["error"])).toContain("exactly 200");
    expect(await api.read(channel["id"])).toMatchObject({ health: "unverified", last_test_success: false });
    sink.answerWith(200);
    expect((await api.call("POST", `${pathOf(channel)}/test`)).json["success"]).toBe(true);
    expect(await api.read(channel["id"])).toMatchObject({
      is_active: true,
      health: "active",
      last_test_success: true,
    });
    // From then on any 2xx is a success.
    sink.answerWith(204);
    expect((await api.call("POST", `${pathOf(channel)}/test`)).json["success"]).toBe(true);
    const before = sink.received.length;
    await api.bench.tell(api.bench.directory.get(String(channel["id"]))!);
    await sink.waitFor(before + 1);
  });

  test("can't be resumed: it is switched off", async () => {
    const channel = await unverified();
    expect((await api.call("POST", `${pathOf(channel)}/resume`)).status).toBe(409);
  });

  test("that need not be verified any more is simply switched on", async () => {
    const channel = await unverified();
    const before = sink.received.length;
    const { json } = await api.call("PATCH", pathOf(channel), { is_active: true, config: { verify: false } });
    expect(json).toMatchObject({ is_active: true, health: "active" });
    expect(sink.received).toHaveLength(before);
  });

  test("stays so over a restart", async () => {
    const channel = await unverified();
    await api.bench.restart();
    expect(api.bench.directory.get(String(channel["id"]))).toMatchObject({
      isActive: false,
      health: "unverified",
    });
  });
});

describe("the change that switches it on", () => {
  test("sends the test event; what was held from before goes out once it is active", async () => {
    const channel = await verified({ retry: [60] });
    const live = api.bench.directory.get(String(channel["id"]))!;
    sink.answerWith(500);
    const row = await api.bench.tell(live);
    await api.bench.worker.idle();
    await api.call("PATCH", pathOf(channel), { is_active: false });
    expect(await api.bench.statusOf(row)).toBe("held");

    const failed = await api.call("PATCH", pathOf(channel), { is_active: true, name: "again" });
    expect(failed.status).toBe(200);
    expect(failed.json).toMatchObject({
      name: "again",
      is_active: false,
      health: "unverified",
      attempt: { status_code: 500 },
    });
    expect(await api.bench.statusOf(row)).toBe("held");

    sink.answerWith(200);
    const before = sink.received.length;
    const { json } = await api.call("PATCH", pathOf(channel), { is_active: true });
    expect(json).toMatchObject({ is_active: true, health: "active", attempt: { status_code: 200 } });
    await sink.waitFor(before + 2);
    await api.bench.worker.idle();
    expect(sink.received[before]!.json["test"]).toBe(true);
    expect(await api.bench.statusOf(row)).toBe("delivered");
  });

  test("counts as a test: six a minute", async () => {
    sink.answerWith(500);
    const channel = await verified({}, { is_active: false });
    const statuses: number[] = [];
    for (let round = 0; round < 8; round++)
      statuses.push((await api.call("PATCH", pathOf(channel), { is_active: true })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    expect(sink.received).toHaveLength(6);
  });

  test("other changes of an active channel send nothing", async () => {
    const channel = await verified();
    await api.call("PATCH", pathOf(channel), { is_active: true, name: "other" });
    await api.call("PATCH", pathOf(channel), { config: { timeout_seconds: 9 } });
    expect(sink.received).toHaveLength(1);
  });
});
