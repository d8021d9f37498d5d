// Each preset reads what its sender really posts: shapes with values of our own, down, up and odd. Also every
// dialect that Andon itself posts, and the words that senders use.
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileSettings } from "../../src/receivers/compile";
import { defaultSettings } from "../../src/receivers/default-settings";
import { interpret } from "../../src/receivers/interpret";
import { PRESETS } from "../../src/receivers/presets/registry";
import type { Interpretation, Report } from "../../src/receivers/report";
import type { ReceiverSettings } from "../../src/receivers/schema";
import * as monitoring from "./shapes/monitoring";
import { TAKEN_AT, type Shape } from "./shapes/shape";
import * as pages from "./shapes/status-pages";
import * as work from "./shapes/work";

const read = (
  preset: string,
  payload: unknown,
  more: {
    settings?: Partial<ReceiverSettings>;
    headers?: Record<string, string>;
    serviceId?: string | null;
  } = {},
): Interpretation => {
  const settings = { ...defaultSettings(preset), ...more.settings };
  return interpret(payload, {
    compiled: compileSettings({ preset, settings }),
    settings,
    serviceId: more.serviceId === undefined ? "a service" : more.serviceId,
    headers: more.headers ?? {},
    now: TAKEN_AT,
  });
};

const HOUR = 3_600_000;

const tell = ({ serviceName, meaning, raw, planned, endsPlanned }: Report): string => {
  const hours = planned === null ? "" : `+${(planned.startsAt - TAKEN_AT) / HOUR}`;
  return `${serviceName ?? "-"} ${meaning ?? "?"}${hours}${endsPlanned ? "!" : ""} ${raw}`;
};

const tellAll = (interpretation: Interpretation): readonly string[] | string =>
  interpretation.kind === "reports" ? interpretation.reports.map(tell) : interpretation.kind;

const SHAPES: Readonly<Record<string, readonly Shape[]>> = {
  generic: work.generic,
  common: work.common,
  alertmanager: monitoring.alertmanager,
  grafana: monitoring.grafana,
  uptime_kuma: monitoring.uptimeKuma,
  healthchecks: monitoring.healthchecks,
  statuspage: pages.statuspage,
  instatus: pages.instatus,
  better_stack: pages.betterStack,
  openstatus: pages.openstatus,
  cloudwatch: monitoring.cloudwatch,
  github_actions: work.githubActions,
  gitlab: work.gitlab,
  pagerduty: work.pagerduty,
  opsgenie: work.opsgenie,
};

test("every preset has at least three shapes; Andon's own are its golden files", () => {
  const names = PRESETS.map(({ name }) => name).filter((name) => name !== "andon");
  expect(Object.keys(SHAPES)).toEqual(names);
  for (const shapes of Object.values(SHAPES)) expect(shapes.length).toBeGreaterThanOrEqual(3);
});

for (const [preset, shapes] of Object.entries(SHAPES))
  describe(preset, () => {
    test.each(shapes.map((shape): [string, Shape] => [shape.title, shape]))("%s", (_title, shape) => {
      // What names no service is for a receiver that has one.
      const isNamed = Array.isArray(shape.says) && !shape.says.some((text) => text.startsWith("- "));
      const found = read(preset, shape.payload, {
        headers: shape.headers ?? {},
        ...(isNamed ? { serviceId: null } : {}),
      });
      expect(tellAll(found)).toEqual(shape.says as string[]);
    });
  });

describe("what people see of a preset", () => {
  test("its examples are read, and say something", () => {
    for (const { name, examples } of PRESETS) {
      expect([name, examples.length > 0]).toEqual([name, true]);
      for (const { title, payload } of examples) {
        const found = read(name, payload);
        expect([name, title, found.kind]).toEqual([name, title, "reports"]);
        if (found.kind === "reports")
          for (const { error, meaning } of found.reports)
            expect([name, title, error, meaning === null]).toEqual([name, title, null, false]);
      }
    }
  });

  test("says where the address goes", () => {
    for (const { setup, about, label } of PRESETS)
      expect([setup.length > 0, about.length > 0, label.length > 0]).toEqual([true, true, true]);
  });
});

describe("things that fail one by one", () => {
  test("have keys of their own, the same in a failure and in its end", () => {
    const keys = (preset: string, payload: unknown): (string | null)[] => {
      const found = read(preset, payload);
      return found.kind === "reports" ? found.reports.map(({ key }) => key) : [];
    };
    const [failing] = monitoring.alertmanager;
    expect(new Set(keys("alertmanager", failing?.payload)).size).toBe(4);
    for (const [preset, down, up] of [
      ["uptime_kuma", monitoring.uptimeKuma[0], monitoring.uptimeKuma[1]],
      ["cloudwatch", monitoring.cloudwatch[0], monitoring.cloudwatch[1]],
      ["github_actions", work.githubActions[0], work.githubActions[1]],
      ["gitlab", work.gitlab[0], work.gitlab[1]],
      ["pagerduty", work.pagerduty[0], work.pagerduty[3]],
      ["opsgenie", work.opsgenie[0], work.opsgenie[3]],
      ["statuspage", pages.statuspage[0], pages.statuspage[1]],
      ["openstatus", pages.openstatus[0], pages.openstatus[1]],
    ] as const) {
      const [first] = keys(preset, down?.payload);
      expect([preset, first]).toEqual([preset, keys(preset, up?.payload)[0] as string]);
      expect(first).toBeTruthy();
    }
  });

  test("of one thing the worst word counts", () => {
    const twice = {
      alerts: [
        { status: "resolved", labels: { service: "Shop" }, fingerprint: "a" },
        { status: "firing", labels: { service: "Shop" }, fingerprint: "a" },
      ],
    };
    expect(tellAll(read("alertmanager", twice))).toEqual(["Shop down firing"]);
  });

  test("more than 500 in one request are refused", () => {
    const alerts = Array.from({ length: 501 }, (_, index) => ({
      status: "firing",
      labels: {},
      fingerprint: String(index),
    }));
    expect(read("alertmanager", { alerts }).kind).toBe("unreadable");
    expect(read("generic", alerts).kind).toBe("unreadable");
  });
});

describe("a person's settings on a preset", () => {
  const [failing] = monitoring.alertmanager;

  test("a mapping of one's own comes first, by the whole word or by its beginning", () => {
    const map = (statusMapping: ReceiverSettings["statusMapping"]) =>
      tellAll(read("alertmanager", failing?.payload, { settings: { statusMapping } }))[0];
    expect(map({ "firing (warning)": "down" })).toBe("Shop down firing (warning)");
    expect(map({ firing: "maintenance" })).toBe("Shop maintenance firing (warning)");
    expect(map({ "FIRING (w*": "ignore" })).toBe("Shop ignore firing (warning)");
  });

  test("paths are walked in each entry first, then in the whole payload", () => {
    const [first] = tellAll(
      read("alertmanager", failing?.payload, {
        settings: { statusField: ["labels.severity"], serviceNameField: ["labels.missing", "$.receiver"] },
      }),
    );
    expect(first).toBe("andon degraded warning");
  });
});

describe("flat payloads", () => {
  const flat = (payload: unknown, settings: Partial<ReceiverSettings>) =>
    tellAll(read("generic", payload, { settings }));

  test("a list, at the top or at a path, says several things", () => {
    const states = [
      { name: "Shop", status: "down" },
      { name: "Mail", status: "up" },
    ];
    const settings = { serviceNameField: ["name"] };
    const both = ["Shop down down", "Mail operational up"];
    expect(flat(states, settings)).toEqual(both);
    expect(flat({ data: { states } }, { ...settings, itemsField: "data.states" })).toEqual(both);
    expect(flat({ data: { states: 1 } }, { ...settings, itemsField: "data.states" })).toBe("unreadable");
    expect(flat({ data: { states: [] } }, { ...settings, itemsField: "data.states" })).toBe("nothing");
  });

  test("a test of another Andon's channel is taken for what it is, not for a service that is well", () => {
    const settings = { serviceNameField: ["service_name"] };
    const sample = { service_name: "CNC Mill #1", status: "operational", event: "channel.test" };
    expect(flat({ ...sample, test: true }, settings)).toBe("nothing");
    expect(flat(sample, settings)).toEqual(["CNC Mill #1 operational operational"]);
    expect(flat({ service_name: "Shop", status: "down", test: true }, settings)).toEqual(["Shop down down"]);
  });

  test("of several paths the first that leads to a value wins", () => {
    const settings = { statusField: ["a.b", "c[0].d", "e"] };
    expect(flat({ c: [{ d: "down" }], e: "up" }, settings)).toEqual(["- down down"]);
    expect(
      flat({ a: { b: null }, c: [], e: false }, { ...settings, statusMapping: { false: "down" } }),
    ).toEqual(["- down false"]);
  });

  test("a time in the future announces work, one of the past is now", () => {
    const settings = { startsAtField: ["from"], endsAtField: ["to"] };
    expect(flat({ status: "scheduled", from: "2026-01-05T15:00:00Z" }, settings)).toEqual([
      "- maintenance+3 scheduled",
    ]);
    expect(flat({ status: "scheduled", from: TAKEN_AT / 1_000 + 7_200 }, settings)).toEqual([
      "- maintenance+2 scheduled",
    ]);
    expect(flat({ status: "scheduled", from: "2026-01-05T11:00:00Z" }, settings)).toEqual([
      "- maintenance scheduled",
    ]);
    expect(flat({ status: "down", from: "2026-01-05T15:00:00Z" }, settings)).toEqual(["- down down"]);
  });
});

describe("words", () => {
  /** Words that senders really use, and what they mean to whoever reads a status page. */
  const WORDS: Readonly<Record<string, string>> = {
    operational:
      "operational up ok healthy none resolved online success succeeded passed passing recovered green normal available completed closed good running cleared 1 true",
    degraded:
      "degraded partial warning minor degraded_performance partial_outage yellow warn slow unstable DEGRADEDPERFORMANCE PARTIALOUTAGE amber",
    down: "down outage major critical error firing alerting failure failed timeout offline unreachable unhealthy problem disaster high red major_outage MAJOROUTAGE ALARM downtime fatal timed_out unavailable 0 false",
    maintenance: "maintenance scheduled under_maintenance UNDERMAINTENANCE in_progress verifying",
    ignore: "investigating identified monitoring pending unknown acknowledged INSUFFICIENT_DATA",
  };

  test("more than 60 of them mean what they say", () => {
    const pairs = Object.entries(WORDS).flatMap(([meaning, words]) =>
      words.split(" ").map((word): [string, string] => [word, meaning]),
    );
    expect(pairs.length).toBeGreaterThan(60);
    for (const [word, meaning] of pairs)
      expect([word, tellAll(read("common", { status: word }))[0]]).toEqual([word, `- ${meaning} ${word}`]);
  });

  test("no word has two meanings in one table", () => {
    for (const { words } of PRESETS)
      for (const word of Object.keys(words)) expect(word).toBe(word.toLowerCase().trim());
  });
});

describe("what Andon posts itself", () => {
  const GOLDEN = join(import.meta.dir, "../channels/golden/webhook");
  const DIALECTS = readdirSync(GOLDEN).filter((name) => name !== "custom");
  const golden = (dialect: string, event: string): unknown =>
    JSON.parse(readFileSync(join(GOLDEN, dialect, `${event}.json`), "utf8"));
  const says = (dialect: string, event: string): string | readonly string[] => {
    const found = read("andon", golden(dialect, event));
    return found.kind === "reports"
      ? found.reports.map(({ serviceName, meaning, error }) => `${serviceName} ${meaning ?? error}`)
      : found.kind;
  };

  test("has nine dialects of its own", () => {
    expect(DIALECTS).toHaveLength(9);
  });

  test.each(DIALECTS)("%s: alerts, incidents and services come back as what they were", (dialect) => {
    const machine = "CNC Mill #1";
    expect(says(dialect, "alert.triggered")).toEqual([`${machine} down`]);
    expect(says(dialect, "alert.resolved")).toEqual([`${machine} operational`]);
    const acknowledged = says(dialect, "alert.acknowledged");
    // Alert24 and Alertmanager have no word for somebody who has taken it: it still fires.
    expect(acknowledged).toEqual([
      dialect === "alert24" || dialect === "alertmanager" ? `${machine} down` : `${machine} ignore`,
    ]);
    for (const [event, meaning] of [
      ["incident.opened", "down"],
      ["incident.resolved", "operational"],
    ]) {
      const [first] = says(dialect, event ?? "");
      expect([dialect, event, first?.endsWith(meaning ?? "?")]).toEqual([dialect, event, true]);
    }
    expect(says(dialect, "service.status_changed")).toEqual(["API Gateway down"]);
    expect(says(dialect, "channel.test")).toBe("nothing");
    expect(says(dialect, "channel.paused")).toBe("nothing");
  });
});
