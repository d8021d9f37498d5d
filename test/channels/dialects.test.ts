// Each dialect of the webhook: its payloads beside the samples that the documents print, its defaults,
// its own names of events, and what it makes of events that its document has not.
import { describe, expect, test } from "bun:test";
import type { Message } from "../../src/channels/channel";
import { sampleMessages } from "../../src/channels/sample";
import { webhook } from "../../src/channels/webhook";
import { dialects } from "../../src/channels/webhook/dialects";
import { TELLABLE_EVENTS, type TellableEvent } from "../../src/core/events";
import { labelFingerprint } from "../../src/lib/label-fingerprint";
import { printedSamples, type DocumentName } from "../harness/documents";
import { expectSameShape } from "../harness/same-shape";
import { MESSAGES } from "./suite/samples";

type Payload = Record<string, unknown>;

/** What the template of `custom` is given, as far as it is Andon's payload. */
const WHOLE =
  '{"event": {{ event | json }}, "channel": {{ channel | json }}{% if test %}, "test": true{% endif %}}';

const parse = (dialect: string, more: Payload = {}) =>
  webhook.parse({
    url: "https://hooks.test/in",
    dialect,
    ...(dialect === "custom" ? { template: WHOLE } : {}),
    ...more,
  });

const compose = (dialect: string, message: Message | string): Payload => {
  const { body } = webhook.compose(
    typeof message === "string" ? MESSAGES[message]! : message,
    parse(dialect),
  );
  return JSON.parse(new TextDecoder().decode(body)) as Payload;
};

const sampleOf = (name: DocumentName, index: number): Payload => printedSamples(name)[index]!;

const nullsIn = (value: unknown, path = "payload"): string[] =>
  value === null
    ? [path]
    : typeof value === "object"
      ? Object.entries(value as object).flatMap(([key, inner]) => nullsIn(inner, `${path}.${key}`))
      : [];

const NOTICES = ["channel.paused", "channel.resumed"] as const;
const tenant = {
  organization: { id: "o-1", number: 3, name: "Plant 7", slug: "plant-7" },
  project: { id: "p-1", number: 4, name: "Line A", slug: "line-a" },
  baseUrl: "https://andon.plant.test",
};
const NOW = Date.UTC(2026, 3, 4, 10, 30, 5, 678);
const testOf = (event: TellableEvent): Message => sampleMessages(tenant, [event], NOW)[0]!;

describe("StatusPulse", () => {
  test("an opened and a resolved incident are the document's samples, value by value", () => {
    expect(compose("statuspulse", "incident.opened")).toEqual(sampleOf("statuspulse", 0));
    expect(compose("statuspulse", "incident.resolved")).toEqual(sampleOf("statuspulse", 1));
    expectSameShape(sampleOf("statuspulse", 0), compose("statuspulse", "incident.opened"), { isExact: true });
    expectSameShape(sampleOf("statuspulse", 1), compose("statuspulse", "incident.resolved"), {
      isExact: true,
    });
  });

  test("an update says what is new beside what the probe saw", () => {
    const updated = compose("statuspulse", "incident.updated");
    expect(updated).toMatchObject({
      event_type: "incident_updated",
      incident_id: "INC-8842-ALPHA",
      status: "identified",
      updated_at: "2024-03-15T14:32:01Z",
    });
    expectSameShape(sampleOf("statuspulse", 0)["details"], updated["details"]);
    expect(updated["details"]).toHaveProperty("message", "A cache went stale. @channel <!here> *all*");
  });

  const manual = (event: TellableEvent, changes: Payload = {}): Message => {
    const message = MESSAGES[event]!;
    const incident = {
      ...message.incident!,
      monitor: null,
      probe: null,
      finalResponseCode: null,
      isAutoResolved: false,
      engineerNotes: "",
      source: { kind: "person" as const, id: null },
      ...changes,
    };
    return { ...message, incident };
  };

  test("an incident that a person opened has the same fields, and the service's name for the monitor's", () => {
    const opened = compose("statuspulse", manual("incident.opened"));
    expectSameShape(sampleOf("statuspulse", 0), opened, { isExact: true });
    expect(opened).toMatchObject({
      monitor_name: "Checkout <b>API</b> & more",
      details: { endpoint: "", response_code: 0, latency_ms: 0, region: "" },
    });
    const resolved = compose("statuspulse", manual("incident.resolved"));
    expectSameShape(sampleOf("statuspulse", 1), resolved, { isExact: true });
    expect(resolved["details"]).toEqual({
      downtime_duration_seconds: 2_623,
      final_response_code: 0,
      auto_resolved: false,
      engineer_notes: "",
    });
    const withoutService = compose("statuspulse", manual("incident.opened", { services: [] }));
    expect(withoutService["monitor_name"]).toBe("checkout-api-prod is down");
  });

  test("an incident of a monitor that a person resolved keeps the last answer of the endpoint", () => {
    const message = MESSAGES["incident.resolved"]!;
    const incident = { ...message.incident!, finalResponseCode: null, isAutoResolved: false };
    expect(compose("statuspulse", { ...message, incident })["details"]).toMatchObject({
      final_response_code: 503,
      auto_resolved: false,
    });
  });

  test("an endpoint that could not be reached has response code 0, and no downtime is negative", () => {
    const message = MESSAGES["incident.resolved"]!;
    const incident = {
      ...message.incident!,
      probe: { ...message.incident!.probe!, responseCode: 0 },
      openedAt: message.at + 5_000,
      resolvedAt: message.at,
    };
    expect(
      compose("statuspulse", { ...message, event: "incident.opened", incident })["details"],
    ).toHaveProperty("response_code", 0);
    expect(compose("statuspulse", { ...message, incident })["details"]).toHaveProperty(
      "downtime_duration_seconds",
      0,
    );
  });

  test("its own names of events are accepted beside the dotted ones", () => {
    const aliases = webhook.eventAliases(parse("statuspulse"));
    expect(aliases["incident_opened"]).toEqual(["incident.opened"]);
    expect(aliases["incident_updated"]).toEqual(["incident.updated"]);
    expect(aliases["incident_resolved"]).toEqual(["incident.resolved"]);
    expect(aliases["alert_triggered"]).toEqual(["alert.triggered"]);
  });
});

describe("Roboticks", () => {
  for (const [event, status] of [
    ["alert.triggered", "active"],
    ["alert.acknowledged", "acknowledged"],
    ["alert.resolved", "resolved"],
  ] as const)
    test(`${event} has the sample's fields, and is ${status}`, () => {
      const payload = compose("roboticks", event);
      expectSameShape(sampleOf("roboticks", 0), payload, { isExact: true });
      expect(payload).toMatchObject({
        event_type: event,
        alert: { id: 42, rule_id: 7, status },
        device: { id: 12, name: "CNC Mill #1", type: "mill", status: "online" },
        links: {
          alert: "https://andon.plant.test/alerts/42",
          device: "https://andon.plant.test/devices/12",
        },
      });
    });

  test("what stands in for a device has a link that opens", () => {
    const message = MESSAGES["alert.triggered"]!;
    const linkOf = (machineType: string): unknown => {
      const alert = { ...message.alert!, machineId: "s1", machineNumber: 0, machineType };
      return (compose("roboticks", { ...message, alert })["links"] as Payload)["device"];
    };
    expect(linkOf("service")).toBe("https://andon.plant.test/services/s1");
    expect(linkOf("monitor")).toBe("https://andon.plant.test/monitors/s1");
    expect(linkOf("external")).toBe("https://andon.plant.test/alerts/42");
  });

  test("an escalation is the alert, and who was waited for", () => {
    const { escalation, ...rest } = compose("roboticks", "alert.escalated");
    expectSameShape(sampleOf("roboticks", 0), rest, { isExact: true });
    expect(rest["event_type"]).toBe("alert.escalated");
    expect(escalation).toEqual({ policy_name: "Critical, 15 min", wait_minutes: 15, step: 0 });
  });
});

describe("Alert24", () => {
  test("a service that changed is the document's sample", () => {
    expect(compose("alert24", "service.status_changed")).toEqual(sampleOf("alert24", 1));
  });

  test("alerts and incidents become the status of what they are about, in words that receivers map", () => {
    const statusOf = (event: string) => {
      const { service_name, status } = compose("alert24", event);
      return [service_name, status];
    };
    expect(statusOf("alert.triggered")).toEqual(["CNC Mill #1", "down"]);
    expect(statusOf("alert.resolved")).toEqual(["CNC Mill #1", "operational"]);
    expect(statusOf("incident.opened")).toEqual(["Checkout <b>API</b> & more", "down"]);
    expect(statusOf("incident.resolved")).toEqual(["Checkout <b>API</b> & more", "operational"]);
  });

  test("a test takes no service down, and a notice about a channel has no status at all", () => {
    expect(compose("alert24", "channel.test")).toMatchObject({ status: "operational", test: true });
    expect(compose("alert24", "channel.paused")).not.toHaveProperty("status");
  });
});

describe("AnyPing", () => {
  test("its payload is Andon's, whatever the event", () => {
    for (const event of Object.keys(MESSAGES))
      expect([event, compose("anyping", event)]).toEqual([event, compose("andon", event)]);
  });
});

describe("Standard Webhooks", () => {
  test("type, timestamp and data, and nothing else at the top", () => {
    for (const event of Object.keys(MESSAGES)) {
      const { test: _test, ...payload } = compose("standard-webhooks", event);
      expect(Object.keys(payload)).toEqual(["type", "timestamp", "data"]);
      const { event: type, timestamp, ...data } = compose("andon", event);
      expect(payload).toEqual({ type, timestamp, data });
    }
  });
});

describe("CloudEvents", () => {
  /** CloudEvents 1.0: names of attributes, and what the JSON format adds. */
  const ATTRIBUTE = /^[a-z0-9]{1,20}$/;

  test("every event keeps the rules for attributes", () => {
    for (const event of Object.keys(MESSAGES)) {
      const payload = compose("cloudevents", event);
      const { data, ...attributes } = payload;
      for (const [name, value] of Object.entries(attributes)) {
        expect(name).toMatch(ATTRIBUTE);
        expect(["string", "boolean"]).toContain(typeof value);
        expect(value).not.toBe("");
      }
      expect(payload).toMatchObject({
        specversion: "1.0",
        type: `andon.${event}`,
        source: "https://andon.plant.test/organizations/plant-7",
        datacontenttype: "application/json",
      });
      expect(payload["time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(data).toEqual(compose("andon", event));
    }
    expect(webhook.compose(MESSAGES["alert.triggered"]!, parse("cloudevents")).contentType).toBe(
      "application/cloudevents+json",
    );
  });

  test("the ID is the event's own: equal for the same one, different for any other", () => {
    const ids = Object.keys(MESSAGES).map((event) => compose("cloudevents", event)["id"]);
    expect(new Set(ids).size).toBe(ids.length);
    const message = MESSAGES["alert.triggered"]!;
    expect(compose("cloudevents", structuredClone(message))["id"]).toBe(ids[0]);
    // Within the same second: the payload alone could not tell them apart.
    expect(compose("cloudevents", { ...message, at: message.at + 1 })["id"]).not.toBe(ids[0]);
  });
});

describe("Alertmanager", () => {
  const KEYS = {
    top: [
      "receiver",
      "status",
      "alerts",
      "groupLabels",
      "commonLabels",
      "commonAnnotations",
      "externalURL",
      "version",
      "groupKey",
      "truncatedAlerts",
    ],
    alert: ["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"],
  };
  const alertIn = (payload: Payload): Payload => (payload["alerts"] as Payload[])[0]!;

  test("every event has exactly version 4's fields", () => {
    for (const event of Object.keys(MESSAGES).filter((name) => !name.startsWith("channel."))) {
      const payload = compose("alertmanager", event);
      expect([event, Object.keys(payload)]).toEqual([event, KEYS.top]);
      expect(payload["alerts"]).toHaveLength(1);
      const alert = alertIn(payload);
      expect(Object.keys(alert)).toEqual(KEYS.alert);
      expect(alert["status"]).toBe(payload["status"]);
      expect(["firing", "resolved"]).toContain(String(payload["status"]));
      expect(payload).toMatchObject({ version: "4", truncatedAlerts: 0 });
      for (const [name, value] of Object.entries(alert["labels"] as Payload)) {
        expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
        expect([name, typeof value, value === ""]).toEqual([name, "string", false]);
      }
      expect(alert["labels"]).toHaveProperty("alertname");
      expect(alert["endsAt"] === "0001-01-01T00:00:00Z").toBe(payload["status"] === "firing");
      expect(nullsIn(payload)).toEqual([]);
    }
  });

  test("what ends something has the identity of what began it, also after a change of severity", () => {
    const identity = (message: Message): unknown[] => {
      const payload = compose("alertmanager", message);
      return [payload["groupKey"], alertIn(payload)["fingerprint"]];
    };
    const triggered = MESSAGES["alert.triggered"]!;
    const resolved = MESSAGES["alert.resolved"]!;
    expect(identity(resolved)).toEqual(identity(triggered));
    expect(identity({ ...resolved, alert: { ...resolved.alert!, severity: "warning" } })).toEqual(
      identity(triggered),
    );
    expect(identity({ ...triggered, alert: { ...triggered.alert!, machineName: "Press 7" } })).not.toEqual(
      identity(triggered),
    );
    expect(identity(MESSAGES["incident.resolved"]!)).toEqual(identity(MESSAGES["incident.opened"]!));
    const service = MESSAGES["service.status_changed"]!;
    expect(identity({ ...service, service: { ...service.service!, status: "operational" } })).toEqual(
      identity(service),
    );
  });

  test("labels of a machine can't take the place of ours, and odd names become valid ones", () => {
    const message = MESSAGES["alert.triggered"]!;
    const labels = { alertname: "forged", severity: "none", "9 lives": "x", "a-b.c": "y", empty: "" };
    const found = alertIn(compose("alertmanager", { ...message, alert: { ...message.alert!, labels } }))[
      "labels"
    ];
    expect(found).toMatchObject({
      alertname: "Spindle too hot",
      severity: "critical",
      _9_lives: "x",
      a_b_c: "y",
    });
    expect(found).not.toHaveProperty("empty");
  });

  test("the fingerprint is the one that Alertmanager gives the same labels", () => {
    // Taken from a payload that an Alertmanager sent.
    const labels = {
      severity: "info",
      alert_name: "Check_LowDiskSpace",
      alert_source: "AM",
      alertname: "Check_LowDiskSpace",
      device: "overlay",
      fstype: "overlay",
      instance: "node-exporter-ubuntu:9100",
      job: "node-exporter",
      monitor: "AM-Body-Check",
      mountpoint: "/",
    };
    expect(labelFingerprint(labels)).toBe("cfa231e7b7342048");
    expect(labelFingerprint({})).toBe("cbf29ce484222325");
  });
});

describe("defaults", () => {
  const EVERYTHING = TELLABLE_EVENTS.filter((event) => !event.startsWith("channel."));
  const MINUTES = (...minutes: number[]): number[] => minutes.map((minute) => minute * 60);
  const HALTLESS = [30, 120, 600];
  const TABLE: Record<string, [number, number[], string, boolean, readonly string[], string]> = {
    andon: [5, HALTLESS, "fail_delivery", false, EVERYTHING, "channel.test"],
    haltless: [5, HALTLESS, "fail_delivery", false, ["alert.triggered", "alert.escalated"], "channel.test"],
    statuspulse: [
      10,
      MINUTES(1, 5, 15, 60),
      "pause_channel",
      true,
      ["incident.opened", "incident.updated", "incident.resolved"],
      "incident.opened",
    ],
    anyping: [10, HALTLESS, "fail_delivery", false, EVERYTHING, "channel.test"],
    roboticks: [
      30,
      MINUTES(1, 5, 30, 120),
      "fail_channel",
      false,
      ["alert.triggered", "alert.resolved", "alert.acknowledged"],
      "alert.triggered",
    ],
    alert24: [5, HALTLESS, "fail_delivery", false, ["service.status_changed"], "channel.test"],
    "standard-webhooks": [5, HALTLESS, "fail_delivery", false, EVERYTHING, "channel.test"],
    cloudevents: [5, HALTLESS, "fail_delivery", false, EVERYTHING, "channel.test"],
    alertmanager: [5, HALTLESS, "fail_delivery", false, EVERYTHING, "channel.test"],
    custom: [5, HALTLESS, "fail_delivery", false, EVERYTHING, "channel.test"],
  };

  test("of each dialect are those of its document", () => {
    expect([...dialects.keys()].sort()).toEqual(Object.keys(TABLE).sort());
    for (const [
      name,
      [seconds, delays, whenExhausted, handshake, defaultEvents, testEvent],
    ] of Object.entries(TABLE)) {
      const config = parse(name);
      expect([name, webhook.behaviour(config)]).toEqual([
        name,
        {
          timeoutMs: seconds * 1_000,
          retryDelaysSeconds: delays,
          jitter: true,
          defaultEvents: [...defaultEvents] as TellableEvent[],
          whenExhausted: whenExhausted as "fail_delivery",
          pauseAfterFailures: null,
          ordered: false,
          handshake,
        },
      ]);
      expect([name, webhook.testEvents(config)]).toEqual([name, [testEvent as TellableEvent]]);
    }
  });

  test("of signature headers are those that the documents' handlers read", () => {
    const signed = Object.fromEntries(
      [...dialects.values()].map(({ name, signatures }) => [name, signatures]),
    );
    expect(signed).toEqual({
      andon: [],
      haltless: [],
      statuspulse: [{ header: "X-StatusPulse-Signature", format: "hex" }],
      anyping: [{ header: "X-Anyping-Signature", format: "hex" }],
      roboticks: [{ header: "X-Roboticks-Signature", format: "sha256=hex" }],
      alert24: [{ header: "X-Webhook-Signature", format: "hex" }],
      "standard-webhooks": [],
      cloudevents: [],
      alertmanager: [],
      custom: [],
    });
  });

  test("can be overridden, but for the payload's shape", () => {
    const behaviour = webhook.behaviour(
      parse("roboticks", { timeout_seconds: 7, retry: "haltless", pause_after_failures: 2 }),
    );
    expect(behaviour).toMatchObject({
      timeoutMs: 7_000,
      retryDelaysSeconds: HALTLESS,
      pauseAfterFailures: 2,
    });
    const own = parse("statuspulse", {
      method: "PUT",
      secret: "a secret of ours",
      signature: { header: "X-Other", format: "base64" },
    });
    expect(own).toMatchObject({ method: "PUT", signatures: [{ header: "X-Other", format: "base64" }] });
  });
});

describe("events that a document has not", () => {
  test("come in Andon's shape, under the dialect's own key as well", () => {
    for (const event of ["alert.triggered", "service.status_changed", ...NOTICES])
      expect(compose("statuspulse", event)).toEqual({
        event_type: event.replace(".", "_"),
        ...compose("andon", event),
      });
    for (const event of ["incident.opened", "service.status_changed", ...NOTICES])
      expect(compose("roboticks", event)).toEqual({ event_type: event, ...compose("andon", event) });
    for (const event of ["incident.opened", "service.status_changed", ...NOTICES])
      expect(compose("haltless", event)).toEqual(compose("andon", event));
  });

  test("notices about channels hold Andon's shape in every dialect", () => {
    for (const event of NOTICES) {
      const notice = compose("andon", event);
      for (const name of dialects.keys()) {
        const payload = compose(name, event);
        if (name === "standard-webhooks") {
          const { event: _event, timestamp: _timestamp, ...data } = notice;
          expect(payload["data"]).toEqual(data);
        } else if (name === "cloudevents") expect(payload["data"]).toEqual(notice);
        else if (name === "custom") expect(payload["channel"]).toEqual(notice["channel"]);
        else expect(payload).toMatchObject(notice);
      }
    }
  });
});

describe("tests", () => {
  test("are complete in the dialect's shape, and say that they are tests", () => {
    for (const [name, dialect] of dialects) {
      const payload = compose(name, testOf(dialect.testEvent));
      expect([name, payload["test"]]).toEqual([name, true]);
    }
    const of = (name: string) => {
      const { test: _test, ...payload } = compose(name, testOf(dialects.get(name)!.testEvent));
      return payload;
    };
    expectSameShape(sampleOf("statuspulse", 0), of("statuspulse"), { isExact: true });
    expectSameShape(sampleOf("roboticks", 0), of("roboticks"), { isExact: true });
    expectSameShape(sampleOf("alert24", 1), of("alert24"));
    for (const name of ["andon", "haltless", "anyping", "alert24"])
      expect(of(name)).toMatchObject({ event: "channel.test", alert: { machine_name: "CNC Mill #1" } });
  });

  test("samples of all kinds tell of one alert, one incident and one service", () => {
    const all = sampleMessages(tenant, TELLABLE_EVENTS, NOW);
    const sample = (event: TellableEvent): Message => all.find((message) => message.event === event)!;
    for (const event of TELLABLE_EVENTS) {
      const message = sample(event);
      expect(message).toMatchObject({ event, test: true });
      for (const name of ["statuspulse", "roboticks"]) expect(compose(name, message)["test"]).toBe(true);
    }
    expect(sample("alert.resolved").alert?.id).toBe(sample("alert.triggered").alert?.id ?? "");
    expect(sample("alert.resolved").alert).toMatchObject({ status: "resolved", resolvedAt: NOW });
    expect(sample("incident.resolved").incident?.id).toBe(sample("incident.opened").incident?.id ?? "");
    expect(nullsIn(compose("statuspulse", sample("incident.opened")))).toEqual([]);
    expect(compose("statuspulse", sample("incident.resolved"))["details"]).toHaveProperty(
      "downtime_duration_seconds",
      1_800,
    );
  });
});
