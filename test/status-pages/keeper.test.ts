// When a page is built: after changes that it shows and at moments that it waits for, not once per reader and
// not for what does not concern it; and nobody is answered from before a change that was acknowledged.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { DAY, HOUR, idOf, MINUTE, must } from "../harness/status-page";

/** 2026-03-28T21:30:00Z: half an hour past ten in Berlin, the evening before its clocks change. */
const START = Date.UTC(2026, 2, 28, 21, 30);

let clock: FakeClock;
let run: TestApp;
let service: string;
let builds: number;

beforeEach(async () => {
  clock = new FakeClock(START);
  run = await startApp({ clock });
  service = await idOf(run, "/services", { name: "Conveyor" });
  builds = 0;
  const { engine } = run.store;
  const query = engine.query.bind(engine);
  engine.query = (statement) => {
    // One of those that a page is built from.
    if (statement.sql.includes("ended_at FROM service_spans")) builds++;
    return query(statement);
  };
});
afterEach(() => run.stop());

const createPage = (settings: Record<string, unknown> = {}): Promise<string> =>
  idOf(run, "/status-pages", {
    name: "Plant",
    slug: "plant",
    service_ids: [service],
    time_zone: "Europe/Berlin",
    ...settings,
  });

const read = async (path = "/"): Promise<string> => (await fetch(`${run.url}/status/plant${path}`)).text();
const setStatus = (status: string): Promise<unknown> =>
  must(run, "POST", `/services/${service}/status`, { status });
const lastBar = async (): Promise<string> =>
  (await read()).match(/<i class="[odxmn]" title="[^"]*"/g)?.at(-1) ?? "";

describe("a page is built", () => {
  test("once, however many read it", async () => {
    await createPage();
    await Promise.all(Array.from({ length: 50 }, () => read()));
    expect(builds).toBe(1);
    for (let round = 0; round < 50; round++) await read("/api/v2/summary.json");
    expect(builds).toBe(1);
  });

  test("again after each change of what it shows, before anybody is answered", async () => {
    await createPage();
    await read();
    for (const [status, word] of [
      ["down", "All systems are down"],
      ["operational", "All systems are operational"],
      ["degraded", "Some systems are degraded"],
    ] as const) {
      await setStatus(status);
      const texts = await Promise.all(Array.from({ length: 20 }, () => read()));
      expect(texts.filter((text) => !text.includes(word))).toEqual([]);
    }
    expect(builds).toBe(4);
  });

  test("not for what it does not show", async () => {
    await createPage();
    const other = await idOf(run, "/services", { name: "Other" });
    await read();
    const before = builds;
    await must(run, "POST", `/services/${other}/status`, { status: "down" });
    await must(run, "POST", "/machines", { name: "Mill" });
    await must(run, "POST", "/readings", { machine: "Mill", metric: "t", value: 1 });
    await must(run, "POST", "/alert-rules", {
      name: "Hot",
      severity: "critical",
      is_active: true,
      selector: {},
      condition: { type: "threshold", metric: "t", operator: ">", threshold: 0.5 },
    });
    await must(run, "POST", "/readings", { machine: "Mill", metric: "t", value: 2 });
    await read();
    expect(builds).toBe(before);
  });

  test("without a reader as well, a moment after the change", async () => {
    await createPage();
    await clock.advance(1_000);
    const before = builds;
    await setStatus("down");
    await clock.advance(1_000);
    expect(builds).toBe(before + 1);
    await clock.advance(20_000);
    expect(builds).toBe(before + 1);
  });

  test("for a service that joins one of its groups, or is renamed, and when its own settings change", async () => {
    const id = await createPage({ groups: ["Line 1"] });
    expect(await read()).not.toContain("Newcomer");
    const newcomer = await idOf(run, "/services", { name: "Newcomer", group: "Line 1" });
    expect(await read()).toContain("Newcomer");
    await must(run, "PATCH", `/services/${newcomer}`, { name: "Old hand" });
    expect(await read()).toContain("Old hand");
    await must(run, "PATCH", `/services/${newcomer}`, { group: "Line 2" });
    expect(await read()).not.toContain("Old hand");
    await must(run, "PATCH", `/status-pages/${id}`, { title: "Another title" });
    expect(await read()).toContain("Another title");
  });
});

describe("time alone", () => {
  test("begins a new day at midnight of the page, a short one here", async () => {
    await createPage();
    expect(await lastBar()).toContain("28 Mar 2026");
    await clock.advance(90 * MINUTE - 1);
    expect(await lastBar()).toContain("28 Mar 2026");
    await clock.advance(1);
    expect(await lastBar()).toContain("29 Mar 2026");
    clock.setWall(START + 90 * MINUTE + 23 * HOUR - 1);
    expect(await lastBar()).toContain("29 Mar 2026");
    clock.setWall(START + 90 * MINUTE + 23 * HOUR);
    expect(await lastBar()).toContain("30 Mar 2026");
  });

  test("lets downtime grow, minute by minute", async () => {
    await createPage();
    await setStatus("down");
    // It may be a minute behind.
    await clock.advance(5.5 * MINUTE);
    expect(await lastBar()).toMatch(/class="x" title="28 Mar 2026: down for 5 min"/);
    await clock.advance(10 * MINUTE);
    expect(await lastBar()).toContain("down for 15 min");
  });

  test("set back, it lets nothing stand for longer", async () => {
    await createPage();
    await setStatus("down");
    await read();
    clock.setWall(START - 3 * DAY);
    expect(await lastBar()).toContain("25 Mar 2026");
  });

  test("takes maintenance from planned through active to done", async () => {
    await createPage();
    const iso = (ms: number): string => new Date(ms).toISOString();
    await must(run, "POST", "/maintenance-windows", {
      name: "Oil change",
      starts_at: iso(START + HOUR),
      ends_at: iso(START + 2 * HOUR),
      service_ids: [service],
    });
    expect(await read()).toContain("Planned maintenance");
    await clock.advance(HOUR + 1_000);
    const active = await read();
    expect(active).toContain("Maintenance under way");
    expect(active).toContain("Maintenance is under way");
    expect(active).not.toContain("Planned maintenance");
    await clock.advance(HOUR);
    const done = await read();
    expect(done).not.toContain("Maintenance under way");
    expect(done).toContain("All systems are operational");
    expect(done).toContain("Completed");
  });

  test("moves what is over from the page to its history, and then out of it", async () => {
    await createPage({ show_history_days: 2 });
    const id = await idOf(run, "/incidents", { title: "A fuse", severity: "minor", service_ids: [service] });
    await must(run, "POST", `/incidents/${id}/updates`, { status: "resolved", message: "Replaced." });
    const heading = '<h4 class="title">A fuse</h4>';
    expect(await read()).toContain(heading);
    clock.setWall(START + 3 * DAY);
    expect(await read()).not.toContain(heading);
    // Its day has a bar that still names it.
    expect(await read()).toContain("A fuse");
    expect(await read("/history.html")).toContain(heading);
    clock.setWall(START + 366 * DAY);
    expect(await read("/history.html")).not.toContain("A fuse");
  });
});

test("after a restart the page is what it was", async () => {
  await createPage();
  await setStatus("degraded");
  const before = await (await fetch(`${run.url}/status/plant/version.json`)).text();
  const { directory } = run;
  await run.app.stop();
  const again = await startApp({ clock, directory });
  expect(await (await fetch(`${again.url}/status/plant/version.json`)).text()).toBe(before);
  await again.app.stop();
});
