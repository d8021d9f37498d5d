// Webhook receivers over HTTP, in the whole program: made, changed and removed; what senders are answered;
// what stands in the log; rotations; what a restart keeps.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createReceiver, hmacHex, postTo, type TestReceiver } from "../harness/receivers";
import { removeDirectory, temporaryDirectory } from "../harness/store";

type Json = Record<string, unknown>;

const HOUR = 3_600_000;
const SECRET = "a secret of the sender";

let clock: FakeClock;
let app: TestApp;
let directory: string;
let service: string;

const start = async (): Promise<void> => {
  app = await startApp({ clock, directory });
};
const restart = async (): Promise<void> => {
  await app.stop();
  await start();
};

beforeEach(async () => {
  clock = new FakeClock();
  directory = temporaryDirectory();
  await start();
  service = (await app.api("POST", "/services", { name: "Pushmail" })).body.id;
});
afterEach(async () => {
  await app.stop();
  removeDirectory(directory);
});

const create = (body: Json): Promise<Answer> => app.api("POST", "/webhook-receivers", body);
const receiver = (settings: Json = {}): Promise<TestReceiver> =>
  createReceiver(app, { service_id: service, ...settings });
const statusOf = async (id = service): Promise<string> =>
  (await app.api("GET", `/services/${id}`)).body.status;
const historyLength = async (): Promise<number> =>
  (await app.api("GET", `/services/${service}/history`)).body.data.length;
const journal = async (): Promise<Json[]> =>
  (await app.store.engine.query({ sql: "SELECT kind, data FROM journal ORDER BY seq" })).map(
    ([kind, data]) => ({
      kind,
      data: JSON.parse(String(data)),
    }),
  );

describe("a receiver", () => {
  test("is made with the defaults of the seed, and shows its token once", async () => {
    const answer = await create({ name: "Pushmail Status Updates", service_id: service });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      name: "Pushmail Status Updates",
      service_id: service,
      service_name_field: null,
      status_field: "status",
      message_field: "message",
      signature_header: "X-Webhook-Signature",
      preset: "generic",
      status_mapping: null,
      unmapped_status: null,
      create_missing_services: false,
      hmac_secret: null,
      auto_create_incidents: false,
      auto_resolve_incidents: false,
      incident_severity: null,
    });
    const { id, token, url } = answer.body as { id: string; token: string; url: string };
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(url).toBe(`${app.url}/api/webhooks/incoming/${token}`);
    const read = await app.api("GET", `/webhook-receivers/${id}`);
    expect(read.body).toMatchObject({ token: `••••${token.slice(-4)}` });
    expect(JSON.stringify(read.body)).not.toContain(token);
    expect(JSON.stringify((await app.api("GET", "/webhook-receivers")).body)).not.toContain(token);
  });

  test("keeps of its token only the digest, and of its secret nothing that can be read", async () => {
    const { made } = await receiver({ hmac_secret: SECRET });
    expect(made["hmac_secret"]).toBe("••••nder");
    const rows = JSON.stringify(await app.store.engine.query({ sql: "SELECT * FROM webhook_receivers" }));
    expect(rows).not.toContain(String(made["token"]));
    expect(rows).not.toContain(SECRET);
    const told = JSON.stringify(await journal());
    expect(told).toContain("webhook_receiver");
    expect(told).not.toContain(String(made["token"]));
    expect(told).not.toContain(SECRET);
  });

  const both = { service_name_field: "service_name" };
  const REFUSED: [string, Json, string][] = [
    ["no service", { service_id: undefined }, "service_id"],
    ["a service and a field", both, "service_name_field"],
    ["a service that is not there", { service_id: "01990000-0000-7000-8000-000000000000" }, "service_id"],
    ["a path out of the data", { status_field: "a.__proto__.b" }, "status_field"],
    ["a path that is none", { message_field: "a..b" }, "message_field"],
    ["a path that is too deep", { status_field: Array(17).fill("a").join(".") }, "status_field"],
    ["a status that is none", { status_mapping: { red: "broken" } }, "status_mapping.red"],
    ["words for no status", { status_mapping: { broken: ["red"] } }, "status_mapping.broken"],
    ["a header that is none", { signature_header: "X Signature" }, "signature_header"],
    ["a short secret", { hmac_secret: "short" }, "hmac_secret"],
    ["a field that is not known", { staus_field: "a" }, "staus_field"],
    ["a severity of alerts", { incident_severity: "warning" }, "incident_severity"],
  ];
  test.each(REFUSED)("with %s is refused by name", async (_name, settings, field) => {
    const answer = await create({ name: "R", service_id: service, ...settings });
    expect([answer.status, answer.body.field]).toEqual([422, field]);
    expect((await app.api("GET", "/webhook-receivers")).body.data).toEqual([]);
  });

  test("is changed field by field, and removed with its address", async () => {
    const one = await receiver({ hmac_secret: SECRET });
    const changed = await app.api("PATCH", `/webhook-receivers/${one.id}`, {
      name: "Other",
      status_field: ["data.status", "state"],
      hmac_secret: "••••nder",
    });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: "Other", status_field: ["data.status", "state"] });
    expect((await one.postSigned({ state: "down" }, SECRET)).status).toBe(200);
    const target = await app.api("PATCH", `/webhook-receivers/${one.id}`, { service_name_field: "name" });
    expect([target.status, target.body.field]).toEqual([422, "service_name_field"]);
    expect(await statusOf()).toBe("down");
    expect((await app.api("DELETE", `/webhook-receivers/${one.id}`)).status).toBe(204);
    expect((await one.postSigned({ state: "down" }, SECRET)).status).toBe(404);
    expect((await app.api("GET", `/webhook-receivers/${one.id}`)).status).toBe(404);
    expect(await statusOf()).toBe("operational");
  });
});

describe("what a sender is answered", () => {
  test("processed, ignored and failed", async () => {
    const { post } = await receiver();
    const down = await post({ status: "Outage", message: "No mail leaves" });
    expect(down.status).toBe(200);
    expect(down.body).toEqual({
      result: "processed",
      delivery_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "down",
      previous_status: "operational",
    });
    expect(await statusOf()).toBe("down");
    const same = await post({ status: "critical" });
    expect([same.status, same.body]).toMatchObject([200, { result: "ignored", status: "down" }]);
    const unknown = await post({ status: "purple" });
    expect([unknown.status, unknown.body]).toMatchObject([
      400,
      { result: "failed", status: null, previous_status: null },
    ]);
    expect(unknown.body.error).toContain('"purple" is not mapped');
    expect(unknown.body.error).toContain("degraded: degraded, partial, warning, minor");
    expect(await statusOf()).toBe("down");
    expect(await historyLength()).toBe(1);
  });

  test("an unknown token gets what any unknown token gets, and nothing is written", async () => {
    const { made } = await receiver();
    const token = String(made["token"]);
    const wrong = [token.toUpperCase(), token.slice(1), `${token}0`, "0".repeat(64), "x"];
    const answers = await Promise.all(
      wrong.map((one) => postTo(`${app.url}/api/webhooks/incoming/${one}`, { status: "down" })),
    );
    const texts = answers.map(({ status, body }) => JSON.stringify([status, { ...body, request_id: "" }]));
    expect(new Set(texts).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
    expect(await statusOf()).toBe("operational");
    expect(await app.store.engine.query({ sql: "SELECT 1 FROM webhook_receiver_log" })).toEqual([]);
  });

  const BROKEN: [string, string, RegExp][] = [
    ["no body", "", /empty/],
    ["no JSON", "{status: down}", /line 1, column 2/],
    ["a text", '"down"', /must be a JSON object/],
    ["no status", '{"state":"down"}', /no status at status/],
    ["a status that is an object", '{"status":{"a":1}}', /no status at status/],
    ["a status that is null", '{"status":null}', /no status at status/],
  ];
  test.each(BROKEN)("%s is failed, says why, and stands in the log", async (_name, body, why) => {
    const one = await receiver();
    const answer = await one.post(body);
    expect([answer.status, answer.body.result]).toEqual([400, "failed"]);
    expect(answer.body.error).toMatch(why);
    const [logged] = await one.deliveries();
    expect(logged).toMatchObject({ id: answer.body.delivery_id, result: "failed", error: answer.body.error });
    expect(await statusOf()).toBe("operational");
  });

  test("a signature is asked for where there is a secret", async () => {
    const one = await receiver({ hmac_secret: SECRET, signature_header: "X-Pushmail-Signature" });
    const body = JSON.stringify({ status: "down" });
    const hex = hmacHex(SECRET, body);
    const refused = async (headers: Record<string, string>): Promise<void> => {
      const answer = await one.post(body, headers);
      expect([answer.status, answer.body.result]).toEqual([401, "auth_failed"]);
      expect(JSON.stringify(answer.body)).not.toContain(hex);
      expect(await statusOf()).toBe("operational");
    };
    await refused({});
    await refused({ "x-webhook-signature": hex });
    await refused({ "x-pushmail-signature": hmacHex("another secret", body) });
    await refused({ "x-pushmail-signature": `${hex.slice(0, -1)}${hex.endsWith("0") ? "1" : "0"}` });
    for (const signature of [hex, `sha256=${hex}`, Buffer.from(hex, "hex").toString("base64")]) {
      const answer = await one.post(body, { "x-pushmail-signature": signature });
      expect([answer.status, signature]).toEqual([200, signature]);
    }
    expect(await statusOf()).toBe("down");
    const results = (await one.deliveries()).map(({ result }) => result);
    expect(results).toEqual(["ignored", "ignored", "processed", ...Array(4).fill("auth_failed")]);
  });

  test("a body over 1 MiB, a compressed one, and too many at once", async () => {
    const one = await receiver({ rate_limit_per_minute: 3 });
    const large = await one.post({ status: "down", message: "x".repeat(1024 * 1024) });
    expect([large.status, large.body.code]).toEqual([413, "too_large"]);
    const gzip = await one.post(Bun.gzipSync(JSON.stringify({ status: "down" })), {
      "content-encoding": "gzip",
    });
    expect(gzip.status).toBe(415);
    expect((await one.deliveries()).map(({ result }) => result)).toEqual(["failed", "failed"]);
    for (let count = 0; count < 3; count++) expect((await one.post({ status: "ok" })).status).toBe(200);
    const over = await one.post({ status: "down" });
    expect(over.status).toBe(429);
    expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await statusOf()).toBe("operational");
    await clock.advance(60_000);
    expect((await one.post({ status: "down" })).status).toBe(200);
  });

  test("who guesses is slowed down, and whoever has the token is not", async () => {
    await app.stop();
    const unverified = { perSecond: 0.001, burst: 3 };
    app = await startApp({ clock, directory, seams: { receiverLimits: { unverified } } });
    const one = await receiver({ hmac_secret: SECRET });
    const answers = [];
    for (let count = 0; count < 4; count++) answers.push((await one.post({ status: "down" })).status);
    expect(answers).toEqual([401, 401, 401, 429]);
    expect((await postTo(`${app.url}/api/webhooks/incoming/${"0".repeat(64)}`, {})).status).toBe(429);
    expect((await one.postSigned({ status: "down" }, SECRET)).status).toBe(200);
    expect(await one.deliveries("?result=auth_failed")).toHaveLength(3);
  });
});

describe("which service", () => {
  test("is named by the payload, whatever its case", async () => {
    const gateway = (await app.api("POST", "/services", { name: "API Gateway" })).body.id as string;
    const { post } = await receiver({ service_id: null, service_name_field: "service_name" });
    const answer = await post({
      service_name: " api gateway",
      status: "down",
      message: "API Gateway is unreachable",
    });
    expect(answer.body).toMatchObject({ result: "processed", status: "down" });
    expect([await statusOf(gateway), await statusOf()]).toEqual(["down", "operational"]);
    const unknown = await post({ service_name: "Cart", status: "down" });
    expect([unknown.status, unknown.body.result]).toEqual([400, "failed"]);
    expect(unknown.body.error).toContain('no service called "Cart"');
    const none = await post({ status: "down" });
    expect(none.body.error).toContain("names no service at service_name");
    expect((await app.api("GET", "/services")).body.data).toHaveLength(2);
  });

  test("is made where that is allowed, once, however many name it at the same time", async () => {
    const { post } = await receiver({
      service_id: null,
      service_name_field: "service_name",
      create_missing_services: true,
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post({ service_name: "Cart", status: "down" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(answers.filter(({ body }) => body.result === "processed")).toHaveLength(1);
    const services = (await app.api("GET", "/services")).body.data as Json[];
    expect(services.map(({ name, status }) => [name, status])).toEqual([
      ["Cart", "down"],
      ["Pushmail", "operational"],
    ]);
  });

  test("is made once where several receivers and a person want it, and none of them has to come again", async () => {
    const settings = { service_id: null, service_name_field: "service_name", create_missing_services: true };
    const receivers = [await receiver(settings), await receiver(settings), await receiver(settings)];
    for (const name of ["Cart", "Search", "Mail"]) {
      const posts = receivers.flatMap(({ post }) =>
        Array.from({ length: 8 }, () => post({ service_name: name, status: "down" })),
      );
      const person = app.api("POST", "/services", { name });
      expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(24).fill(200));
      expect([201, 409]).toContain((await person).status);
    }
    const services = (await app.api("GET", "/services")).body.data as Json[];
    expect(services.map(({ name }) => name)).toEqual(["Mail", "Search", "Cart", "Pushmail"]);
  });
});

describe("the log", () => {
  test("has every field of a request, newest first, and each on its own page", async () => {
    const one = await receiver();
    await one.post({ status: "major", message: "Database connectivity issues" });
    await one.post({ status: "none" });
    const [second, first] = await one.deliveries();
    expect(first).toEqual({
      id: expect.any(String),
      received_at: "2026-01-01T00:00:00.000Z",
      source_ip: "127.0.0.1",
      payload: { status: "major", message: "Database connectivity issues" },
      payload_bytes: 59,
      is_payload_cut: false,
      result: "processed",
      error: null,
      raw_status: "major",
      mapped_status: "down",
      previous_status: "operational",
      new_status: "down",
      service_id: service,
      service_name: "Pushmail",
      message: "Database connectivity issues",
      incident_id: null,
      maintenance_window_id: null,
      alert_id: null,
      items: null,
      headers: expect.objectContaining({ "content-type": "application/json" }),
      duplicate_of: null,
      reprocess_of: null,
    });
    expect(second).toMatchObject({
      raw_status: "none",
      mapped_status: "operational",
      new_status: "operational",
    });
    const page = await app.api("GET", `/webhook-receivers/${one.id}/deliveries?limit=1`);
    expect(page.body.data[0].id).toBe(second?.["id"]);
    const next = await app.api(
      "GET",
      `/webhook-receivers/${one.id}/deliveries?limit=1&cursor=${page.body.next_cursor}`,
    );
    expect(next.body).toMatchObject({ data: [{ id: first?.["id"] }], next_cursor: null });
    const whole = await app.api("GET", `/webhook-receivers/${one.id}/deliveries/${String(first?.["id"])}`);
    expect(whole.body.payload_text).toBe('{"status":"major","message":"Database connectivity issues"}');
  });

  test("keeps 64 KiB of a payload, and says that it was cut", async () => {
    const one = await receiver();
    const message = "é".repeat(100_000);
    expect((await one.post({ status: "down", message })).status).toBe(200);
    const [logged] = await one.deliveries();
    expect(logged).toMatchObject({ is_payload_cut: true, payload_bytes: 200_030 });
    expect(Buffer.byteLength(String(logged?.["payload"]))).toBeLessThanOrEqual(64 * 1024);
  });

  test("holds neither a signature nor a credential of the sender", async () => {
    const one = await receiver({ hmac_secret: SECRET });
    await one.postSigned({ status: "down" }, SECRET, { authorization: "Bearer sender-token", cookie: "a=b" });
    const rows = JSON.stringify(await app.store.engine.query({ sql: "SELECT * FROM webhook_receiver_log" }));
    for (const secret of ["sender-token", "a=b", hmacHex(SECRET, '{"status":"down"}')])
      expect(rows).not.toContain(secret);
  });
});

describe("a repetition", () => {
  const HEADERS = ["webhook-id", "X-Delivery-Id", "Idempotency-Key", "X-GitHub-Delivery"];
  test.each(HEADERS)("is known by %s for 24 hours, across a restart", async (name) => {
    const one = await receiver();
    const first = await one.post({ status: "down" }, { [name]: "id-1" });
    expect(first.body.result).toBe("processed");
    expect((await one.post({ status: "up" }, { [name]: "id-2" })).body.result).toBe("processed");
    await restart();
    const again = await postTo(
      app.url + new URL(String(one.made["url"])).pathname,
      { status: "down" },
      { [name]: "id-1" },
    );
    expect([again.status, again.body.result, again.body.status]).toEqual([200, "ignored", "operational"]);
    const [logged] = (await app.api("GET", `/webhook-receivers/${one.id}/deliveries`)).body.data as Json[];
    expect(logged).toMatchObject({ duplicate_of: first.body.delivery_id, result: "ignored" });
    await clock.advance(24 * HOUR);
    const later = await postTo(
      app.url + new URL(String(one.made["url"])).pathname,
      { status: "down" },
      { [name]: "id-1" },
    );
    expect(later.body.result).toBe("processed");
  });

  test("may come again where it had failed or was forged", async () => {
    const one = await receiver({ hmac_secret: SECRET });
    const id = { "webhook-id": "id-1" };
    expect((await one.post({ status: "down" }, id)).status).toBe(401);
    expect((await one.postSigned({ status: "purple" }, SECRET, id)).status).toBe(400);
    expect((await one.postSigned({ status: "down" }, SECRET, id)).body.result).toBe("processed");
    expect((await one.postSigned({ status: "down" }, SECRET, id)).body.result).toBe("ignored");
  });

  test("from 50 sockets at once has one effect", async () => {
    const one = await receiver();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => one.post({ status: "down" }, { "x-delivery-id": "same" })),
    );
    expect(answers.filter(({ body }) => body.result === "processed")).toHaveLength(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(await historyLength()).toBe(1);
    const originals = new Set((await one.deliveries()).map((delivery) => delivery["duplicate_of"]));
    expect(originals.size).toBe(2);
  });
});

describe("a rotation", () => {
  test("of the token leaves the one before for 24 hours", async () => {
    const one = await receiver();
    const rotated = await app.api("POST", `/webhook-receivers/${one.id}/rotate-token`, {});
    expect(rotated.body.token).toMatch(/^[0-9a-f]{64}$/);
    expect(rotated.body.previous_token_valid_until).toBe("2026-01-02T00:00:00.000Z");
    const fresh = rotated.body.url as string;
    expect((await postTo(fresh, { status: "down" })).status).toBe(200);
    expect((await one.post({ status: "up" })).status).toBe(200);
    await clock.advance(24 * HOUR);
    expect((await one.post({ status: "down" })).status).toBe(404);
    expect((await postTo(fresh, { status: "down" })).status).toBe(200);
    expect((await one.read())["previous_token_valid_until"]).toBeNull();
    const revoked = await app.api("POST", `/webhook-receivers/${one.id}/rotate-token`, {
      revoke_previous: true,
    });
    expect((await postTo(fresh, { status: "up" })).status).toBe(404);
    expect((await postTo(revoked.body.url, { status: "up" })).status).toBe(200);
    const kinds = (await journal()).filter(({ kind }) => kind === "receiver.token_rotated");
    expect(kinds).toHaveLength(2);
  });

  test("of the secret leaves the one before for 24 hours, also when it is changed by hand", async () => {
    const one = await receiver({ hmac_secret: SECRET });
    const rotated = await app.api("POST", `/webhook-receivers/${one.id}/rotate-secret`, {});
    const secret = rotated.body.secret as string;
    expect(secret).toMatch(/^whsec_/);
    expect((await one.read())["hmac_secret"]).toBe(`••••${secret.slice(-4)}`);
    expect((await one.postSigned({ status: "down" }, secret)).status).toBe(200);
    expect((await one.postSigned({ status: "up" }, SECRET)).status).toBe(200);
    await clock.advance(24 * HOUR);
    expect((await one.postSigned({ status: "down" }, SECRET)).status).toBe(401);
    expect((await one.postSigned({ status: "down" }, secret)).status).toBe(200);
    const rows = JSON.stringify(
      await app.store.engine.query({ sql: "SELECT previous_hmac_secret FROM webhook_receivers" }),
    );
    expect(rows).toBe("[[null]]");
    await app.api("PATCH", `/webhook-receivers/${one.id}`, { hmac_secret: "set by hand" });
    expect((await one.postSigned({ status: "up" }, "set by hand")).status).toBe(200);
    expect((await one.postSigned({ status: "down" }, secret)).status).toBe(200);
    await app.api("PATCH", `/webhook-receivers/${one.id}`, { hmac_secret: null });
    expect((await one.post({ status: "up" })).status).toBe(200);
  });
});

describe("a mapping of one's own", () => {
  test("comes before the table, in either spelling, with patterns, numbers and truth values", async () => {
    const { post } = await receiver({
      status_mapping: {
        Green: "operational",
        down: ["red", "0", "false"],
        "sev-*": "degraded",
        minor: "ignore",
      },
    });
    const mapped = async (status: unknown): Promise<unknown> => (await post({ status })).body.status;
    expect(await mapped("RED ")).toBe("down");
    expect(await mapped("green")).toBe("operational");
    expect(await mapped(0)).toBe("down");
    expect(await mapped("up")).toBe("operational");
    expect(await mapped(false)).toBe("down");
    expect(await mapped("SEV-2")).toBe("degraded");
    const ignored = await post({ status: "minor" });
    expect(ignored.body).toMatchObject({ result: "ignored", status: "degraded" });
    expect((await post({ status: "sev2" })).status).toBe(400);
  });

  test("takes what is unknown as something where that is set", async () => {
    const { post } = await receiver({ unmapped_status: "degraded" });
    expect((await post({ status: "purple" })).body).toMatchObject({
      result: "processed",
      status: "degraded",
    });
  });
});
