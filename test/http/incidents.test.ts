// Incidents over HTTP, in the whole program: opened, updated in public and in private, edited, merged and
// opened again; what they say about their services; what channels are told; what is refused.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { codeOf } from "../../src/incidents/code";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

let clock: FakeClock;
let sink: RecordingSink;
let app: TestApp;
let shop: string;
let cart: string;

beforeEach(async () => {
  clock = new FakeClock();
  sink = openRecordingSink();
  app = await startApp({ clock, config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
  shop = (await app.api("POST", "/services", { name: "Shop", group: "Web" })).body.id;
  cart = (await app.api("POST", "/services", { name: "Cart" })).body.id;
});
afterEach(async () => {
  await app.stop();
  await sink.stop();
});

const opened = async (more: Json = {}): Promise<Json & { id: string; code: string }> => {
  const answer = await app.api("POST", "/incidents", {
    title: "Checkout fails",
    severity: "major",
    service_ids: [shop],
    message: "We look into it.",
    ...more,
  });
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json & { id: string; code: string };
};

const update = (id: string, body: Json): Promise<Answer> => app.api("POST", `/incidents/${id}/updates`, body);
const patch = (id: string, body: Json): Promise<Answer> => app.api("PATCH", `/incidents/${id}`, body);
const statusOf = async (id: string): Promise<string> =>
  (await app.api("GET", `/services/${id}`)).body.status as string;

const subscribe = async (events?: string[]): Promise<void> =>
  void (await app.api("POST", "/notification-channels", {
    name: "Hook",
    type: "webhook",
    config: { url: sink.url },
    is_active: true,
    ...(events === undefined ? {} : { events }),
  }));

const told = (): unknown[] => sink.received.map(({ json }) => json["event"]);

describe("an incident", () => {
  test("says of its services only what is public: a service's message is for everybody", async () => {
    const messageOf = async (id: string): Promise<string> =>
      (await app.api("GET", `/services/${id}`)).body.message as string;
    const open = await opened({ service_status: "degraded" });
    expect(await messageOf(shop)).toBe("We look into it.");
    await update(open.id, {
      status: "identified",
      message: "Ken broke it",
      public: false,
      service_status: "down",
    });
    expect([await statusOf(shop), await messageOf(shop)]).toEqual(["down", "We look into it."]);
    await patch(open.id, { service_ids: [shop, cart] });
    expect([await statusOf(cart), await messageOf(cart)]).toEqual(["down", "We look into it."]);
    await update(open.id, { status: "resolved" });
    await opened({ service_status: "down", message: "Only for us", public: false });
    expect([await statusOf(shop), await messageOf(shop)]).toEqual(["down", ""]);
    const history = (await app.api("GET", `/services/${shop}/history`)).body.data as Json[];
    expect(JSON.stringify(history)).not.toMatch(/Ken|Only for us/);
  });

  test("is read as it was opened, by ID, code and number", async () => {
    const incident = await opened();
    expect(incident).toMatchObject({
      code: codeOf(1),
      number: 1,
      title: "Checkout fails",
      status: "investigating",
      severity: "major",
      message: "We look into it.",
      service_ids: [shop],
      services: [{ id: shop, name: "Shop", group: "Web" }],
      service_status: null,
      source: { kind: "person" },
      monitor: null,
      probe: null,
      auto_resolved: false,
      engineer_notes: "",
      post_mortem: null,
      opened_at: "2026-01-01T00:00:00.000Z",
      resolved_at: null,
      updates: [{ status: "investigating", message: "We look into it.", public: true }],
    });
    for (const key of [incident.id, incident.code, incident.code.toLowerCase(), "1"])
      expect((await app.api("GET", `/incidents/${key}`)).body).toEqual(incident);
    for (const key of ["INC-1-WRONG", "2", "nonsense", codeOf(2)])
      expect((await app.api("GET", `/incidents/${key}`)).status).toBe(404);
  });

  test("goes through its life, and each step is told, with what the dialect needs", async () => {
    await subscribe();
    const { id, code } = await opened();
    for (const status of ["identified", "monitoring", "resolved"]) {
      await clock.advance(60_000);
      const answer = await update(id, { status, message: `Now ${status}` });
      expect([answer.status, answer.body.status]).toEqual([201, status]);
    }
    await sink.waitFor(4);
    expect(told()).toEqual(["incident.opened", "incident.updated", "incident.updated", "incident.resolved"]);
    expect(sink.received[3]?.json).toMatchObject({
      incident: {
        id,
        code,
        status: "resolved",
        message: "Now resolved",
        auto_resolved: false,
        engineer_notes: "",
        opened_at: "2026-01-01T00:00:00Z",
        resolved_at: "2026-01-01T00:03:00Z",
      },
      links: { incident: expect.stringMatching(new RegExp(`/incidents/${code}$`)) },
    });
    const again = await update(id, { status: "resolved" });
    expect([again.status, again.body.code]).toEqual([409, "illegal_transition"]);
  });

  test("shows its updates newest first, private ones marked", async () => {
    const { id } = await opened({ public: false });
    await update(id, { status: "identified", message: "The disk", public: true });
    await update(id, { status: "identified", message: "Ann replaces it", public: false });
    const { body } = await app.api("GET", `/incidents/${id}/updates?limit=2`);
    expect(body.data).toMatchObject([
      { message: "Ann replaces it", public: false, status: "identified" },
      { message: "The disk", public: true, status: "identified" },
    ]);
    const rest = await app.api("GET", `/incidents/${id}/updates?limit=2&cursor=${body.next_cursor}`);
    expect(rest.body).toMatchObject({
      data: [{ message: "We look into it.", public: false }],
      next_cursor: null,
    });
  });

  test("begins anew: told as opened, with the time of its new beginning", async () => {
    await subscribe();
    const { id } = await opened();
    await update(id, { status: "resolved" });
    await clock.advance(60_000);
    const answer = await update(id, { status: "investigating", message: "Not over" });
    expect(answer.body).toMatchObject({
      status: "investigating",
      reopened_count: 1,
      resolved_at: null,
      opened_at: "2026-01-01T00:00:00.000Z",
      since: "2026-01-01T00:01:00.000Z",
    });
    await sink.waitFor(3);
    expect(told()).toEqual(["incident.opened", "incident.resolved", "incident.opened"]);
    expect(sink.received[2]?.json).toMatchObject({ incident: { opened_at: "2026-01-01T00:01:00Z" } });
  });

  test("says who was told of each step, and why others were not", async () => {
    await clock.advance(10);
    await subscribe();
    await subscribe(["incident.resolved"]);
    await clock.advance(10);
    const { id, code } = await opened();
    await clock.advance(10);
    await update(id, { status: "resolved", message: "Over." });
    await clock.advance(10);
    await update(id, { status: "investigating", message: "Again." });
    await sink.waitFor(4);
    const answer = await app.api("GET", `/incidents/${code}/notifications`);
    const told_ = answer.body.data as { event: string; channels: { explanation: string }[] }[];
    expect(
      told_.map(({ event, channels }) => [event, ...channels.map(({ explanation }) => explanation)]),
    ).toEqual([
      ["incident.opened", expect.anything(), "Is not subscribed to incident.opened."],
      ["incident.resolved", expect.anything(), expect.stringMatching(/^(Delivered|Is on its way)\.$/)],
      ["incident.opened", expect.anything(), "Is not subscribed to incident.opened."],
    ]);
    expect((await app.api("GET", "/incidents/99/notifications")).status).toBe(404);
  });

  test("has a timeline of everything, messages included", async () => {
    await subscribe(["incident.opened"]);
    const { id, code } = await opened();
    const steps = [
      () => update(id, { status: "identified" }),
      () => patch(id, { engineer_notes: "Disk 4" }),
      () => update(id, { status: "resolved" }),
      () => update(id, { status: "monitoring" }),
    ];
    for (const step of steps) {
      await clock.advance(1_000);
      await step();
    }
    await sink.waitFor(2);
    const { body } = await app.api("GET", `/incidents/${code}/timeline`);
    expect(body.data.map((entry: Json) => entry["kind"])).toEqual([
      "incident.opened",
      "incident.updated",
      "incident.edited",
      "incident.resolved",
      "incident.reopened",
    ]);
    expect(body.data[0].data.incident).toMatchObject({ id, code, since: "2026-01-01T00:00:00.000Z" });
    expect(Object.values(body.data[1].data.untold)).toEqual(["not_subscribed"]);
    const { body: told } = await app.api("GET", `/incidents/${code}/notifications`);
    expect(
      told.data.map((one: { event: string; channels: Json[] }) => [one.event, one.channels[0]?.["verdict"]]),
    ).toEqual([
      ["incident.opened", "delivered"],
      ["incident.updated", "not_subscribed"],
      ["incident.resolved", "not_subscribed"],
      ["incident.opened", "delivered"],
    ]);
    expect(body.deliveries.map((delivery: Json) => delivery["event"])).toEqual([
      "incident.opened",
      "incident.opened",
    ]);
  });
});

describe("its services", () => {
  test("are left alone unless it says so", async () => {
    const { id } = await opened();
    expect(await statusOf(shop)).toBe("operational");
    await update(id, { status: "identified", service_status: "degraded" });
    expect(await statusOf(shop)).toBe("degraded");
    await update(id, { status: "resolved" });
    expect(await statusOf(shop)).toBe("operational");
    await update(id, { status: "investigating" });
    expect(await statusOf(shop)).toBe("degraded");
    await update(id, { status: "monitoring", service_status: null });
    expect(await statusOf(shop)).toBe("operational");
  });

  test("show the worst of two incidents until both are over", async () => {
    const first = await opened({ service_status: "down" });
    const second = await opened({ service_status: "degraded" });
    expect(await statusOf(shop)).toBe("down");
    await update(first.id, { status: "resolved" });
    expect(await statusOf(shop)).toBe("degraded");
    await update(second.id, { status: "resolved" });
    expect(await statusOf(shop)).toBe("operational");
  });

  test("come and go with a change of the list", async () => {
    const { id } = await opened({ service_status: "down" });
    const answer = await patch(id, { service_ids: [cart] });
    expect(answer.body.service_ids).toEqual([cart]);
    expect([await statusOf(shop), await statusOf(cart)]).toEqual(["operational", "down"]);
    const found = async (service: string): Promise<number> =>
      (await app.api("GET", `/incidents?service_id=${service}`)).body.data.length as number;
    expect([await found(shop), await found(cart)]).toEqual([0, 1]);
  });

  test("that were deleted are still named by it", async () => {
    const { id } = await opened({ service_status: "down" });
    await app.api("DELETE", `/services/${shop}`);
    expect((await app.api("GET", `/incidents/${id}`)).body.services).toMatchObject([{ name: "Shop" }]);
    expect((await update(id, { status: "resolved" })).status).toBe(201);
  });
});

describe("a change", () => {
  test("of the severity is told; of words it is not", async () => {
    await subscribe();
    const { id } = await opened();
    await patch(id, { title: "Checkout is slow", engineer_notes: "Cache", post_mortem: "We learned." });
    expect((await patch(id, { severity: "critical" })).body).toMatchObject({
      title: "Checkout is slow",
      severity: "critical",
      engineer_notes: "Cache",
      post_mortem: "We learned.",
      message: "We look into it.",
    });
    await sink.waitFor(2);
    await update(id, { status: "resolved" });
    await sink.waitFor(3);
    expect(told()).toEqual(["incident.opened", "incident.updated", "incident.resolved"]);
    expect(sink.received[2]?.json).toMatchObject({
      incident: { engineer_notes: "Cache", severity: "critical" },
    });
    expect((await patch(id, { post_mortem: null, severity: "minor" })).body).toMatchObject({
      post_mortem: null,
      severity: "minor",
      status: "resolved",
    });
  });

  test("at the same time as another: both are there", async () => {
    const { id } = await opened();
    await Promise.all([
      patch(id, { title: "T" }),
      update(id, { status: "identified", message: "M" }),
      patch(id, { engineer_notes: "N" }),
      patch(id, { service_ids: [shop, cart] }),
    ]);
    expect((await app.api("GET", `/incidents/${id}`)).body).toMatchObject({
      title: "T",
      status: "identified",
      message: "M",
      engineer_notes: "N",
      service_ids: [shop, cart],
    });
  });
});

describe("merging", () => {
  test("ends the one, and the other goes on for the services of both", async () => {
    await subscribe();
    const from = await opened({ title: "Cart fails", service_ids: [cart] });
    const into = await opened({ service_status: "down" });
    const answer = await app.api("POST", `/incidents/${from.code}/merge`, { into: into.code });
    expect([answer.status, answer.body.id, answer.body.service_ids]).toEqual([200, into.id, [shop, cart]]);
    expect([await statusOf(shop), await statusOf(cart)]).toEqual(["down", "down"]);
    const merged = (await app.api("GET", `/incidents/${from.id}`)).body;
    expect([merged.status, merged.merged_into]).toEqual(["resolved", into.id]);
    expect((await update(from.id, { status: "investigating" })).body.code).toBe("merged");
    await update(into.id, { status: "resolved" });
    expect([await statusOf(shop), await statusOf(cart)]).toEqual(["operational", "operational"]);
    await sink.waitFor(8);
    expect(told().filter((event) => event === "incident.resolved").length).toBe(2);
  });

  test("refuses what makes no sense", async () => {
    const one = await opened();
    const two = await opened();
    const merge = (id: string, into: unknown): Promise<Answer> =>
      app.api("POST", `/incidents/${id}/merge`, { into });
    expect((await merge(one.id, one.code)).status).toBe(409);
    expect((await merge(one.id, "INC-99-NONE")).body).toMatchObject({ status: 422, field: "into" });
    expect((await merge(one.id, 5)).body.field).toBe("into");
    await update(two.id, { status: "resolved" });
    expect((await merge(one.id, two.id)).status).toBe(409);
    expect((await merge(two.id, one.id)).status).toBe(409);
    expect((await app.api("GET", `/incidents/${one.id}`)).body.status).toBe("investigating");
  });
});

test("what is malformed is refused by its field, and nothing is written", async () => {
  const { id } = await opened();
  const unknown = "01990000-0000-7000-8000-000000000000";
  const cases: [method: string, path: string, more: Json, field: string][] = [
    ["POST", "", { title: "" }, "title"],
    ["POST", "", { title: " \t" }, "title"],
    ["POST", "", { severity: "warning" }, "severity"],
    ["POST", "", { service_ids: [shop, unknown] }, "service_ids.1"],
    ["POST", "", { service_ids: shop }, "service_ids"],
    ["POST", "", { service_ids: [shop, shop] }, "service_ids"],
    ["POST", "", { service_status: "broken" }, "service_status"],
    ["POST", "", { project_id: unknown }, "project_id"],
    ["POST", "", { public: "yes" }, "public"],
    ["POST", "", { status: "resolved" }, "status"],
    ["POST", `/${id}/updates`, { status: "over" }, "status"],
    ["POST", `/${id}/updates`, {}, "status"],
    ["POST", `/${id}/updates`, { status: "identified", text: "x" }, "text"],
    ["PATCH", `/${id}`, { service_ids: [unknown] }, "service_ids.0"],
    ["PATCH", `/${id}`, { status: "resolved" }, "status"],
  ];
  const valid = { title: "T", severity: "minor" };
  const wrong: unknown[] = [];
  for (const [method, path, more, field] of cases) {
    const body = method === "POST" && path === "" ? { ...valid, ...more } : more;
    const answer = await app.api(method, `/incidents${path}`, body);
    if (answer.status !== 422 || answer.body.field !== field)
      wrong.push([path, more, answer.status, answer.body.field]);
  }
  expect(wrong).toEqual([]);
  const { body } = await app.api("GET", "/incidents");
  expect([body.data.length, body.data[0].status]).toEqual([1, "investigating"]);
});

test("the list is newest first, in pages, with filters; each organization has its own numbers", async () => {
  for (const severity of ["minor", "major", "critical"]) {
    await clock.advance(1_000);
    await opened({ title: severity, severity, service_ids: severity === "minor" ? [cart] : [] });
  }
  await update("2", { status: "resolved" });
  const first = await app.api("GET", "/incidents?limit=2");
  expect(first.body.data.map((one: Json) => one["title"])).toEqual(["critical", "major"]);
  const second = await app.api("GET", `/incidents?limit=2&cursor=${first.body.next_cursor}`);
  expect([second.body.data.length, second.body.next_cursor]).toEqual([1, null]);
  const titles = async (query: string): Promise<unknown> =>
    (await app.api("GET", `/incidents?${query}`)).body.data.map((one: Json) => one["title"]);
  expect(await titles("status=investigating,identified,monitoring")).toEqual(["critical", "minor"]);
  expect(await titles("status=resolved")).toEqual(["major"]);
  expect(await titles("severity=minor,major")).toEqual(["major", "minor"]);
  expect(await titles(`service_id=${cart}`)).toEqual(["minor"]);
  expect(await titles("from=2026-01-01T00:00:02Z&to=2026-01-01T00:00:02Z")).toEqual(["major"]);
  const { access, store } = app.app.parts;
  const other = await createOtherTenant({ access, opened: { store } });
  const headers = { authorization: `Bearer ${other.token}` };
  expect((await app.api("GET", "/incidents", undefined, headers)).body.data).toEqual([]);
  expect((await app.api("GET", `/incidents/${codeOf(1)}`, undefined, headers)).status).toBe(404);
  const own = await app.api("POST", "/incidents", { title: "Theirs", severity: "minor" }, headers);
  expect(own.body.number).toBe(1);
});
