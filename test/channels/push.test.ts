// ntfy, Gotify, Pushover and Apprise: loudness by severity, secrets that only the service sees, alarms that
// repeat until somebody takes care, and answers whose status does not tell the truth.
import { describe, expect, test } from "bun:test";
import { isAppError } from "../../src/core/errors";
import { apprise } from "../../src/channels/apprise";
import type { AnyChannelType, ComposedBody, Message, SendResult } from "../../src/channels/channel";
import { gotify } from "../../src/channels/gotify";
import { ntfy } from "../../src/channels/ntfy";
import { pushover } from "../../src/channels/pushover";
import { channelTypes } from "../../src/channels/registry";
import { MESSAGES } from "./suite/samples";

const CONTEXT = { deliveryId: "d", now: 0, version: "1" };

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

const jsonOf = (bytes: Uint8Array | null): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(bytes ?? undefined)) as Record<string, unknown>;

const storedOf = ({ body }: ComposedBody): Record<string, unknown> => jsonOf(body);

const withSeverity = (name: string, severity: "critical" | "warning" | "info"): Message => {
  const { alert, ...rest } = MESSAGES[name]!;
  return { ...rest, alert: { ...alert!, severity } };
};

const refusalOf = (type: AnyChannelType | undefined, given: Record<string, unknown>): string | null => {
  try {
    type?.parse(given);
    return null;
  } catch (error) {
    return isAppError(error, "invalid") ? (error.context.field ?? "") : String(error);
  }
};

describe("ntfy", () => {
  const given = { server: "http://ntfy.plant.test/", topic: "plant-7" };
  const config = ntfy.parse(given);

  test("priorities by severity; what is taken care of or over is ordinary", () => {
    const priorityOf = (message: Message): unknown => storedOf(ntfy.compose(message, config))["priority"];
    expect(
      (["critical", "warning", "info"] as const).map((one) =>
        priorityOf(withSeverity("alert.triggered", one)),
      ),
    ).toEqual([5, 4, 3]);
    expect(priorityOf(withSeverity("alert.escalated", "critical"))).toBe(5);
    for (const name of ["alert.acknowledged", "alert.resolved", "incident.resolved"])
      expect([name, priorityOf(MESSAGES[name]!)]).toEqual([name, 3]);
    // News about an incident that everybody knows is a step softer.
    expect(priorityOf(MESSAGES["incident.opened"]!)).toBe(5);
    expect(priorityOf(MESSAGES["incident.updated"]!)).toBe(4);
  });

  test("the topic is added at the root of the server when it is sent, and is not in what is stored", () => {
    const composed = ntfy.compose(MESSAGES["alert.triggered"]!, config);
    expect(new TextDecoder().decode(composed.body)).not.toContain("plant-7");
    const request = ntfy.request(composed, config, CONTEXT);
    expect([request.url, jsonOf(request.body)["topic"]]).toEqual(["http://ntfy.plant.test/", "plant-7"]);
    expect(request.headers["Authorization"]).toBeUndefined();
    expect(ntfy.parse({ topic: "x" }).server).toBe("https://ntfy.sh");
  });

  test("a token, or a name with its password, and nothing in between", () => {
    const authorization = (more: Record<string, unknown>): string | undefined => {
      const parsed = ntfy.parse({ ...given, ...more });
      return ntfy.request(ntfy.compose(MESSAGES["alert.triggered"]!, parsed), parsed, CONTEXT).headers[
        "Authorization"
      ];
    };
    expect(authorization({ token: "tk_1" })).toBe("Bearer tk_1");
    expect(authorization({ username: "andon", password: "pä" })).toBe(
      `Basic ${Buffer.from("andon:pä").toString("base64")}`,
    );
    const type = channelTypes.get("ntfy");
    expect(refusalOf(type, { ...given, username: "andon" })).toBe("config.password");
    expect(refusalOf(type, { ...given, password: "x" })).toBe("config.username");
    expect(refusalOf(type, { ...given, token: "t", username: "a", password: "b" })).toBe("config.token");
    expect(refusalOf(type, { ...given, token: "tk_1\n" })).toBe("config.token");
    expect(refusalOf(type, { ...given, call: "yes" })).toBe("config.call");
    expect(refusalOf(type, { ...given, token: "tk_1", call: "0170 1234567" })).toBe("config.call");
    expect(refusalOf(type, { ...given, topic: "a/b" })).toBe("config.topic");
    expect(refusalOf(type, { ...given, server: "http://ntfy.plant.test/?x=1" })).toBe("config.server");
  });
});

describe("a phone call by ntfy", () => {
  test("rings when something critical begins, and for nothing else", () => {
    const config = ntfy.parse({ topic: "plant-7", token: "tk_1", call: "+49 170 1234567" });
    const callOf = (message: Message): unknown => storedOf(ntfy.compose(message, config))["call"];
    expect(callOf(withSeverity("alert.triggered", "critical"))).toBe("+491701234567");
    expect(callOf(withSeverity("alert.escalated", "critical"))).toBe("+491701234567");
    for (const message of [
      withSeverity("alert.triggered", "warning"),
      MESSAGES["alert.acknowledged"]!,
      MESSAGES["alert.resolved"]!,
      MESSAGES["incident.updated"]!,
    ])
      expect(callOf(message)).toBeUndefined();
  });
});

describe("Gotify", () => {
  test("the token travels in a header, the address holds none", () => {
    const config = gotify.parse({ server: "https://gotify.plant.test", token: "Abc.12345" });
    const request = gotify.request(gotify.compose(MESSAGES["alert.triggered"]!, config), config, CONTEXT);
    expect(request.url).toBe("https://gotify.plant.test/message");
    expect(request.headers["X-Gotify-Key"]).toBe("Abc.12345");
    expect(jsonOf(request.body)["priority"]).toBe(10);
  });

  test("a web page that answers 200 has not taken a message", () => {
    const config = gotify.parse({ server: "https://gotify.plant.test", token: "Abc.12345" });
    const page = answer(200, "<!doctype html>", { "content-type": "text/html; charset=utf-8" });
    expect(gotify.judge(page, config)).toMatchObject({ outcome: "client_error", retry: false });
    const json = answer(200, '{"id":1}', { "content-type": "application/json" });
    expect(gotify.judge(json, config).outcome).toBe("delivered");
  });
});

describe("Pushover", () => {
  const given = { token: "app-token-0001", user: "user-key-0002" };
  const config = pushover.parse(given);
  const bodyOf = (message: Message, more: Record<string, unknown> = {}): Record<string, unknown> => {
    const parsed = pushover.parse({ ...given, ...more });
    return storedOf(pushover.compose(message, parsed))["body"] as Record<string, unknown>;
  };
  const allOf = (message: Message, more: Record<string, unknown> = {}) => {
    const parsed = pushover.parse({ ...given, ...more });
    return pushover.composeEach!(message, parsed).map((composed) => {
      const request = pushover.request(composed, parsed, CONTEXT);
      return { path: new URL(request.url).pathname, json: jsonOf(request.body) };
    });
  };

  test("critical repeats until somebody confirms, the rest is told once", () => {
    expect(bodyOf(withSeverity("alert.triggered", "critical"))).toMatchObject({
      priority: 2,
      retry: 60,
      expire: 3_600,
    });
    expect(bodyOf(withSeverity("alert.triggered", "critical"), { emergency: false })["priority"]).toBe(1);
    expect(bodyOf(withSeverity("alert.triggered", "critical"), { emergency: false })).not.toHaveProperty(
      "retry",
    );
    expect(bodyOf(withSeverity("alert.triggered", "warning"))["priority"]).toBe(1);
    expect(bodyOf(withSeverity("alert.triggered", "info"))["priority"]).toBe(0);
    expect(bodyOf(MESSAGES["alert.acknowledged"]!)["priority"]).toBe(0);
    expect(bodyOf(MESSAGES["alert.resolved"]!)["priority"]).toBe(0);
    expect(
      bodyOf(withSeverity("alert.triggered", "critical"), { retry_seconds: 30, expire_seconds: 10_800 }),
    ).toMatchObject({ retry: 30, expire: 10_800 });
  });

  test("an acknowledgement and an end stop the alarm, by the tag that it began with", () => {
    const { tags } = bodyOf(MESSAGES["alert.triggered"]!);
    for (const name of ["alert.acknowledged", "alert.resolved"]) {
      const [cancel, message, ...more] = allOf(MESSAGES[name]!);
      expect(cancel).toEqual({
        path: `/1/receipts/cancel_by_tag/${String(tags)}.json`,
        json: { token: "app-token-0001" },
      });
      expect(message!.path).toBe("/1/messages.json");
      expect(message!.json).toMatchObject({ token: "app-token-0001", user: "user-key-0002" });
      expect(more).toEqual([]);
    }
    // Late or not: a phone may still be ringing.
    expect(pushover.isNeededLate!(MESSAGES["alert.resolved"]!, config)).toBe(true);
    expect(pushover.isNeededLate!(MESSAGES["alert.triggered"]!, config)).toBe(false);
    expect(pushover.isNeededLate!(withSeverity("alert.resolved", "warning"), config)).toBe(false);
    // Nothing repeats where nothing was critical, or where repeating is switched off.
    expect(allOf(withSeverity("alert.resolved", "warning")).length).toBe(1);
    expect(allOf(MESSAGES["alert.resolved"]!, { emergency: false }).length).toBe(1);
    expect(allOf(MESSAGES["alert.triggered"]!).length).toBe(1);
    // In one order with the alarm itself: all have one recipient.
    const kinds = ["alert.triggered", "alert.resolved"].flatMap((name) =>
      pushover.composeEach!(MESSAGES[name]!, config).map(({ contentType }) => contentType),
    );
    expect(new Set(kinds).size).toBe(1);
  });

  test("answers: the word in the body counts, a used-up month waits", () => {
    const judge = (result: SendResult) => pushover.judge(result, config);
    expect(judge(answer(200, '{"status":1,"request":"r"}')).outcome).toBe("delivered");
    expect(judge(answer(200, '{"status":0,"errors":["x"]}'))).toMatchObject({
      outcome: "client_error",
      retry: false,
    });
    expect(judge(answer(400, '{"status":0,"errors":["application token is invalid"]}')).reason).toMatch(
      /application token/,
    );
    expect(judge(answer(429, '{"status":0}'))).toMatchObject({ outcome: "rate_limited", retry: true });
    expect(judge(answer(500)).retry).toBe(true);
  });

  test("limits of the service are limits of the settings", () => {
    const type = channelTypes.get("pushover");
    expect(refusalOf(type, { ...given, retry_seconds: 29 })).toBe("config.retry_seconds");
    expect(refusalOf(type, { ...given, expire_seconds: 10_801 })).toBe("config.expire_seconds");
    expect(refusalOf(type, { ...given, retry_seconds: 600, expire_seconds: 300 })).toBe(
      "config.expire_seconds",
    );
    expect(refusalOf(type, { ...given, retry_seconds: 7_200 })).toBeNull();
  });
});

describe("Apprise", () => {
  const server = "http://apprise.plant.test:8000";
  const urls = ["mailto://kim:first-secret@plant.test", "tgram://second-secret/1"];

  test("each URL is a delivery of its own; a key is one for all of its services", () => {
    const config = apprise.parse({ server, urls });
    const bodies = apprise.composeEach!(MESSAGES["alert.triggered"]!, config);
    expect(bodies.length).toBe(2);
    expect(new Set(bodies.map(({ contentType }) => contentType)).size).toBe(2);
    const requests = bodies.map((composed) => apprise.request(composed, config, CONTEXT));
    expect(requests.map(({ url }) => url)).toEqual([`${server}/notify/`, `${server}/notify/`]);
    expect(requests.map(({ body }) => jsonOf(body)["urls"])).toEqual(urls);
    for (const { body } of bodies) expect(new TextDecoder().decode(body)).not.toContain("secret");

    const keyed = apprise.parse({ server, key: "plant", tag: "night" });
    const [one, ...more] = apprise.composeEach!(MESSAGES["alert.triggered"]!, keyed);
    expect(more).toEqual([]);
    const request = apprise.request(one!, keyed, CONTEXT);
    expect(request.url).toBe(`${server}/notify/plant`);
    expect(jsonOf(request.body)).toMatchObject({ tag: "night", format: "text", type: "failure" });
    expect(jsonOf(request.body)).not.toHaveProperty("urls");
  });

  test("a URL that was taken out of the list while its message waited is not replaced by another", () => {
    const before = apprise.parse({ server, urls });
    const second = apprise.composeEach!(MESSAGES["alert.triggered"]!, before)[1]!;
    const after = apprise.parse({ server, urls: [urls[0]!] });
    expect(() => apprise.request(second, after, CONTEXT)).toThrow(RangeError);
  });

  test("types follow what happened", () => {
    const config = apprise.parse({ server, key: "plant" });
    const typeOf = (message: Message): unknown =>
      (storedOf(apprise.compose(message, config))["body"] as Record<string, unknown>)["type"];
    expect(typeOf(withSeverity("alert.triggered", "critical"))).toBe("failure");
    expect(typeOf(withSeverity("alert.triggered", "warning"))).toBe("warning");
    expect(typeOf(withSeverity("alert.triggered", "info"))).toBe("info");
    expect(typeOf(MESSAGES["alert.acknowledged"]!)).toBe("info");
    expect(typeOf(MESSAGES["alert.resolved"]!)).toBe("success");
  });

  test("answers: 204 reached nobody, 424 may reach somebody later", () => {
    const config = apprise.parse({ server, key: "plant" });
    expect(apprise.judge(answer(204), config)).toMatchObject({ outcome: "client_error", retry: false });
    expect(apprise.judge(answer(424), config)).toMatchObject({ outcome: "server_error", retry: true });
    expect(apprise.judge(answer(200), config).outcome).toBe("delivered");
    // What a repetition would tell twice is repeated less often.
    expect(apprise.behaviour(config).retryDelaysSeconds.length).toBe(3);
    expect(apprise.behaviour(apprise.parse({ server, urls })).retryDelaysSeconds.length).toBeGreaterThan(3);
  });

  test("a key or URLs; errors repeat neither", () => {
    const type = channelTypes.get("apprise");
    expect(refusalOf(type, { server })).toBe("config.urls");
    expect(refusalOf(type, { server, urls, key: "plant" })).toBe("config.key");
    expect(refusalOf(type, { server, urls, tag: "night" })).toBe("config.tag");
    expect(refusalOf(type, { server, key: "a b" })).toBe("config.key");
    expect(refusalOf(type, { server, urls: [urls[0]!, "first-secret"] })).toBe("config.urls.1");
    expect(refusalOf(type, { server, urls: Array.from({ length: 21 }, () => urls[0]!) })).toBe("config.urls");
  });
});
