// Automatic incidents of a receiver: opened, made graver and resolved by its own words; those of others are
// never touched; a storm of words leaves a handful of incidents and a true history.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { createReceiver, type TestReceiver } from "../harness/receivers";
import { findContradictions } from "../harness/service-invariants";

type Json = Record<string, unknown>;

let clock: FakeClock;
let app: TestApp;
let service: string;

beforeEach(async () => {
  clock = new FakeClock();
  app = await startApp({ clock });
  service = (await app.api("POST", "/services", { name: "Pushmail" })).body.id;
});
afterEach(() => app.stop());

const AUTOMATIC = { auto_create_incidents: true, auto_resolve_incidents: true };

const receiver = (settings: Json = {}): Promise<TestReceiver> =>
  createReceiver(app, { service_id: service, ...AUTOMATIC, ...settings });
/** Oldest first: title, severity, status. */
const incidents = async (): Promise<string[]> =>
  ((await app.api("GET", "/incidents?limit=500")).body.data as Json[])
    .toReversed()
    .map(({ title, severity, status }) => `${String(title)} ${String(severity)} ${String(status)}`);

describe("an incident of a receiver", () => {
  test("is opened with the default severity, becomes graver with the service, and is resolved", async () => {
    const one = await receiver();
    const degraded = await one.post({ status: "degraded", message: "Email delivery delays" });
    expect(await incidents()).toEqual(["Pushmail is degraded minor investigating"]);
    const [delivery] = await one.deliveries();
    const opened = await app.api("GET", `/incidents/${String(delivery?.["incident_id"])}`);
    expect(opened.body).toMatchObject({ message: "Email delivery delays", severity: "minor" });
    expect(degraded.body.result).toBe("processed");
    await one.post({ status: "down" });
    expect(await incidents()).toEqual(["Pushmail is degraded critical investigating"]);
    await one.post({ status: "degraded" });
    expect(await incidents()).toEqual(["Pushmail is degraded critical investigating"]);
    await one.post({ status: "operational", message: "All clear" });
    expect(await incidents()).toEqual(["Pushmail is degraded critical resolved"]);
    const closed = await app.api("GET", `/incidents/${String(delivery?.["incident_id"])}`);
    expect(closed.body).toMatchObject({ message: "All clear", status: "resolved" });
  });

  test("has the chosen severity, and the title and address of the payload, which no public page shows", async () => {
    const one = await receiver({ incident_severity: "major", title_field: "title", url_field: "link" });
    const url = "https://monitor.example.com/alerts/7";
    await one.post({ status: "degraded", title: "Queue is full", link: url });
    expect(await incidents()).toEqual(["Queue is full major investigating"]);
    const source = { kind: "receiver", id: one.id, name: "Receiver", url };
    expect((await app.api("GET", "/incidents")).body.data).toMatchObject([{ source }]);
    const page = { name: "Page", slug: "page", title: "Page", service_ids: [service], visibility: "public" };
    expect((await app.api("POST", "/status-pages", page)).status).toBe(201);
    const shown = await eventually(
      async () => (await fetch(`${app.url}/status/page`)).text(),
      (text) => text.includes("Queue is full"),
    );
    expect(shown).not.toContain("monitor.example.com");
  });

  test("has no address that nobody should follow", async () => {
    const one = await receiver({ url_field: "link" });
    await one.post({ status: "down", link: "javascript:alert(1)" });
    expect((await app.api("GET", "/incidents")).body.data).toMatchObject([{ source: { url: null } }]);
  });

  test("is neither opened nor resolved where that is not wanted", async () => {
    const silent = await receiver({ auto_create_incidents: false });
    await silent.post({ status: "down" });
    expect(await incidents()).toEqual([]);
    await silent.post({ status: "up" });
    const open = await receiver({ auto_resolve_incidents: false });
    await open.post({ status: "down" });
    await open.post({ status: "up" });
    expect(await incidents()).toEqual(["Pushmail is down critical investigating"]);
  });

  test("is neither opened nor resolved by maintenance", async () => {
    const one = await receiver();
    await one.post({ status: "maintenance" });
    expect(await incidents()).toEqual([]);
    await one.post({ status: "down" });
    await one.post({ status: "maintenance" });
    expect(await incidents()).toEqual(["Pushmail is down critical investigating"]);
    await one.post({ status: "down" });
    expect(await incidents()).toHaveLength(1);
    await one.post({ status: "up" });
    expect(await incidents()).toEqual(["Pushmail is down critical resolved"]);
  });

  test("is resolved by its own receiver only, and by no word of others", async () => {
    const one = await receiver();
    const other = await receiver({ name: "Other" });
    await app.api("POST", "/incidents", { title: "By hand", severity: "minor", service_ids: [service] });
    await one.post({ status: "down" });
    await other.post({ status: "up" });
    expect(await incidents()).toEqual([
      "By hand minor investigating",
      "Pushmail is down critical investigating",
    ]);
    await other.post({ status: "degraded" });
    expect(await incidents()).toHaveLength(3);
    await one.post({ status: "up" });
    expect(await incidents()).toEqual([
      "By hand minor investigating",
      "Pushmail is down critical resolved",
      "Pushmail is degraded minor investigating",
    ]);
    // The other one still says that it is degraded.
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("degraded");
  });

  test("that a person resolved is not opened again by the same word", async () => {
    const one = await receiver();
    await one.post({ status: "down" });
    const [{ id }] = (await app.api("GET", "/incidents")).body.data as [{ id: string }];
    await app.api("POST", `/incidents/${id}/updates`, { status: "resolved", message: "Known" });
    expect((await one.post({ status: "down" })).body.result).toBe("ignored");
    expect(await incidents()).toEqual(["Pushmail is down critical resolved"]);
  });

  test("is resolved also where a person had set the status back before", async () => {
    const one = await receiver();
    await one.post({ status: "down" });
    await app.api("POST", `/services/${service}/status`, { status: "operational" });
    expect((await one.post({ status: "up" })).body).toMatchObject({
      result: "processed",
      status: "operational",
      previous_status: "operational",
    });
    expect(await incidents()).toEqual(["Pushmail is down critical resolved"]);
  });
});

describe("a storm", () => {
  const ROUNDS = 200;
  const PER_ROUND = 50;
  const POSTS = ROUNDS * PER_ROUND;

  /** Each change as it was answered, oldest first. */
  const answeredChanges = async (): Promise<string[]> =>
    (
      await app.store.engine.query({
        sql: "SELECT previous_status, new_status FROM webhook_receiver_log WHERE result = 'processed' ORDER BY seq",
      })
    ).map(([from, to]) => `${from} ${to}`);

  test(`of ${POSTS} words in turn, repetitions and late ones leaves a handful of incidents and a true history`, async () => {
    await app.api("POST", "/notification-channels", {
      name: "Hook",
      type: "webhook",
      config: { url: "http://10.255.255.1/hook" },
      is_active: true,
    });
    const one = await receiver({ time_field: "at" });
    const began = clock.now();
    interface Word {
      id: string;
      body: Json;
    }
    const send = async ({ id, body }: Word): Promise<string> =>
      String((await one.post(body, { "webhook-id": id })).body.result);
    let sent: Word[] = [];
    const results: string[] = [];
    // A sender that posts again when it has its answer, several at once; the whole of it takes 200 s.
    for (let round = 0; round < ROUNDS; round++) {
      const words = Array.from({ length: PER_ROUND }, (_, index): Word => ({
        id: `${round}-${index}`,
        body: { status: index % 2 === 0 ? "down" : "up", at: began + round * 1_000 + index },
      }));
      results.push(...(await Promise.all(words.map(send))));
      // The same again, and older ones that never came before: neither changes anything.
      const again = words.slice(0, 5);
      const late = sent.slice(0, 5).map(({ body }, index) => ({ id: `late ${round}-${index}`, body }));
      const status = (await app.api("GET", `/services/${service}`)).body.status;
      for (const result of await Promise.all([...again, ...late].map(send))) expect(result).toBe("ignored");
      expect((await app.api("GET", `/services/${service}`)).body.status).toBe(status);
      sent = words;
      await clock.advance(1_000);
    }
    expect(results).toHaveLength(POSTS);
    const processed = results.filter((result) => result === "processed").length;
    expect(processed).toBeGreaterThan(POSTS / 4);

    const history = await app.store.engine.query({
      sql: "SELECT previous_status, status FROM service_history ORDER BY id",
    });
    expect(history.map(([from, to]) => `${from} ${to}`)).toEqual(await answeredChanges());
    expect(history).toHaveLength(processed);
    const [spans] = await app.store.engine.query({
      sql: `SELECT SUM(coalesce(ended_at, ?) - started_at), COUNT(*) FROM service_spans`,
      params: [clock.now()],
    });
    expect(spans).toEqual([ROUNDS * 1_000, processed + 1]);

    const [row] = await app.store.engine.query({
      sql: `SELECT (SELECT COUNT(*) FROM incidents), (SELECT SUM(reopened_count) FROM incidents),
        (SELECT COUNT(*) FROM journal WHERE kind = 'incident.opened'), (SELECT COUNT(*) FROM outbox)`,
    });
    const [incidentCount, reopened, opened, messages] = row as number[];
    expect(incidentCount).toBeLessThanOrEqual(5);
    expect(opened).toBe(incidentCount as number);
    // It is one incident that comes back, and says so.
    expect(reopened).toBeGreaterThan(processed / 2 - 10);
    expect(messages).toBeLessThan(100);
    const status = (await app.api("GET", `/services/${service}`)).body.status;
    const open = (await incidents()).filter((text) => !text.endsWith("resolved"));
    expect(open).toHaveLength(status === "operational" ? 0 : 1);
    expect(findContradictions(app.directory)).toEqual([]);
  }, 120_000);
});
