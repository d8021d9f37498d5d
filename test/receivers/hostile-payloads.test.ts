// T16 on receivers. In: every recorded shape with names of prototypes, and values of other types, at every place, and
// the same names as fields, words and services. Out: each is read without an error, means one of the five things or
// nothing, and nothing of a prototype is reached or changed.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { guessFields } from "../../src/receivers/candidates";
import { compileSettings } from "../../src/receivers/compile";
import { defaultSettings } from "../../src/receivers/default-settings";
import { interpret } from "../../src/receivers/interpret";
import { PRESETS } from "../../src/receivers/presets/registry";
import type { AlertSettings } from "../../src/receivers/schema";
import { startApp, type TestApp } from "../harness/app";
import { createReceiver } from "../harness/receivers";
import * as monitoring from "./shapes/monitoring";
import { TAKEN_AT, type Shape } from "./shapes/shape";
import * as pages from "./shapes/status-pages";
import * as work from "./shapes/work";

type Json = Record<string, unknown>;

const MEANINGS: readonly unknown[] = ["operational", "degraded", "down", "maintenance", "ignore", null];

const NAMES = ["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty"];
const VALUES: readonly unknown[] = [
  ...NAMES,
  null,
  true,
  0,
  -1e308,
  1e308,
  "",
  [],
  {},
  [[]],
  { constructor: "x" },
  "\ud800",
  "\u0000",
];

const ALERTS: AlertSettings = {
  severity: "critical",
  severityField: null,
  severityMapping: null,
  machineField: null,
  nameField: null,
  setsStatus: true,
  expiresAfterSeconds: null,
};

const GOLDEN = join(import.meta.dir, "../channels/golden/webhook");
const golden = readdirSync(GOLDEN, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
  .map((entry): unknown => JSON.parse(readFileSync(join(entry.parentPath, entry.name), "utf8")));
const recorded = [monitoring, pages, work].flatMap((shapes) =>
  Object.values(shapes).flatMap((one) => (Array.isArray(one) ? (one as Shape[]) : [])),
);
const PAYLOADS: readonly unknown[] = [
  ...recorded.map(({ payload }) => payload),
  ...golden,
  ...PRESETS.flatMap(({ examples }) => examples.map(({ payload }) => payload)),
];

/** A copy for each place in the payload, with the value there. */
const withValue = function* (payload: unknown, value: unknown): Generator {
  yield value;
  if (Array.isArray(payload)) {
    for (const [index, inner] of payload.entries())
      for (const changed of withValue(inner, value)) yield payload.with(index, changed);
    return;
  }
  if (typeof payload !== "object" || payload === null) return;
  for (const [name, inner] of Object.entries(payload))
    for (const changed of withValue(inner, value)) yield { ...payload, [name]: changed };
};

/** Of a whole prototype, to see that it stays as it is. */
const snapshot = (): string =>
  JSON.stringify(
    [Object.prototype, Array.prototype, String.prototype, Function.prototype].map((prototype) =>
      Object.getOwnPropertyNames(prototype).toSorted(),
    ),
  );

describe("hostile values", () => {
  const READERS = PRESETS.map(({ name: preset }) => {
    const settings = { ...defaultSettings(preset), alerts: ALERTS };
    return { preset, settings, compiled: compileSettings({ preset, settings }) };
  });

  test("at every place of every shape, read by every preset, mean one of five things or nothing", () => {
    const before = snapshot();
    let count = 0;
    for (const payload of PAYLOADS)
      for (const value of VALUES)
        for (const changed of withValue(payload, value))
          for (const { preset, settings, compiled } of READERS) {
            const found = interpret(changed, {
              compiled,
              settings,
              serviceId: null,
              headers: {},
              now: TAKEN_AT,
            });
            count++;
            if (found.kind !== "reports") continue;
            for (const { meaning, raw, serviceName, key, message, alert } of found.reports) {
              const isSound =
                MEANINGS.includes(meaning) &&
                [raw, serviceName, key, message].every((text) => text === null || typeof text === "string") &&
                (alert === null || ["info", "warning", "critical"].includes(alert.severity));
              if (!isSound) throw new Error(`${preset}: ${JSON.stringify(changed)}`);
            }
          }
    expect(count).toBeGreaterThan(100_000);
    expect(snapshot()).toBe(before);
  }, 120_000);

  test("are no fields and no words that a person is offered", () => {
    for (const name of NAMES) {
      const { statusField, presets } = guessFields({ status: name, state: name, impact: name }, {});
      expect([name, statusField, presets]).toEqual([name, null, []]);
    }
  });
});

describe("over HTTP", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
    await app.api("POST", "/services", { name: "Shop" });
  });
  afterAll(() => app.stop());

  const FIELDS = [
    "service_name_field",
    "status_field",
    "message_field",
    "title_field",
    "url_field",
    "items_field",
    "key_field",
    "starts_at_field",
    "ends_at_field",
    "id_field",
  ];

  test("no path leads to a prototype, or deeper than anybody's payload", async () => {
    const paths = [
      ...["__proto__", "constructor", "prototype"].flatMap((name) => [
        name,
        `a.${name}`,
        `a["${name}"].b`,
        `$.${name}`,
      ]),
      new Array(17).fill("a").join("."),
    ];
    for (const field of FIELDS)
      for (const path of paths) {
        const { status, body } = await app.api("POST", "/webhook-receivers", {
          name: "Path",
          service_name_field: "service",
          [field]: path,
        });
        expect([field, path, status, String(body.field).split(".")[0]]).toEqual([field, path, 422, field]);
      }
  });

  test("what is called like a prototype is read as data, or not at all", async () => {
    const before = snapshot();
    const one = await createReceiver(app, {
      preset: "common",
      service_name_field: "service",
      create_missing_services: true,
    });
    for (const name of NAMES) {
      const body = `{"__proto__": {"status": "down", "service": "Shop"}, "service": "${name}", "status": "down"}`;
      expect([name, (await one.post(body)).body]).toEqual([
        name,
        expect.objectContaining({ result: "processed" }),
      ]);
      const word = await one.post({ service: "Shop", status: name });
      expect([name, word.status, word.body.result]).toEqual([name, 400, "failed"]);
    }
    for (const body of [
      '{"__proto__": {"status": "down", "service": "Shop"}}',
      '{"constructor": {"prototype": {"status": "down"}}, "service": "Shop"}',
      "__proto__=down&service=Shop",
    ]) {
      const headers = {
        "content-type": body.startsWith("{") ? "application/json" : "application/x-www-form-urlencoded",
      };
      expect([body, (await one.post(body, headers)).status]).toEqual([body, 400]);
    }
    const words = (await app.api("GET", `/webhook-receivers/${one.id}/unknown-words`)).body.data as Json[];
    expect(words.map(({ word, suggestion }) => [word, suggestion]).toSorted()).toEqual(
      NAMES.map((name) => [name.toLowerCase(), null]).toSorted(),
    );
    const services = (await app.api("GET", "/services")).body.data as Json[];
    expect(services.find(({ name }) => name === "Shop")).toMatchObject({ status: "operational" });
    expect(services.map(({ name }) => name)).toEqual([...NAMES.toReversed(), "Shop"]);
    expect(snapshot()).toBe(before);
  });

  test("nor are the words of a mapping, the kinds of an envelope and the labels of an alert", async () => {
    const proto = JSON.parse('{"__proto__": "down"}') as Json;
    const settings = { name: "Mapped", service_name_field: "service" };
    const refused = await app.api("POST", "/webhook-receivers", { ...settings, status_mapping: proto });
    expect([refused.status, refused.body.field]).toEqual([422, "status_mapping.__proto__"]);
    const mapped = await createReceiver(app, { ...settings, status_mapping: { constructor: "degraded" } });
    expect((await mapped.post({ service: "Shop", status: "constructor" })).body.status).toBe("degraded");
    expect((await mapped.post({ service: "Shop", status: "__proto__" })).body.result).toBe("failed");
    const said = { word: "__proto__", status: "down" };
    const mapping = await app.api("POST", `/webhook-receivers/${mapped.id}/mapping`, said);
    expect([mapping.status, mapping.body.field]).toEqual([422, "word"]);
    await mapped.post({ service: "Shop", status: "up" });
    const sns = await createReceiver(app, { preset: "cloudwatch" });
    for (const name of NAMES) {
      const envelope = {
        Type: name,
        SignatureVersion: name,
        Signature: "AAAA",
        Timestamp: new Date().toISOString(),
      };
      expect([name, (await sns.post(envelope)).status]).toEqual([name, 401]);
    }
    const alerts = await createReceiver(app, { preset: "alertmanager", alerts: {} });
    const body =
      '{"alerts": [{"status": "firing", "labels": {"alertname": "A", "__proto__": "x", "constructor": "y", "severity": "constructor"}}]}';
    expect((await alerts.post(body)).status).toBe(200);
    const [alert] = (await app.api("GET", "/alerts")).body.data as Json[];
    expect(alert).toMatchObject({ name: "A", severity: "critical", labels: { constructor: "y" } });
  });
});
