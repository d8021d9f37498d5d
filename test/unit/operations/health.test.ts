// In: checks that pass, fail, throw and hang; figures of the slices. Out: what /readyz and /metrics say.
import { describe, expect, test } from "bun:test";
import { createHealth } from "../../../src/operations/health";
import { createMetrics } from "../../../src/operations/metrics";

const never = (): Promise<never> => new Promise(() => undefined);

describe("readiness", () => {
  test("is given when every check passes", async () => {
    const health = createHealth({ checks: { store: () => null, setup: async () => null }, deadline: never });
    expect(await health.readiness()).toEqual({ ready: true, reasons: [], warnings: [] });
  });

  test("says every reason, and nothing of what an exception says", async () => {
    const health = createHealth({
      checks: {
        store: () => "cannot write",
        worker: async () => {
          throw new Error("canary /var/lib/andon");
        },
        good: () => null,
      },
      deadline: never,
    });
    const answer = await health.readiness();
    expect(answer).toEqual({
      ready: false,
      reasons: ["store: cannot write", "worker: failed"],
      warnings: [],
    });
    expect(JSON.stringify(answer)).not.toContain("canary");
  });

  test("has warnings beside it, which change nothing of it", async () => {
    const health = createHealth({
      checks: { store: () => null },
      warnings: { network: () => "no interface is up", clock: () => null },
      deadline: never,
    });
    expect(await health.readiness()).toEqual({
      ready: true,
      reasons: [],
      warnings: ["network: no interface is up"],
    });
  });

  test("does not wait for a check that hangs", async () => {
    const health = createHealth({ checks: { store: never }, deadline: async () => undefined });
    expect(await health.readiness()).toEqual({
      ready: false,
      reasons: ["store: does not answer"],
      warnings: [],
    });
  });
});

describe("metrics", () => {
  test("count what the slices tell", async () => {
    const metrics = createMetrics();
    metrics.received(500, 2);
    metrics.received(0, 1);
    metrics.alertChanged("triggered");
    metrics.attempted("webhook", "delivered", 12);
    metrics.attempted("webhook", "timeout", 5_000);
    const text = await metrics.render();
    expect(text).toContain('andon_readings_total{result="accepted"} 500');
    expect(text).toContain('andon_readings_total{result="rejected"} 3');
    expect(text).toContain("andon_ingest_requests_total 2");
    expect(text).toContain('andon_alert_changes_total{change="triggered"} 1');
    expect(text).toContain('andon_delivery_attempts_total{channel_type="webhook",outcome="timeout"} 1');
    expect(text).toContain('andon_delivery_attempt_seconds_bucket{le="0.05",channel_type="webhook"} 1');
  });

  test("ask their sources at each scrape, and live without one that fails", async () => {
    const metrics = createMetrics();
    let value = 1;
    metrics.observe([
      { name: "x_now", help: "x", labels: ["kind"], read: () => [{ labels: { kind: `k${value}` }, value }] },
      {
        name: "x_broken",
        help: "x",
        labels: [],
        read: async () => {
          throw new Error("no");
        },
      },
    ]);
    expect(await metrics.render()).toContain('x_now{kind="k1"} 1');
    value = 2;
    const second = await metrics.render();
    expect(second).toContain('x_now{kind="k2"} 2');
    expect(second).not.toContain("k1");
  });
});
