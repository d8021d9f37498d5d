// What receivers and people say of a service is read on its page and in its feeds, from when it is not well until
// it is; what an incident tells is told once, and what others say of a service is not for the public.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { ServiceStatus, StatusSourceKind } from "../../src/core/events";
import { postsOf, type ChangeFacts } from "../../src/status-pages/posts";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { idOf, MINUTE, must } from "../harness/status-page";

const change = (
  id: number,
  source: StatusSourceKind,
  status: ServiceStatus,
  message = `${status} ${id}`,
): ChangeFacts => ({ id, source, status, message, at: id * 1_000 });

const told = (changes: readonly ChangeFacts[], { toldAt = [] as number[], since = 0 } = {}) =>
  postsOf({ serviceId: "s", changes, isTold: (at) => toldAt.includes(at), since }).map(
    ({ endedAt, updates }) => [endedAt, updates.map(({ message }) => message)],
  );

describe("posts", () => {
  test("begin when a service is not well and end when it is", () => {
    expect(
      told([
        change(1, "receiver", "maintenance"),
        change(2, "receiver", "operational"),
        change(3, "person", "degraded"),
        change(4, "person", "down"),
      ]),
    ).toEqual([
      [2_000, ["operational 2", "maintenance 1"]],
      [null, ["down 4", "degraded 3"]],
    ]);
  });

  test("hold nothing that monitors, machines, alerts, windows and incidents say, though these may end them", () => {
    expect(
      told([
        change(1, "receiver", "degraded"),
        change(2, "monitor", "down"),
        change(3, "alert", "degraded"),
        change(4, "incident", "down"),
        change(5, "monitor", "operational"),
        change(6, "machine", "down"),
        change(7, "maintenance", "maintenance"),
      ]),
    ).toEqual([[5_000, ["degraded 1"]]]);
  });

  test("do not repeat what an incident tells, but add what it does not", () => {
    const changes = [
      change(1, "receiver", "degraded"),
      change(2, "receiver", "down"),
      change(3, "receiver", "operational"),
    ];
    expect(told(changes, { toldAt: [1_000, 2_000, 3_000] })).toEqual([]);
    expect(told(changes, { toldAt: [1_000, 3_000] })).toEqual([[3_000, ["down 2"]]]);
  });

  test("are left out when they ended too long ago, and keep their ID as they go on", () => {
    const first = [change(1, "receiver", "down"), change(2, "receiver", "operational")];
    expect(told(first, { since: 2_001 })).toEqual([]);
    const parts = { serviceId: "s", isTold: () => false, since: 0 };
    const [open] = postsOf({ ...parts, changes: first.slice(0, 1) });
    const [over] = postsOf({ ...parts, changes: first });
    expect(over?.id).toBe(open?.id ?? "");
    expect(over?.updates.at(-1)?.id).toBe(open?.updates[0]?.id ?? "");
  });
});

describe("on the page", () => {
  let clock: FakeClock;
  let run: TestApp;
  let shop: string;
  let page: string;

  beforeEach(async () => {
    clock = new FakeClock(Date.UTC(2026, 4, 12, 6));
    run = await startApp({ clock });
    shop = await idOf(run, "/services", { name: "Shop" });
    page = await idOf(run, "/status-pages", { name: "Acme", slug: "acme", service_ids: [shop] });
  });
  afterEach(() => run.stop());

  const read = async (path = "/"): Promise<string> => (await fetch(`${run.url}/status/acme${path}`)).text();
  const makeReceiver = async (settings: Record<string, unknown> = {}) => {
    const receiver = await must(run, "POST", "/webhook-receivers", {
      name: "Pipeline",
      service_id: shop,
      ...settings,
    });
    const path = new URL(String(receiver["url"])).pathname;
    return async (status: string, message?: string): Promise<void> => {
      const body = JSON.stringify({ status, message });
      expect((await fetch(run.url + path, { method: "POST", body })).status).toBe(200);
    };
  };

  test("a deployment is read while it goes on, and afterwards among what is over", async () => {
    const post = await makeReceiver();
    await post("maintenance", "Deploying v2.4.1, see https://ci.example.com/41.");
    const during = await read();
    expect(during).toContain("Status updates");
    expect(during).toContain('<a href="https://ci.example.com/41"');
    expect(await read("/index.de.html")).toContain("Meldungen");
    expect(await read("/feed.rss")).toContain("#p-");
    await clock.advance(4 * MINUTE);
    await post("operational", "Deploy v2.4.1 complete");
    const after = await read();
    expect(after).not.toContain("Status updates");
    expect(after.indexOf("Deploy v2.4.1 complete")).toBeGreaterThan(after.indexOf("Past incidents"));
    expect(after.indexOf("Deploying v2.4.1")).toBeGreaterThan(after.indexOf("Deploy v2.4.1 complete"));
    const { items } = JSON.parse(await read("/feed.json"));
    expect(items.map(({ title }: { title: string }) => title)).toEqual([
      "Operational: Shop",
      "Maintenance: Shop",
    ]);
    await must(run, "PATCH", `/status-pages/${page}`, { show_history_days: 0 });
    expect(await read()).not.toContain("Deploy v2.4.1 complete");
    expect(await read("/history.html")).toContain("Deploy v2.4.1 complete");
  });

  test("a person goes on speaking, and the latest words are read with the first", async () => {
    const say = (status: string, message: string): Promise<unknown> =>
      must(run, "POST", `/services/${shop}/status`, { status, message });
    await say("degraded", "Slow since this morning");
    await read();
    for (const message of ["We found it", "A part is on its way"]) {
      await clock.advance(MINUTE);
      await say("degraded", message);
      expect(await read()).toContain(message);
    }
    const text = await read();
    expect(text).toContain("Slow since this morning");
    expect(text).not.toContain("We found it");
    expect(text.match(/class="event post/g)).toHaveLength(1);
    await say("operational", "Repaired");
    expect(await read()).not.toContain("A part is on its way");
  });

  test("a status without words says at least that", async () => {
    const post = await makeReceiver();
    await post("down");
    expect(await read()).toContain("The status is now: Down.");
  });

  test("with automatic incidents nothing is said twice", async () => {
    const post = await makeReceiver({ auto_create_incidents: true, auto_resolve_incidents: true });
    await post("down", "Payments fail");
    await clock.advance(MINUTE);
    await post("up", "Payments work");
    for (const path of ["/", "/history.html", "/feed.atom"]) {
      const text = await read(path);
      expect(text.match(/Payments fail/g)).toHaveLength(1);
      expect(text.match(/Payments work/g)).toHaveLength(1);
    }
  });

  test("what an alert says of a service is nobody's words in public", async () => {
    const machine = await idOf(run, "/machines", { name: "Oven 3" });
    await must(run, "PATCH", `/services/${shop}`, {
      status_from: [{ type: "alerts", machine_id: machine, statuses: { critical: "degraded" } }],
    });
    await must(run, "POST", "/alert-rules", {
      name: "Too hot",
      severity: "critical",
      is_active: true,
      selector: { machine_id: machine },
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
    });
    const post = await makeReceiver();
    await post("down", "The line stands");
    await run.api("POST", "/readings", { machine: "Oven 3", metric: "temperature", value: 91 });
    // The alert's word is left when the receiver takes its own back.
    await post("up", "The line runs");
    const { body } = await run.api("GET", `/services/${shop}`);
    expect(body).toMatchObject({ status: "degraded", sources: [{ source: { kind: "alert" } }] });
    const text = await read();
    expect(text).toContain("The line stands");
    expect(text).toContain("The status is now: Degraded.");
    expect(text).not.toContain("Oven 3");
    const { data } = (await run.api("GET", `/services/${shop}/history`)).body;
    expect(data[0]).toMatchObject({ status: "degraded", message: "", source: { kind: "receiver" } });
  });
});
