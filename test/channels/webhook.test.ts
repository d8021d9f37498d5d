// The webhook channel: the Haltless document as printed, signatures that other people's code accepts,
// and headers that no one can misuse.
import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { isAppError } from "../../src/core/errors";
import { webhook } from "../../src/channels/webhook";
import { MESSAGES } from "./suite/samples";

const context = { deliveryId: "0192-delivery", now: Date.now(), version: "1.0.0" };

const requestFor = (config: Record<string, unknown>) => {
  const parsed = webhook.parse({ url: "https://hooks.test/in", ...config });
  const composed = webhook.compose(MESSAGES["alert.triggered"]!, parsed);
  return webhook.request(composed, parsed, context);
};

const fieldOf = (config: Record<string, unknown>): string | null => {
  try {
    webhook.parse({ url: "https://hooks.test/in", ...config });
    return null;
  } catch (error) {
    return isAppError(error, "invalid") ? (error.context.field ?? "") : `no AppError: ${String(error)}`;
  }
};

describe("Haltless' document", () => {
  const given = {
    url: "https://your-server.com/haltless-webhook",
    headers: { "X-Webhook-Secret": "your-shared-secret", "Content-Type": "application/json" },
  };

  test("its create example is accepted as printed and shown masked", () => {
    const config = webhook.parse(given);
    expect(webhook.mask(config)).toEqual({
      url: given.url,
      headers: { "X-Webhook-Secret": "••••cret", "Content-Type": "application/json" },
    });
    const { headers } = requestFor(given);
    expect(headers["X-Webhook-Secret"]).toBe("your-shared-secret");
    expect(headers["webhook-signature"]).toBeUndefined();
    expect(Object.keys(headers).filter((name) => name.toLowerCase() === "content-type")).toEqual([
      "Content-Type",
    ]);
  });

  test("its payload has exactly the document's fields, in its order", () => {
    const config = webhook.parse({ ...given, dialect: "haltless" });
    const payload = (name: string): Record<string, unknown> =>
      JSON.parse(new TextDecoder().decode(webhook.compose(MESSAGES[name]!, config).body)) as Record<
        string,
        unknown
      >;
    const triggered = payload("alert.triggered");
    expect(Object.keys(triggered)).toEqual(["event", "timestamp", "tenant_id", "alert"]);
    expect(Object.keys(triggered["alert"] as object)).toEqual([
      "id",
      "machine_id",
      "machine_name",
      "severity",
      "message",
      "metric_name",
      "metric_value",
      "threshold_value",
      "rule_id",
      "created_at",
    ]);
    expect(triggered["timestamp"]).toBe("2026-04-04T10:30:05Z");
    const escalated = payload("alert.escalated");
    expect(Object.keys(escalated)).toEqual(["event", "timestamp", "tenant_id", "alert", "escalation"]);
    expect(escalated["escalation"]).toEqual({
      policy_id: "01960000-0000-7000-8000-000000000006",
      policy_name: "Critical, 15 min",
      wait_minutes: 15,
    });
    expect(webhook.behaviour(config).defaultEvents).toEqual(["alert.triggered", "alert.escalated"]);
  });

  test("andon's payload is a superset with the same values", () => {
    const compose = (dialect: string): Record<string, unknown> =>
      JSON.parse(
        new TextDecoder().decode(
          webhook.compose(MESSAGES["alert.escalated"]!, webhook.parse({ ...given, dialect })).body,
        ),
      ) as Record<string, unknown>;
    expect(compose("andon")).toMatchObject(compose("haltless"));
  });
});

describe("signatures", () => {
  test("the standardwebhooks library accepts them, for both kinds of secret; a flipped byte is refused", () => {
    for (const secret of ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a plain secret of ours"]) {
      const { headers, body } = requestFor({ secret });
      const library = new Webhook(
        secret.startsWith("whsec_") ? secret : Buffer.from(secret, "utf8").toString("base64"),
      );
      const text = new TextDecoder().decode(body ?? new Uint8Array());
      expect(() => library.verify(text, headers)).not.toThrow();
      expect(() => library.verify(text.replace("critical", "criticaL"), headers)).toThrow();
      expect(() => library.verify(text, { ...headers, "webhook-id": "other" })).toThrow();
    }
  });

  test("each format is what its receivers compute themselves", () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const formats = ["hex", "sha256=hex", "base64", "standard", "ts:body"] as const;
    const { headers, body } = requestFor({
      secret,
      signature: formats.map((format, index) => ({ header: `X-Sig-${index}`, format })),
    });
    const bytes = Buffer.from(body ?? new Uint8Array());
    const hmac = (key: string | Buffer, text: Buffer | string, encoding: "hex" | "base64"): string =>
      createHmac("sha256", key).update(text).digest(encoding);
    // Dialect headers use the whole string, whsec_ included.
    expect(headers["X-Sig-0"]).toBe(hmac(secret, bytes, "hex"));
    expect(headers["X-Sig-1"]).toBe(`sha256=${hmac(secret, bytes, "hex")}`);
    expect(headers["X-Sig-2"]).toBe(hmac(secret, bytes, "base64"));
    expect(headers["X-Sig-3"]).toBe(headers["webhook-signature"] ?? "");
    const stamped = `${headers["webhook-timestamp"]}:${bytes.toString("utf8")}`;
    expect(headers["X-Sig-4"]).toBe(hmac(secret, stamped, "hex"));
  });
});

describe("settings", () => {
  test("each wrong one is refused with its field", () => {
    const long = "x".repeat(5_000);
    const cases: [Record<string, unknown>, string][] = [
      [{ url: undefined }, "config.url"],
      [{ url: "ftp://a.test/" }, "config.url"],
      [{ url: "not a url" }, "config.url"],
      [{ url: "https://user:pass@a.test/" }, "config.url"],
      [{ url: "https://a.test/\r\nX: y" }, "config.url"],
      [{ url: `https://a.test/${long}` }, "config.url"],
      [{ url: "https://a.test:0/" }, "config.url"],
      [{ method: "GET" }, "config.method"],
      [{ method: "post" }, "config.method"],
      [{ dialect: "morse" }, "config.dialect"],
      [{ secret: "short" }, "config.secret"],
      [{ secret: "x".repeat(257) }, "config.secret"],
      [{ secret: "whsec_not base64!" }, "config.secret"],
      // A lenient decoder takes these for an empty key, or for a shorter one than was meant.
      [{ secret: "whsec_a=" }, "config.secret"],
      [{ secret: "whsec_MfKQ9" }, "config.secret"],
      [{ secret: "whsec_MfK==" }, "config.secret"],
      [{ secret: "••••cret-of-ours" }, "config.secret"],
      [{ timeout_seconds: 0.5 }, "config.timeout_seconds"],
      [{ timeout_seconds: 61 }, "config.timeout_seconds"],
      [{ timeout_seconds: "5" }, "config.timeout_seconds"],
      [{ retry: "sometimes" }, "config.retry"],
      [{ retry: [1, -1] }, "config.retry"],
      [{ retry: [1, null] }, "config.retry"],
      [{ retry: new Array(33).fill(1) }, "config.retry"],
      [{ jitter: "no" }, "config.jitter"],
      [{ signature: { header: "X-Sig", format: "md5" }, secret: "12345678" }, "config.signature.format"],
      [
        { signature: { header: "webhook-signature", format: "hex" }, secret: "12345678" },
        "config.signature.header",
      ],
      [
        { signature: [{ header: "X-A", format: "hex" }, { format: "hex" }], secret: "12345678" },
        "config.signature.1.header",
      ],
      [{ signature: { header: "X-Sig", format: "hex", x: 1 }, secret: "12345678" }, "config.signature.x"],
      [{ signature: { header: "X-Sig", format: "hex" } }, "config.secret"],
      [{ signature: { header: "Content-Type", format: "hex" }, secret: "12345678" }, "config.signature"],
      [
        {
          signature: [
            { header: "X-Sig", format: "hex" },
            { header: "x-sig", format: "base64" },
          ],
          secret: "12345678",
        },
        "config.signature",
      ],
      [
        { signature: { header: "X-Sig", format: "hex" }, secret: "12345678", headers: { "x-sig": "1" } },
        "config.headers",
      ],
      [{ pause_after_failures: 0 }, "config.pause_after_failures"],
      [{ pause_after_failures: 1.5 }, "config.pause_after_failures"],
      [{ ordered: 1 }, "config.ordered"],
      [{ tls: { ca: "nonsense" } }, "config.tls.ca"],
      [{ tls: { client_key: "nonsense" } }, "config.tls.client_key"],
      [{ tls: { verify: false } }, "config.tls.verify"],
      [{ tls: { server_name: "a b" } }, "config.tls.server_name"],
      [{ tls: {}, url: "http://a.test/" }, "config.tls"],
      [{ template: "{}" }, "config.template"],
    ];
    for (const [config, field] of cases) expect([config, fieldOf(config)]).toEqual([config, field]);
  });

  test("what is left out comes from the dialect; what is given wins", () => {
    const plain = webhook.behaviour(webhook.parse({ url: "https://a.test/" }));
    expect(plain).toMatchObject({
      timeoutMs: 5_000,
      retryDelaysSeconds: [30, 120, 600],
      jitter: true,
      ordered: false,
    });
    const own = webhook.behaviour(
      webhook.parse({
        url: "https://a.test/",
        timeout_seconds: 30,
        retry: [1, 2.5],
        jitter: false,
        ordered: true,
        pause_after_failures: 3,
      }),
    );
    expect(own).toMatchObject({
      timeoutMs: 30_000,
      retryDelaysSeconds: [1, 2.5],
      jitter: false,
      ordered: true,
      pauseAfterFailures: 3,
    });
    const persistent = webhook.behaviour(
      webhook.parse({ url: "https://a.test/", retry: "persistent" }),
    ).retryDelaysSeconds;
    expect(persistent.slice(0, 9)).toEqual([5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800]);
    expect(persistent.slice(9).every((delay) => delay === 28_800)).toBe(true);
    const total = persistent.reduce((sum, delay) => sum + delay, 0);
    expect(total).toBeLessThanOrEqual(72 * 3_600);
    expect(total + 28_800).toBeGreaterThan(72 * 3_600);
  });
});

describe("custom headers", () => {
  test("what frames, routes or identifies the request can't be set", () => {
    for (const name of [
      "Host",
      "host",
      "Content-Length",
      "Transfer-Encoding",
      "CONNECTION",
      "Cookie",
      "webhook-id",
      "Webhook-Signature",
      "webhook-anything",
      "Upgrade",
      "TE",
      "Trailer",
      "Expect",
      "X-Forwarded-For",
      "Accept-Encoding",
      "Proxy-Authorization",
      "X Y",
      "X:Y",
      "",
      "X\r\nY",
      "Ä",
    ])
      expect([name, fieldOf({ headers: { [name]: "1" } })]).toEqual([name, "config.headers"]);
    expect(fieldOf({ headers: { "X-A": "1", "x-a": "2" } })).toBe("config.headers.x-a");
    expect(
      fieldOf({ headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`X-${n}`, "1"])) }),
    ).toBe("config.headers");
    expect(fieldOf({ headers: { "X-A": "a".repeat(4_096) } })).toBe("config.headers");
    for (const value of ["a\r\nHost: b", "a\nb", "a\u0000b", "a\u007fb", "€", 1, null])
      expect([value, fieldOf({ headers: { "X-A": value } })]).toEqual([value, "config.headers.X-A"]);
    expect(
      fieldOf({ headers: { "X-A": "plain", Authorization: "Bearer x", "User-Agent": "plc" } }),
    ).toBeNull();
  });

  test("2,000 random headers: what is accepted leaves the request with one body and no other header", async () => {
    const { createSender } = await import("../../src/delivery/sender");
    const { createResolver } = await import("../../src/delivery/resolver");
    const { createNetPolicy } = await import("../../src/lib/net-policy");
    const { systemClock } = await import("../../src/core/clock");
    const { openRawEndpoint } = await import("../harness/raw-endpoint");
    const endpoint = await openRawEndpoint();
    const sender = createSender({
      clock: systemClock,
      policy: createNetPolicy({ mode: "open", allow: [] }),
      resolver: createResolver({ clock: systemClock, hostsPath: null }),
    });
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const alphabet = [
      "a",
      "Z",
      "-",
      "_",
      ":",
      " ",
      "\r",
      "\n",
      "\t",
      "\0",
      "é",
      "€",
      "%0d%0a",
      "Host",
      "webhook-id",
      "X-",
      "1",
      ";",
      ",",
      '"',
      "\u007f",
      "\u0085",
    ];
    const text = (): string =>
      Array.from({ length: random(6) + 1 }, () => alphabet[random(alphabet.length)]).join("");
    let accepted = 0;
    for (let round = 0; round < 2_000; round++) {
      const [name, value] = [text(), text()];
      let config;
      try {
        config = webhook.parse({ url: `http://127.0.0.1:${endpoint.port}/`, headers: { [name]: value } });
      } catch {
        continue;
      }
      accepted++;
      const composed = webhook.compose(MESSAGES["alert.triggered"]!, config);
      const exchange = await sender.send(webhook.request(composed, config, context), { timeoutMs: 2_000 });
      const raw = endpoint.takeLast();
      expect([name, value, exchange.statusCode]).toEqual([name, value, 200]);
      const lines = raw.head.split("\r\n");
      const names = lines.slice(1).map((line) => line.slice(0, line.indexOf(":")).toLowerCase());
      expect(lines[0]).toBe("POST / HTTP/1.1");
      expect(names.filter((one) => one === "host").length).toBe(1);
      expect(names.filter((one) => one === "content-length").length).toBe(1);
      expect(names).not.toContain("transfer-encoding");
      expect(names.filter((one) => one === "webhook-id").length).toBe(1);
      expect(raw.body.length).toBe(composed.body.length);
      expect(raw.head.includes("\n") && /[^\r]\n|\r[^\n]/.test(raw.head)).toBe(false);
    }
    expect(accepted).toBeGreaterThan(100);
    endpoint.stop();
  });
});
