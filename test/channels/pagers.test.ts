// PagerDuty, Opsgenie and Jira Service Management: one page from its beginning to its end under one key,
// acknowledged when we are, and sizes that the services take.
import { describe, expect, test } from "bun:test";
import type { Message, SendResult } from "../../src/channels/channel";
import { opsgenie } from "../../src/channels/opsgenie";
import { pagerduty } from "../../src/channels/pagerduty";
import { hugeMessage } from "./suite/hostile";
import { MESSAGES } from "./suite/samples";

const CONTEXT = { deliveryId: "d", now: 0, version: "1" };
const KEY = "canary0001routing0002key00000003";

const answer = (
  statusCode: number,
  responseBody = "",
  responseHeaders: Record<string, string> = {},
): SendResult => ({
  statusCode,
  failure: null,
  responseHeaders,
  responseBody,
});

const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? undefined);

describe("PagerDuty", () => {
  const config = pagerduty.parse({ routing_key: KEY });
  const eventOf = (message: Message): Record<string, unknown> =>
    JSON.parse(textOf(pagerduty.request(pagerduty.compose(message, config), config, CONTEXT).body)) as Record<
      string,
      unknown
    >;

  test("each event is the action that it means, under the ID of what it is about", () => {
    const alert = MESSAGES["alert.triggered"]!.alert!.id;
    const incident = MESSAGES["incident.opened"]!.incident!.id;
    const service = MESSAGES["service.status_changed"]!.service!.id;
    const channel = MESSAGES["channel.paused"]!.channel!.id;
    const expected: Record<string, [action: string, key: string]> = {
      "alert.triggered": ["trigger", alert],
      "alert.escalated": ["trigger", alert],
      "alert.acknowledged": ["acknowledge", alert],
      "alert.resolved": ["resolve", alert],
      "incident.opened": ["trigger", incident],
      "incident.updated": ["acknowledge", incident],
      "incident.resolved": ["resolve", incident],
      "service.status_changed": ["trigger", service],
      "channel.paused": ["trigger", channel],
      "channel.resumed": ["resolve", channel],
    };
    for (const [name, [action, key]] of Object.entries(expected)) {
      const event = eventOf(MESSAGES[name]!);
      expect([name, event["event_action"], event["dedup_key"], event["routing_key"]]).toEqual([
        name,
        action,
        key,
        KEY,
      ]);
      expect([name, event["payload"] !== undefined]).toEqual([name, action === "trigger"]);
    }
  });

  test("an incident that begins anew is triggered again; a service that works again is resolved", () => {
    const { incident, ...rest } = MESSAGES["incident.updated"]!;
    expect(eventOf({ ...rest, incident: { ...incident!, status: "investigating" } })["event_action"]).toBe(
      "trigger",
    );
    const { service, ...others } = MESSAGES["service.status_changed"]!;
    expect(eventOf({ ...others, service: { ...service!, status: "operational" } })["event_action"]).toBe(
      "resolve",
    );
  });

  test("severities are PagerDuty's four words", () => {
    const severityOf = (message: Message): unknown =>
      (eventOf(message)["payload"] as { severity: string }).severity;
    const { alert, ...rest } = MESSAGES["alert.triggered"]!;
    for (const severity of ["critical", "warning", "info"] as const)
      expect(severityOf({ ...rest, alert: { ...alert!, severity } })).toBe(severity);
    const { incident, ...others } = MESSAGES["incident.opened"]!;
    const words = { critical: "critical", major: "error", minor: "warning" } as const;
    for (const [severity, word] of Object.entries(words))
      expect(
        severityOf({ ...others, incident: { ...incident!, severity: severity as keyof typeof words } }),
      ).toBe(word);
  });

  test("hosts: US, EU, and a server of one's own", () => {
    const urlOf = (given: Record<string, unknown>): string => {
      const parsed = pagerduty.parse({ routing_key: KEY, ...given });
      return pagerduty.request(pagerduty.compose(MESSAGES["alert.triggered"]!, parsed), parsed, CONTEXT).url;
    };
    expect(urlOf({})).toBe("https://events.pagerduty.com/v2/enqueue");
    expect(urlOf({ region: "eu" })).toBe("https://events.eu.pagerduty.com/v2/enqueue");
    expect(urlOf({ region: "eu", server: "http://relay.plant.test/pd/" })).toBe(
      "http://relay.plant.test/pd/v2/enqueue",
    );
  });

  test("what is too large loses its details, not the page", () => {
    const message = hugeMessage("alert.triggered", "👩🏽‍🏭".repeat(3_000));
    const event = eventOf(message);
    const payload = event["payload"] as Record<string, unknown>;
    expect(payload["custom_details"]).toBeUndefined();
    expect(String(payload["summary"])).toStartWith("Critical: ");
    expect(JSON.stringify(event).length).toBeLessThan(10_000);
    expect(eventOf(MESSAGES["alert.triggered"]!)["payload"] as object).toHaveProperty("custom_details");
  });

  test("labels and facts can't reach the prototype", () => {
    const { alert, ...rest } = MESSAGES["alert.triggered"]!;
    const labels = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, string>;
    const { payload } = eventOf({ ...rest, alert: { ...alert!, labels } }) as {
      payload: { custom_details: Record<string, string> };
    };
    expect(payload.custom_details["label __proto__"]).toBe("x");
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("answers: a wrong key is named, a throttled event waits for a minute or as long as is asked", () => {
    const judge = (result: SendResult) => pagerduty.judge(result, config);
    expect(judge(answer(400, '{"errors":["\'routing_key\' is incorrect"]}'))).toMatchObject({
      outcome: "auth_error",
      retry: false,
    });
    expect(judge(answer(400, '{"errors":["\'payload.summary\' is missing"]}'))).toMatchObject({
      outcome: "client_error",
      retry: false,
    });
    expect(judge(answer(429))).toMatchObject({ outcome: "rate_limited", retry: true, retryAfterMs: 60_000 });
    expect(judge(answer(429, "", { "retry-after": "7" })).retryAfterMs).toBeUndefined();
    expect(judge(answer(502))).toMatchObject({ outcome: "server_error", retry: true });
  });
});

describe("Opsgenie and Jira Service Management", () => {
  const requestOf = (name: string, given: Record<string, unknown> = {}) => {
    const config = opsgenie.parse({ api_key: "canary-0001-genie-0002", ...given });
    const request = opsgenie.request(opsgenie.compose(MESSAGES[name]!, config), config, CONTEXT);
    return { ...request, json: JSON.parse(textOf(request.body)) as Record<string, unknown> };
  };
  const alias = MESSAGES["alert.triggered"]!.alert!.id;

  test("create, acknowledge and close go to their own addresses, by alias", () => {
    const base = "https://api.opsgenie.com/v2/alerts";
    expect(requestOf("alert.triggered").url).toBe(base);
    expect(requestOf("alert.triggered").json["alias"]).toBe(alias);
    expect(requestOf("alert.escalated").url).toBe(base);
    expect(requestOf("alert.acknowledged").url).toBe(`${base}/${alias}/acknowledge?identifierType=alias`);
    expect(requestOf("alert.resolved").url).toBe(`${base}/${alias}/close?identifierType=alias`);
    expect(requestOf("alert.acknowledged").json["user"]).toBe("Kim");
    expect(requestOf("alert.triggered").headers["Authorization"]).toBe("GenieKey canary-0001-genie-0002");
  });

  test("one driver, three services and servers of one's own", () => {
    expect(requestOf("alert.triggered", { region: "eu" }).url).toBe("https://api.eu.opsgenie.com/v2/alerts");
    expect(requestOf("alert.resolved", { region: "jsm" }).url).toBe(
      `https://api.atlassian.com/jsm/ops/integration/v2/alerts/${alias}/close?identifierType=alias`,
    );
    expect(requestOf("alert.triggered", { server: "http://relay.test/og" }).url).toBe(
      "http://relay.test/og/v2/alerts",
    );
  });

  test("priorities by severity", () => {
    const config = opsgenie.parse({ api_key: "canary-0001-genie-0002" });
    const priorityOf = (message: Message): unknown =>
      (JSON.parse(textOf(opsgenie.compose(message, config).body)) as { body: { priority: string } }).body
        .priority;
    const { alert, ...rest } = MESSAGES["alert.triggered"]!;
    const words = { critical: "P1", warning: "P3", info: "P5" } as const;
    for (const [severity, word] of Object.entries(words))
      expect(priorityOf({ ...rest, alert: { ...alert!, severity: severity as keyof typeof words } })).toBe(
        word,
      );
    const { incident, ...others } = MESSAGES["incident.opened"]!;
    expect(priorityOf({ ...others, incident: { ...incident!, severity: "major" } })).toBe("P2");
  });

  test("the same stored bytes give the same request after a change of the key, with the new key", () => {
    const before = opsgenie.parse({ api_key: "canary-0001-genie-0002" });
    const composed = opsgenie.compose(MESSAGES["alert.resolved"]!, before);
    const after = opsgenie.parse({ api_key: "canary-0003-genie-0004" });
    const [first, second] = [before, after].map((config) => opsgenie.request(composed, config, CONTEXT));
    expect(second!.body).toEqual(first!.body);
    expect(second!.url).toBe(first!.url);
    expect(second!.headers["Authorization"]).toBe("GenieKey canary-0003-genie-0004");
  });

  test("answers: a wrong key is named, a limit waits for its period", () => {
    const config = opsgenie.parse({ api_key: "canary-0001-genie-0002" });
    const judge = (result: SendResult) => opsgenie.judge(result, config);
    expect(judge(answer(202, '{"result":"Request will be processed"}')).outcome).toBe("delivered");
    expect(judge(answer(422, '{"message":"Key format is not valid!"}'))).toMatchObject({
      outcome: "auth_error",
      retry: false,
    });
    expect(judge(answer(422, '{"message":"Request body is not processable"}'))).toMatchObject({
      outcome: "client_error",
      retry: false,
    });
    expect(judge(answer(429, "", { "x-ratelimit-period-in-sec": "60" })).retryAfterMs).toBe(60_000);
    expect(judge(answer(429, "", { "x-ratelimit-period-in-sec": "soon" })).retryAfterMs).toBeUndefined();
  });
});
