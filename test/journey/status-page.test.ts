// A bad morning as customers see it: all is well, somebody's monitoring reports the shop down, a person says
// what is going on and what is found, the shop comes back, and what happened is there to be read afterwards.
import { afterEach, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { idOf, MINUTE, must } from "../harness/status-page";

/** A Tuesday, 08:00 in Berlin. */
const START = Date.UTC(2026, 4, 12, 6);

let run: TestApp;

afterEach(() => run.stop());

test("the public follows an outage from its first minute to what was learnt", async () => {
  const clock = new FakeClock(START);
  run = await startApp({ clock });
  const checkout = await idOf(run, "/services", { name: "Checkout", group: "Shop" });
  const search = await idOf(run, "/services", { name: "Search", group: "Shop" });
  const stock = await idOf(run, "/services", { name: "Stock keeping", group: "Inside" });
  await must(run, "POST", "/status-pages", {
    name: "Shop",
    slug: "shop",
    title: "Shop status",
    groups: ["Shop"],
    visibility: "public",
    time_zone: "Europe/Berlin",
  });
  const receiver = await must(run, "POST", "/webhook-receivers", {
    name: "Outside monitoring",
    service_id: checkout,
    auto_create_incidents: true,
    auto_resolve_incidents: true,
  });
  const incoming = new URL(String(receiver["url"])).pathname;
  const report = async (status: string): Promise<void> => {
    const body = JSON.stringify({ status, message: `Checkout is ${status}` });
    expect((await fetch(run.url + incoming, { method: "POST", body })).status).toBe(200);
  };
  const read = async (path = ""): Promise<string> => (await fetch(`${run.url}/status/shop${path}`)).text();
  const summary = async () => (await fetch(`${run.url}/status/shop/api/v2/summary.json`)).json();

  const calm = await read();
  expect(calm).toContain("All systems are operational");
  expect(calm).toContain("No incidents in the last 15 days.");
  expect(calm).not.toContain("Stock keeping");

  await clock.advance(30 * MINUTE);
  await report("down");
  const first = await read();
  expect(first).toContain("Some systems are down");
  expect(first).toContain("Open incidents");
  expect(first).toContain("Affects: Checkout");
  const [incident] = (await run.api("GET", "/incidents")).body.data;
  expect(first).toContain(incident.code);

  await must(run, "POST", `/incidents/${incident.id}/updates`, {
    status: "investigating",
    message: "The vendor says: contract 4711.",
    public: false,
  });
  await must(run, "POST", `/incidents/${incident.id}/updates`, {
    status: "identified",
    message: "Our payment provider has a fault. Baskets are kept.",
  });
  const told = await read();
  expect(told).toContain("Baskets are kept.");
  expect(told).not.toContain("contract 4711");
  expect(told.indexOf("Baskets are kept.")).toBeLessThan(told.indexOf(">Investigating<"));
  expect(await read("/index.de.html")).toContain("Ursache gefunden");

  await clock.advance(21 * MINUTE);
  await report("up");
  await must(run, "PATCH", `/incidents/${incident.id}`, {
    post_mortem: "A certificate at the provider had expired. We watch it ourselves now.",
  });
  const after = await read();
  expect(after).toContain("All systems are operational");
  expect(after).not.toContain("Open incidents");
  expect(after).toContain("We watch it ourselves now.");
  expect(after).toMatch(/<i class="x" title="12 May 2026: down for 21 min[^"]* · [^"]+"/);
  expect(await read("/history.html")).toContain(incident.code);
  expect(await summary()).toMatchObject({
    status: { indicator: "none" },
    components: expect.arrayContaining([expect.objectContaining({ name: "Search", status: "operational" })]),
    incidents: [],
  });

  // What is not on the page changes nothing on it.
  const version = await read("/version.json");
  await must(run, "POST", `/services/${stock}/status`, { status: "down" });
  expect(await read("/version.json")).toBe(version);
  await must(run, "POST", `/services/${search}/status`, { status: "maintenance" });
  expect(await read()).toContain("Maintenance is under way");
});
