// In: the running program. Out: what container runtimes, load balancers and Prometheus may see of it,
// and what they may not.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { routesWithoutAccess } from "../../src/http/route-table";
import { startApp, type TestApp } from "../harness/app";

let run: TestApp;
beforeAll(async () => {
  run = await startApp();
});
afterAll(() => run.stop());

const get = (path: string, headers: Record<string, string> = {}) => fetch(run.url + path, { headers });
const asAdministrator = (): Record<string, string> => ({ authorization: `Bearer ${run.token}` });

test("every route of the program declares who may call it", () => {
  expect(routesWithoutAccess(run.app.parts.server.app)).toEqual([]);
});

describe("health", () => {
  test("is told to everybody, and kept by no cache", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
    expect(await (await get("/healthz")).json()).toEqual({ status: "ok" });
    expect(await (await get("/readyz")).json()).toEqual({ ready: true, reasons: [], warnings: [] });
  });

  test("is 503 with the reason while nobody has set it up; the process is alive all the same", async () => {
    const fresh = await startApp({ config: { bootstrapToken: null } });
    try {
      const answer = await fetch(`${fresh.url}/readyz`);
      expect(answer.status).toBe(503);
      const { ready, reasons } = (await answer.json()) as { ready: boolean; reasons: string[] };
      expect(ready).toBe(false);
      expect(reasons.join()).toContain("set-up");
      expect(reasons.join()).not.toContain("token");
      expect((await fetch(`${fresh.url}/healthz`)).status).toBe(200);
    } finally {
      await fresh.stop();
    }
  });
});

describe("figures", () => {
  test("need a token, unless they are public", async () => {
    expect((await get("/metrics")).status).toBe(401);
    expect((await get("/metrics", asAdministrator())).status).toBe(200);
    const open = await startApp({ config: { metricsPublic: true } });
    try {
      expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
    } finally {
      await open.stop();
    }
  });

  test("are in Prometheus' format, and cover every part", async () => {
    const answer = await get("/metrics", asAdministrator());
    expect(answer.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
    const text = await answer.text();
    for (const name of [
      "andon_readings_total",
      "andon_ingest_requests_total",
      "andon_alert_changes_total",
      "andon_delivery_attempts_total",
      "andon_delivery_attempt_seconds",
      "andon_outbox_deliveries",
      "andon_open_alerts",
      "andon_alert_rules",
      "andon_channels",
      "andon_journal_seq",
      "andon_database_bytes",
      "andon_event_loop_lag_seconds",
      "andon_build_info",
      "process_resident_memory_bytes",
    ])
      expect(text).toContain(`# TYPE ${name} `);
    for (const line of text.split("\n").filter((one) => one !== "" && !one.startsWith("#")))
      expect(line).toMatch(/^[a-z_]+(?:\{(?:[a-z_]+="[^"]*",?)*\})? -?[0-9.e+-]+$/);
  });

  test("count what happens", async () => {
    await run.api("POST", "/readings", { machine: "press", metric: "temperature", value: 3 });
    await run.api("POST", "/alert-rules", {
      name: "hot",
      severity: "critical",
      is_active: true,
      selector: {},
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 90 },
    });
    const text = await (await get("/metrics", asAdministrator())).text();
    expect(text).toContain('andon_alert_rules{active="true"} 1');
    expect(text).toContain('andon_readings_total{result="accepted"} 1');
    expect(text).not.toContain("press");
    expect(text).not.toContain(run.token);
  });
});
