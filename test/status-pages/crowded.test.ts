// A page stays small and complete however much happened: of an incident that flapped for hours the newest
// updates and the first one, and what is open whatever else came after it.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { idOf, must } from "../harness/status-page";

let run: TestApp;
let service: string;

beforeEach(async () => {
  run = await startApp();
  service = await idOf(run, "/services", { name: "Conveyor" });
  await must(run, "POST", "/status-pages", { name: "Plant", slug: "plant", service_ids: [service] });
});
afterEach(() => run.stop());

const read = async (path = "/"): Promise<string> => (await fetch(`${run.url}/status/plant${path}`)).text();

const openOne = (title: string): Promise<string> =>
  idOf(run, "/incidents", { title, severity: "minor", service_ids: [service], message: "The very first." });

/** As if they had been added one by one; every second one is private. */
const addUpdates = async (incidentId: string, count: number): Promise<void> => {
  const at = Date.now();
  await run.store.engine.batch(
    Array.from({ length: count }, (_, index) => ({
      sql: `INSERT INTO incident_updates (id, incident_id, status, message, is_public, actor, at)
        VALUES (?, ?, 'investigating', ?, ?, '{"type":"system","id":null,"name":"Andon"}', ?)`,
      params: [
        `ffffffff-0000-7000-8000-${String(index).padStart(12, "0")}`,
        incidentId,
        `${index % 2 === 0 ? "public" : "private"} ${index}.`,
        index % 2 === 0 ? 1 : 0,
        at,
      ],
    })),
  );
  // Something that the page shows has to change.
  await must(run, "POST", `/services/${service}/status`, { status: "degraded" });
};

test("of thousands of updates the newest fifty and the first are shown, everywhere", async () => {
  const incident = await openOne("It comes and goes");
  await addUpdates(incident, 6_000);
  const html = await read();
  expect(html.match(/public \d+\./g)).toHaveLength(50);
  expect(html).toContain("public 5998.");
  expect(html).toContain("public 5900.");
  expect(html).not.toContain("public 5898.");
  expect(html).not.toContain("private");
  expect(html).toContain("The very first.");
  expect(html).toContain("Updates in between are not shown.");
  // The newest stand open, the others are folded.
  const fold = html.indexOf("Earlier updates");
  expect(html.slice(0, fold).match(/public \d+\./g)).toHaveLength(5);
  expect(html.indexOf("Updates in between")).toBeLessThan(html.indexOf("The very first."));
  expect(await read("/index.de.html")).toContain("Meldungen dazwischen sind nicht gezeigt.");
  const { incidents } = JSON.parse(await read("/api/v2/incidents.json"));
  expect(incidents[0].incident_updates).toHaveLength(51);
  expect(incidents[0].incident_updates.at(-1).body).toBe("The very first.");
});

test("none is said to be left out where none is", async () => {
  const incident = await openOne("Once");
  // Fifty public ones, and the first.
  await addUpdates(incident, 100);
  const html = await read();
  expect(html.match(/public \d+\./g)).toHaveLength(50);
  expect(html).toContain("The very first.");
  expect(html).not.toContain("Updates in between");
});

test("what is open is shown, whatever came after it", async () => {
  const old = await openOne("Still open");
  const [row] = await run.store.engine.query({
    sql: "SELECT tenant_id, project_id FROM incidents WHERE id = ?",
    params: [old],
  });
  const now = Date.now();
  const statements = Array.from({ length: 600 }, (_, index) => {
    const id = `past-${index}`;
    return [
      {
        sql: `INSERT INTO incidents (id, tenant_id, project_id, number, code, title, status, severity, message, services,
            is_auto_resolved, engineer_notes, source_kind, source_name, is_told, reopened_count, opened_at, since_at,
            resolved_at, updated_at)
          VALUES (?, ?, ?, ?, ?, 'Over', 'resolved', 'minor', '', '[]', 0, '', 'person', 'x', 1, 0, ?, ?, ?, ?)`,
        params: [
          id,
          row?.[0] ?? "",
          row?.[1] ?? "",
          1_000 + index,
          `INC-${1_000 + index}-OAK`,
          now,
          now,
          now,
          now,
        ],
      },
      {
        sql: "INSERT INTO incident_services (incident_id, service_id) VALUES (?, ?)",
        params: [id, service],
      },
      {
        sql: `INSERT INTO incident_updates (id, incident_id, status, message, is_public, actor, at)
          VALUES (?, ?, 'resolved', '', 1, '{"type":"system","id":null,"name":"Andon"}', ?)`,
        params: [`u-${id}`, id, now],
      },
    ];
  });
  await run.store.engine.batch(statements.flat());
  await must(run, "POST", `/services/${service}/status`, { status: "degraded" });
  const { incidents } = JSON.parse(await read("/api/v2/incidents/unresolved.json"));
  expect(incidents.map(({ name }: { name: string }) => name)).toEqual(["Still open"]);
});
