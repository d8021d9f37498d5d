// What native channels make of settings and of answers: each wrong setting refused by its field, each
// answer of a service understood, waits obeyed, addresses that a service would not take left out.
import { describe, expect, test } from "bun:test";
import { isAppError } from "../../src/core/errors";
import type { JudgedOutcome, SendResult } from "../../src/channels/channel";
import { channelTypes } from "../../src/channels/registry";
import { maskSecretUrl, secretsOfUrl } from "../../src/channels/secret-values";
import { redact } from "../../src/lib/secrets";
import { MESSAGES, SAMPLES } from "./suite/samples";
import { httpOf } from "./suite/type-sample";

type Settings = Record<string, unknown>;

const typeOf = (kind: string) => channelTypes.get(kind)!;
const validOf = (kind: string): Settings => structuredClone(SAMPLES[kind]![0]!.config);

const fieldOf = (kind: string, change: Settings): string | null => {
  const settings = { ...validOf(kind), ...change };
  for (const [name, value] of Object.entries(settings)) if (value === undefined) delete settings[name];
  try {
    typeOf(kind).parse(settings);
    return null;
  } catch (error) {
    return isAppError(error, "invalid") ? (error.context.field ?? "") : `no AppError: ${String(error)}`;
  }
};

describe("settings", () => {
  test("the URL of a webhook is a secret address, of whatever host", () => {
    for (const kind of ["slack", "teams", "discord", "mattermost"]) {
      for (const wrong of [
        undefined,
        "",
        17,
        "hooks.slack.com/services/T/B/x",
        "ftp://a.test/x",
        "https://user:pass@a.test/x",
        "https://a.test/\r\nX: y",
        "https://a.test:0/x",
        `https://a.test/${"x".repeat(5_000)}`,
        "https://a.test/••••abcd",
        "••••abcd",
      ])
        expect([kind, wrong, fieldOf(kind, { webhook_url: wrong })]).toEqual([
          kind,
          wrong,
          "config.webhook_url",
        ]);
      // Services move their hosts, and some stand behind a proxy of the plant.
      for (const good of ["https://new-host.example/any/path?sig=abc", `https://a.test/${"x".repeat(3_000)}`])
        expect([kind, fieldOf(kind, { webhook_url: good })]).toEqual([kind, null]);
    }
    expect(fieldOf("google_chat", { webhook_url: "https://chat.googleapis.com/v1/spaces/A/messages" })).toBe(
      "config.webhook_url",
    );
  });

  test("each wrong one is refused with its field", () => {
    const cases: [kind: string, change: Settings, field: string][] = [
      ["discord", { thread_id: "general" }, "config.thread_id"],
      ["discord", { thread_id: 1_234 }, "config.thread_id"],
      ["telegram", { bot_token: "secret" }, "config.bot_token"],
      ["telegram", { bot_token: "123:short" }, "config.bot_token"],
      ["telegram", { bot_token: `1:${"a".repeat(40)}/../x` }, "config.bot_token"],
      ["telegram", { chat_id: "0" }, "config.chat_id"],
      ["telegram", { chat_id: "@a" }, "config.chat_id"],
      ["telegram", { chat_id: "plant alerts" }, "config.chat_id"],
      ["telegram", { chat_id: 1.5 }, "config.chat_id"],
      ["telegram", { thread_id: 0 }, "config.thread_id"],
      ["telegram", { thread_id: "7" }, "config.thread_id"],
      ["telegram", { silent_info: "yes" }, "config.silent_info"],
      ["telegram", { server: "api.telegram.org" }, "config.server"],
      ["telegram", { server: "https://a.test/?x=1" }, "config.server"],
      ["telegram", { server: "http://bot-api.lan:8081", tls: {} }, "config.tls"],
      ["mattermost", { channel: "" }, "config.channel"],
      ["mattermost", { username: "x".repeat(65) }, "config.username"],
      ["mattermost", { tls: { ca: "nonsense" } }, "config.tls.ca"],
      ["matrix", { homeserver: "matrix.plant.test" }, "config.homeserver"],
      ["matrix", { room_id: "#alerts:plant.test" }, "config.room_id"],
      ["matrix", { room_id: "!" }, "config.room_id"],
      ["matrix", { access_token: "a b" }, "config.access_token"],
      ["slack", { channel: "#alerts" }, "config.channel"],
      ["teams", { url: "https://a.test/" }, "config.url"],
    ];
    for (const [kind, change, field] of cases)
      expect([kind, change, fieldOf(kind, change)]).toEqual([kind, change, field]);
  });

  test("what is right in another spelling is taken", () => {
    const good: [kind: string, change: Settings][] = [
      ["telegram", { chat_id: -1_001_234_567_890 }],
      ["telegram", { chat_id: "987654321" }],
      ["telegram", { chat_id: "@plant_alerts" }],
      ["telegram", { server: "http://bot-api.lan:8081/" }],
      ["matrix", { homeserver: "http://matrix.lan:8008" }],
      // Rooms of version 12 name no server.
      ["matrix", { room_id: "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM" }],
    ];
    for (const [kind, change] of good)
      expect([kind, change, fieldOf(kind, change)]).toEqual([kind, change, null]);
  });
});

describe("addresses", () => {
  const urlOf = (kind: string, change: Settings = {}): URL => {
    const type = typeOf(kind);
    const config = type.parse({ ...validOf(kind), ...change });
    const request = type.request(type.compose(MESSAGES["alert.triggered"]!, config), config, {
      deliveryId: "delivery-1",
      now: 0,
      version: "1.0.0",
    });
    return new URL(httpOf(request).url);
  };

  test("Discord is asked to wait for the message, and told the thread", () => {
    const { searchParams } = urlOf("discord", {
      thread_id: "42",
      webhook_url: "https://d.test/api/webhooks/1/t?x=y",
    });
    expect([...searchParams]).toEqual([
      ["x", "y"],
      ["wait", "true"],
      ["thread_id", "42"],
    ]);
  });

  test("Telegram's server may be one of one's own, with a path", () => {
    const token = String(validOf("telegram")["bot_token"]);
    expect(urlOf("telegram").href).toBe(`https://api.telegram.org/bot${token}/sendMessage`);
    expect(urlOf("telegram", { server: "http://bots.lan:8081/api/" }).href).toBe(
      `http://bots.lan:8081/api/bot${token}/sendMessage`,
    );
  });

  test("Matrix's transaction is the delivery: a repetition is the same message", () => {
    expect(urlOf("matrix").href).toBe(
      "https://matrix.plant.test/_matrix/client/v3/rooms/!plantAlerts%3Aplant.test/send/m.room.message/delivery-1",
    );
  });

  test("Google Chat is asked to answer in the thread", () => {
    expect(urlOf("google_chat").searchParams.get("messageReplyOption")).toBe(
      "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
    );
  });

  test("a bare host name, as plants have them, becomes a text where a service would refuse a button", () => {
    const message = { ...MESSAGES["alert.triggered"]!, baseUrl: "http://andon:8080" };
    const bodyOf = (kind: string): string =>
      new TextDecoder().decode(typeOf(kind).compose(message, typeOf(kind).parse(validOf(kind))).body);
    for (const kind of ["slack", "discord", "telegram"]) {
      expect([kind, bodyOf(kind).includes("http://andon:8080/alerts/42")]).toEqual([kind, true]);
      expect([kind, bodyOf(kind).includes('"url":"http://andon')]).toEqual([kind, false]);
    }
    expect(bodyOf("teams")).toContain('"url":"http://andon:8080/alerts/42"');
  });
});

describe("secret addresses", () => {
  const URLS = [
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "https://a.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=a-B_c%2Bd0123456789",
  ];

  test("show their host and four characters", () => {
    expect(URLS.map(maskSecretUrl)).toEqual([
      "https://hooks.slack.com/••••XXXX",
      "https://a.environment.api.powerplatform.com/••••6789",
    ]);
    expect(maskSecretUrl("https://a.test/short")).toBe("https://a.test/••••");
    expect(maskSecretUrl("https://a.test/")).toBe("https://a.test/••••");
  });

  test("are cut out of an answer whole, in parts, decoded or not; ordinary words stay", () => {
    for (const url of URLS) {
      const secrets = secretsOfUrl(url);
      const { pathname, search, searchParams } = new URL(url);
      for (const echo of [
        url,
        pathname + search,
        ...pathname.split("/").slice(-1),
        searchParams.get("sig") ?? url,
      ]) {
        const seen = redact(`got ${echo} here`, secrets);
        expect(seen).not.toContain("XXXXXXXX");
        expect(seen).not.toContain("0123456789");
      }
    }
    expect(redact("services and workflows are invoked manually", URLS.flatMap(secretsOfUrl))).toBe(
      "services and workflows are invoked manually",
    );
  });
});

describe("answers", () => {
  interface Case {
    kind: string;
    status: number;
    body: string | Record<string, unknown>;
    headers?: Record<string, string>;
    outcome: JudgedOutcome;
    retry: boolean;
    reason?: RegExp;
    retryAfterMs?: number;
  }
  const HIDDEN = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error";
  const CASES: Case[] = [
    { kind: "slack", status: 200, body: "ok", outcome: "delivered", retry: false },
    {
      kind: "slack",
      status: 404,
      body: "no_service",
      outcome: "client_error",
      retry: false,
      reason: /switched off.*no_service/,
    },
    {
      kind: "slack",
      status: 403,
      body: "invalid_token",
      outcome: "auth_error",
      retry: false,
      reason: /revoked/,
    },
    {
      kind: "slack",
      status: 410,
      body: "channel_is_archived",
      outcome: "client_error",
      retry: false,
      reason: /archived/,
    },
    { kind: "slack", status: 400, body: "invalid_blocks", outcome: "client_error", retry: false },
    {
      kind: "slack",
      status: 500,
      body: "rollup_error",
      outcome: "server_error",
      retry: true,
      reason: /internal fault/,
    },
    { kind: "slack", status: 200, body: "invalid_payload", outcome: "client_error", retry: false },
    { kind: "slack", status: 429, body: "", outcome: "rate_limited", retry: true },
    { kind: "teams", status: 202, body: "", outcome: "delivered", retry: false },
    { kind: "teams", status: 200, body: "1", outcome: "delivered", retry: false },
    {
      kind: "teams",
      status: 200,
      body: `${HIDDEN} 429 with ContextId tcid=0..`,
      outcome: "rate_limited",
      retry: true,
      retryAfterMs: 15_000,
    },
    {
      kind: "teams",
      status: 200,
      body: `${HIDDEN} 413 with ContextId tcid=0..`,
      outcome: "client_error",
      retry: false,
      reason: /answered 413/,
    },
    {
      kind: "teams",
      status: 200,
      body: `${HIDDEN} 403 with ContextId tcid=0..`,
      outcome: "auth_error",
      retry: false,
    },
    {
      kind: "teams",
      status: 200,
      body: `${HIDDEN} 500 with ContextId tcid=0..`,
      outcome: "server_error",
      retry: true,
    },
    {
      kind: "teams",
      status: 200,
      body: "Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint",
      outcome: "server_error",
      retry: true,
    },
    {
      kind: "teams",
      status: 429,
      body: "",
      headers: { "retry-after": "9" },
      outcome: "rate_limited",
      retry: true,
    },
    {
      kind: "teams",
      status: 404,
      body: { error: { code: "WorkflowNotFound", message: "x" } },
      outcome: "client_error",
      retry: false,
      reason: /workflow was removed/,
    },
    {
      kind: "teams",
      status: 401,
      body: { error: { code: "DirectApiAuthorizationRequired" } },
      outcome: "auth_error",
      retry: false,
      reason: /URL is incomplete/,
    },
    { kind: "discord", status: 200, body: { id: "1" }, outcome: "delivered", retry: false },
    { kind: "discord", status: 204, body: "", outcome: "delivered", retry: false },
    {
      kind: "discord",
      status: 400,
      body: { code: 50035, message: "Invalid Form Body" },
      outcome: "client_error",
      retry: false,
      reason: /50035/,
    },
    {
      kind: "discord",
      status: 404,
      body: { code: 10015, message: "Unknown Webhook" },
      outcome: "client_error",
      retry: false,
      reason: /deleted/,
    },
    {
      kind: "discord",
      status: 429,
      body: { retry_after: 0.65, global: false },
      headers: { "retry-after": "1" },
      outcome: "rate_limited",
      retry: true,
      retryAfterMs: 650,
    },
    {
      kind: "discord",
      status: 429,
      body: "error code: 1015",
      headers: { "retry-after": "120" },
      outcome: "rate_limited",
      retry: true,
    },
    { kind: "telegram", status: 200, body: { ok: true, result: {} }, outcome: "delivered", retry: false },
    {
      kind: "telegram",
      status: 200,
      body: `{"ok":true,"result":{"text":"${"x".repeat(4_050)}`,
      outcome: "delivered",
      retry: false,
    },
    {
      kind: "telegram",
      status: 200,
      body: { ok: false, error_code: 400, description: "Bad Request: chat not found" },
      outcome: "client_error",
      retry: false,
      reason: /chat does not exist/,
    },
    { kind: "telegram", status: 200, body: { ok: false }, outcome: "server_error", retry: true },
    {
      kind: "telegram",
      status: 429,
      body: { ok: false, error_code: 429, parameters: { retry_after: 35 } },
      outcome: "rate_limited",
      retry: true,
      retryAfterMs: 35_000,
    },
    {
      kind: "telegram",
      status: 400,
      body: {
        ok: false,
        error_code: 400,
        description: "Bad Request: group chat was upgraded to a supergroup chat",
        parameters: { migrate_to_chat_id: -1_001_234 },
      },
      outcome: "client_error",
      retry: false,
      reason: /chat_id is now -1001234\./,
    },
    {
      kind: "telegram",
      status: 401,
      body: { ok: false, error_code: 401, description: "Unauthorized" },
      outcome: "auth_error",
      retry: false,
      reason: /token/,
    },
    {
      kind: "telegram",
      status: 403,
      body: { ok: false, error_code: 403, description: "Forbidden: bot was blocked by the user" },
      outcome: "auth_error",
      retry: false,
      reason: /blocked/,
    },
    { kind: "mattermost", status: 200, body: "ok", outcome: "delivered", retry: false },
    {
      kind: "mattermost",
      status: 400,
      body: { id: "web.incoming_webhook.invalid.app_error" },
      outcome: "client_error",
      retry: false,
      reason: /deleted/,
    },
    {
      kind: "mattermost",
      status: 403,
      body: { id: "web.incoming_webhook.channel_locked.app_error" },
      outcome: "auth_error",
      retry: false,
      reason: /leave channel out/,
    },
    {
      kind: "mattermost",
      status: 501,
      body: { id: "web.incoming_webhook.disabled.app_error" },
      outcome: "server_error",
      retry: false,
      reason: /switched off/,
    },
    { kind: "mattermost", status: 502, body: "<html>", outcome: "server_error", retry: true },
    { kind: "google_chat", status: 200, body: {}, outcome: "delivered", retry: false },
    {
      kind: "google_chat",
      status: 429,
      body: { error: { code: 429, status: "RESOURCE_EXHAUSTED" } },
      outcome: "rate_limited",
      retry: true,
      retryAfterMs: 60_000,
    },
    {
      kind: "google_chat",
      status: 429,
      body: "",
      headers: { "retry-after": "180" },
      outcome: "rate_limited",
      retry: true,
    },
    {
      kind: "google_chat",
      status: 404,
      body: { error: { status: "NOT_FOUND" } },
      outcome: "client_error",
      retry: false,
      reason: /space or the webhook/,
    },
    { kind: "matrix", status: 200, body: { event_id: "$1" }, outcome: "delivered", retry: false },
    {
      kind: "matrix",
      status: 429,
      body: { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 2_500 },
      outcome: "rate_limited",
      retry: true,
      retryAfterMs: 2_500,
    },
    {
      kind: "matrix",
      status: 429,
      body: { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 2_500 },
      headers: { "retry-after": "3" },
      outcome: "rate_limited",
      retry: true,
    },
    {
      kind: "matrix",
      status: 401,
      body: { errcode: "M_UNKNOWN_TOKEN" },
      outcome: "auth_error",
      retry: false,
      reason: /access token/,
    },
    {
      kind: "matrix",
      status: 403,
      body: { errcode: "M_FORBIDDEN" },
      outcome: "auth_error",
      retry: false,
      reason: /not in the room/,
    },
    { kind: "matrix", status: 413, body: { errcode: "M_TOO_LARGE" }, outcome: "client_error", retry: false },
  ];

  test("each is understood", () => {
    for (const { kind, status, body, headers = {}, ...expected } of CASES) {
      const result: SendResult = {
        statusCode: status,
        failure: null,
        responseHeaders: headers,
        responseBody: typeof body === "string" ? body : JSON.stringify(body),
      };
      const type = typeOf(kind);
      const { outcome, retry, reason, retryAfterMs } = type.judge(result, type.parse(validOf(kind)));
      expect({ kind, status, body, outcome, retry, retryAfterMs }).toEqual({
        kind,
        status,
        body,
        outcome: expected.outcome,
        retry: expected.retry,
        retryAfterMs: expected.retryAfterMs,
      });
      expect(reason).toMatch(/^[A-Z].*\.$/);
      if (expected.reason !== undefined) expect(reason).toMatch(expected.reason);
    }
  });

  test("nonsense in a body is no news: the status decides, and nothing of it is repeated", () => {
    const bodies = [
      "",
      "null",
      "[]",
      "7",
      '"ok"',
      "{",
      '{"error":null}',
      '{"parameters":null,"errcode":{},"code":"x"}',
      '{"retry_after":-1,"retry_after_ms":"soon","parameters":{"retry_after":1e99}}',
      '{"errcode":"constructor","id":"__proto__","error":{"status":"toString","code":"valueOf"}}',
    ];
    for (const kind of ["slack", "teams", "discord", "telegram", "mattermost", "google_chat", "matrix"])
      for (const responseBody of bodies)
        for (const statusCode of [200, 400, 429, 500]) {
          const type = typeOf(kind);
          const judgement = type.judge(
            { statusCode, failure: null, responseHeaders: {}, responseBody },
            type.parse(validOf(kind)),
          );
          const expected = {
            200: "delivered",
            400: "client_error",
            429: "rate_limited",
            500: "server_error",
          }[statusCode];
          expect([kind, statusCode, responseBody, judgement.outcome]).toEqual([
            kind,
            statusCode,
            responseBody,
            expected!,
          ]);
          expect(judgement.retryAfterMs ?? 0).toBeWithin(0, 86_400_001);
          expect(judgement.reason).not.toMatch(/native code|\[object|undefined/);
        }
  });
});
