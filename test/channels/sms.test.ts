// SMS: numbers as people write them, texts that cost few messages, and requests that any gateway's manual
// can describe, in which no text can become anything but a text.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAppError } from "../../src/core/errors";
import type { OutboundRequest, SendResult } from "../../src/channels/channel";
import { sms } from "../../src/channels/sms";
import { smsText } from "../../src/channels/sms/text";
import { gsmText } from "../../src/lib/gsm-text";
import { ATTACKS, withTexts } from "./suite/hostile";
import { MESSAGES } from "./suite/samples";

const CONTEXT = { deliveryId: "d", now: 0, version: "1" };
const TWILIO = { provider: "twilio", account_sid: "AC1", auth_token: "secret-token", from: "+15017122661" };
const GATEWAY = { url: "http://sms.plant.test/send" };

const answer = (statusCode: number, responseBody = ""): SendResult => ({
  statusCode,
  failure: null,
  responseHeaders: {},
  responseBody,
});

/** Field and words of the refusal, or null. */
const refusalOf = (given: Record<string, unknown>): [field: string, words: string] | null => {
  try {
    sms.parse({ to: ["+491701234567"], ...given });
    return null;
  } catch (error) {
    if (isAppError(error, "invalid")) return [error.context.field ?? "", error.message];
    throw error;
  }
};

const fieldOf = (given: Record<string, unknown>): string | null => refusalOf(given)?.[0] ?? null;

const requestOf = (given: Record<string, unknown>, name = "alert.triggered"): OutboundRequest => {
  const config = sms.parse({ to: ["+491701234567"], ...given });
  return sms.request(sms.compose(MESSAGES[name]!, config), config, CONTEXT);
};

const sentBody = ({ body }: OutboundRequest): string => new TextDecoder().decode(body ?? undefined);

describe("numbers", () => {
  test("are taken as people write them, and each once", () => {
    const { to } = sms.parse({
      ...TWILIO,
      to: ["+49 170 1234567", "0049-170-1234567", "+1 (501) 712-2661", "+49.171.7654321"],
    });
    expect(to).toEqual(["+491701234567", "+15017122661", "+491717654321"]);
  });

  test("without a country they are refused where only a country can tell", () => {
    for (const number of ["0170 1234567", "170", "+0170", "phone", "+49170123456789012", "", "+49 170 x"])
      expect([number, fieldOf({ ...TWILIO, to: [number] })]).toEqual([number, "config.to.0"]);
    expect(fieldOf({ ...TWILIO, to: [] })).toBe("config.to");
    expect(fieldOf({ ...TWILIO, to: ["+491701234567", 7] })).toBe("config.to.1");
    // A gateway in the plant knows short numbers of its own.
    expect(sms.parse({ ...GATEWAY, to: ["0170 1234567", "4711"] }).to).toEqual(["01701234567", "4711"]);
  });
});

describe("text", () => {
  const usual = { longest: 320, hasLink: true, isPlain: true };

  test("begins with severity, name and machine, and ends with the link", () => {
    const text = smsText(MESSAGES["alert.triggered"]!, usual);
    expect(text).toStartWith("Critical: Spindle too hot on CNC Mill #1\nTemperature exceeded threshold\n");
    expect(text).toContain("87.3 degC");
    expect(text).toEndWith("\nhttps://andon.plant.test/alerts/42");
    expect(smsText(MESSAGES["alert.triggered"]!, { ...usual, hasLink: false })).not.toContain("https://");
  });

  test("keeps every length, with a whole link or none", () => {
    for (const name of Object.keys(MESSAGES))
      for (const longest of [70, 100, 160, 320, 1_600])
        for (const filler of [
          "long words ".repeat(60),
          "x".repeat(500),
          "ż€°…".repeat(100),
          "👩🏽‍🏭".repeat(80),
        ]) {
          const text = smsText(
            withTexts(MESSAGES[name]!, () => filler),
            { ...usual, longest },
          );
          expect(text.length).toBeLessThanOrEqual(longest);
          expect(text.isWellFormed()).toBe(true);
          const link = /https?:\S+$/.exec(text)?.[0];
          if (link !== undefined) expect(link).toMatch(/^https:\/\/andon\.plant\.test(\/[\w/.-]+)?$/);
        }
  });

  test("plain letters fit 160 into a message", () => {
    expect(gsmText("87.3 °C – “Spindle” ≥ 85 µm…")).toBe('87.3 degC - "Spindle" >= 85 um...');
    expect(gsmText("Żółć ąęśćńź Łódź İstanbul ğış čšž őű")).toBe("Zolc aescnz Lodz Istanbul gis csz ou");
    // Letters that a message has anyway stay, and so do scripts that can't be written otherwise.
    expect(gsmText("Größe ÄÖÜ ñ à é Ω Å ß € [x] {y} ~ ^")).toBe("Größe ÄÖÜ ñ à é Ω Å ß € [x] {y} ~ ^");
    expect(gsmText("температура 過熱 حرارة 🔥")).toBe("температура 過熱 حرارة 🔥");
    expect(gsmText("a\u200bb\u00a0c")).toBe("ab c");
    expect(requestOf({ ...GATEWAY, plain_letters: false }).body).not.toEqual(requestOf(GATEWAY).body);
  });
});

describe("Twilio", () => {
  test("a form with Basic authentication, from a number or a messaging service", () => {
    const request = requestOf(TWILIO);
    expect(request.url).toBe("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json");
    expect(request.headers["Authorization"]).toBe(
      `Basic ${Buffer.from("AC1:secret-token").toString("base64")}`,
    );
    const form = new URLSearchParams(sentBody(request));
    expect([form.get("To"), form.get("From"), form.has("MessagingServiceSid")]).toEqual([
      "+491701234567",
      "+15017122661",
      false,
    ]);
    const { from: _from, ...rest } = TWILIO;
    const service = new URLSearchParams(sentBody(requestOf({ ...rest, messaging_service_sid: "MG1" })));
    expect([service.get("MessagingServiceSid"), service.has("From")]).toEqual(["MG1", false]);
    expect(requestOf({ ...TWILIO, api_key_sid: "SK1" }).headers["Authorization"]).toBe(
      `Basic ${Buffer.from("SK1:secret-token").toString("base64")}`,
    );
  });

  test("what is missing or contradicts itself is named", () => {
    const { from: _from, ...rest } = TWILIO;
    expect(fieldOf(rest)).toBe("config.from");
    expect(fieldOf({ ...TWILIO, messaging_service_sid: "MG1" })).toBe("config.messaging_service_sid");
    expect(fieldOf({ ...TWILIO, account_sid: undefined })).toBe("config.account_sid");
    expect(fieldOf({ ...TWILIO, account_sid: "AC1/../x" })).toBe("config.account_sid");
    expect(fieldOf({ ...TWILIO, auth_token: undefined })).toBe("config.auth_token");
    for (const from of ["Andon", "12345", "Line 7"])
      expect([from, fieldOf({ ...TWILIO, from })]).toEqual([from, null]);
    expect(fieldOf({ ...TWILIO, from: "far too long a name" })).toBe("config.from");
  });

  test("codes of its errors are told in words", () => {
    const config = sms.parse({ ...TWILIO, to: ["+491701234567"] });
    const judge = (status: number, body: unknown) => sms.judge(answer(status, JSON.stringify(body)), config);
    expect(judge(201, { sid: "SM1", status: "queued", error_code: null }).outcome).toBe("delivered");
    expect(judge(201, { sid: "SM1", status: "failed", error_code: 21_610 })).toMatchObject({
      outcome: "client_error",
      retry: false,
    });
    expect(judge(400, { code: 21_211, message: "secret" })).toMatchObject({
      outcome: "client_error",
      retry: false,
      reason: "Twilio answered 400: the recipient's number is not valid (21211).",
    });
    expect(judge(401, { code: 20_003 })).toMatchObject({ outcome: "auth_error", retry: false });
    expect(judge(429, { code: 20_429 })).toMatchObject({ outcome: "rate_limited", retry: true });
    expect(judge(400, { code: "__proto__" }).reason).not.toContain("undefined");
  });
});

describe("an SMS gateway", () => {
  test("as a router's manual prints it: everything in the address", () => {
    const request = requestOf({
      url: "http://192.168.1.1/cgi-bin/sms_send?username={{username}}&password={{password}}&number=00{{to_digits}}&text={{text}}",
      method: "GET",
      username: "admin",
      password: "a&b=c d",
      max_length: 160,
    });
    expect([request.method, request.body]).toEqual(["GET", null]);
    const { searchParams } = new URL(request.url);
    expect([...searchParams.keys()]).toEqual(["username", "password", "number", "text"]);
    expect(searchParams.get("password")).toBe("a&b=c d");
    expect(searchParams.get("number")).toBe("00491701234567");
    expect(searchParams.get("text")).toStartWith("Critical: Spindle too hot on CNC Mill #1");
    expect(request.headers["Authorization"]).toBeUndefined();
    expect(request.headers["Content-Type"]).toBeUndefined();
  });

  test("the README's example does what the router's manual wants", () => {
    const readme = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");
    const printed = /<!-- test: sms-gateway -->\n```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    const { type, config: given } = JSON.parse(printed) as { type: string; config: Record<string, unknown> };
    expect(type).toBe("sms");
    const config = sms.parse(given);
    const requests = sms.composeEach!(MESSAGES["alert.triggered"]!, config).map((composed) =>
      sms.request(composed, config, CONTEXT),
    );
    expect(requests.map(({ url }) => new URL(url).searchParams.get("number"))).toEqual([
      "00491701234567",
      "00491717654321",
    ]);
    for (const { url } of requests)
      expect(new URL(url).searchParams.get("text")!.length).toBeLessThanOrEqual(160);
    expect(sms.judge(answer(200, "WRONG_NUMBER"), config).outcome).not.toBe("delivered");
  });

  test("a form by default; name and password as Basic authentication where no template has them", () => {
    const request = requestOf({ ...GATEWAY, username: "andon", password: "x" });
    expect(request.headers["Content-Type"]).toBe("application/x-www-form-urlencoded");
    expect(request.headers["Authorization"]).toBe(`Basic ${Buffer.from("andon:x").toString("base64")}`);
    expect(sentBody(request)).toStartWith("to=%2B491701234567&text=Critical%3A%20Spindle");
  });

  test("headers of one's own win, however they are written, and appear once", () => {
    const { headers } = requestOf({
      ...GATEWAY,
      body_type: "text",
      body: "{{to}} {{text}}",
      headers: { "content-type": "text/xml", "X-Token": "canary" },
    });
    expect(Object.keys(headers).filter((name) => name.toLowerCase() === "content-type")).toEqual([
      "content-type",
    ]);
    expect(headers["X-Token"]).toBe("canary");
  });

  const bodies = {
    form: { body: "to={{to}}&text={{text}}&flash=0" },
    json: { body_type: "json", body: '{"to": ["{{to}}"], "text": "{{ text }}", "flash": false}' },
    url: { url: "http://sms.plant.test/send?to={{to}}&text={{text}}&flash=0", method: "GET" },
  };

  test("no text becomes anything but a text: form, JSON and address", () => {
    const attacks = [
      ...ATTACKS,
      '","flash":true,"x":"',
      "&flash=1",
      "{{to}}",
      "{{password}}",
      "\\",
      "%26flash=1",
      "#x",
      "+",
    ];
    for (const attack of attacks) {
      const message = withTexts(MESSAGES["alert.triggered"]!, () => attack);
      const expected = smsText(message, { longest: 320, hasLink: true, isPlain: true });
      for (const [kind, more] of Object.entries(bodies)) {
        const config = sms.parse({ to: ["+491701234567"], ...GATEWAY, ...more });
        const request = sms.request(sms.compose(message, config), config, CONTEXT);
        if (kind === "json")
          expect(JSON.parse(sentBody(request))).toEqual({
            to: ["+491701234567"],
            text: expected,
            flash: false,
          });
        else {
          const pairs =
            kind === "form" ? new URLSearchParams(sentBody(request)) : new URL(request.url).searchParams;
          expect([attack, [...pairs]]).toEqual([
            attack,
            [
              ["to", "+491701234567"],
              ["text", expected],
              ["flash", "0"],
            ],
          ]);
          expect(new URL(request.url).origin + new URL(request.url).pathname).toBe(
            "http://sms.plant.test/send",
          );
        }
      }
    }
  });

  test("the host and the path stand still, and every placeholder is one that is known", () => {
    expect(fieldOf({ url: "http://{{to}}.test/?t={{text}}" })).toBe("config.url");
    expect(fieldOf({ url: "http://{{text}}/send" })).toBe("config.url");
    expect(fieldOf({ url: "http://sms.test/{{text}}?to={{to}}" })).toBe("config.url");
    expect(fieldOf({ url: "http://sms.test/{{to}}/messages", body: "text={{text}}" })).toBeNull();
    expect(fieldOf({ url: "http://sms.test/?n={{number}}&t={{text}}" })).toBe("config.url");
    expect(fieldOf({ url: "http://user:word@sms.test/" })).toBe("config.url");
    expect(fieldOf({ url: "sms.test/send" })).toBe("config.url");
    expect(fieldOf({})).toBe("config.url");
  });

  test("number and text have a place, JSON is JSON, a GET has no body", () => {
    expect(fieldOf({ ...GATEWAY, body: "text={{text}}" })).toBe("config.body");
    expect(fieldOf({ ...GATEWAY, body: "to={{to}}" })).toBe("config.body");
    expect(fieldOf({ ...GATEWAY, method: "GET" })).toBe("config.url");
    expect(fieldOf({ url: "http://sms.test/?to={{to}}&text={{text}}", method: "GET", body: "x" })).toBe(
      "config.body",
    );
    expect(fieldOf({ ...GATEWAY, body_type: "json" })).toBe("config.body");
    expect(fieldOf({ ...GATEWAY, body_type: "json", body: '{"to": {{to}}, "text": "{{text}}"}' })).toBe(
      "config.body",
    );
    expect(fieldOf({ ...GATEWAY, body: "to={{to}}&text={{text}}&user={{username}}" })).toBe(
      "config.username",
    );
    expect(fieldOf({ ...GATEWAY, password: "x" })).toBe("config.username");
  });

  test("a secret in a template is refused by name and never repeated", () => {
    for (const given of [
      { url: "http://sms.test/?access_token=CANARY&to={{to}}&text={{text}}", method: "GET" },
      { url: "http://sms.test/?login=a&pass=CANARY&to={{to}}&text={{text}}", method: "GET" },
      { ...GATEWAY, body: "to={{to}}&text={{text}}&password=CANARY" },
      {
        ...GATEWAY,
        body_type: "json",
        body: '{"to": "{{to}}", "text": "{{text}}", "auth": [{"apiKey": "CANARY"}]}',
      },
    ]) {
      const [field, words] = refusalOf(given)!;
      expect(["config.url", "config.body"]).toContain(field);
      expect(words).toContain("{{password}}");
      expect(words).not.toContain("CANARY");
    }
  });

  test("an answer is good by its status, or by the words that its makers print", () => {
    const plain = sms.parse({ ...GATEWAY, to: ["4711"] });
    expect(sms.judge(answer(200, "ERROR"), plain).outcome).toBe("delivered");
    const strict = sms.parse({ ...GATEWAY, to: ["4711"], success_text: "OK" });
    expect(sms.judge(answer(200, "OK; ID=297"), strict).outcome).toBe("delivered");
    for (const body of ["ERROR", "TIMEOUT", "WRONG_NUMBER", "Invalid login or password", ""])
      expect(sms.judge(answer(200, body), strict)).toMatchObject({ outcome: "server_error", retry: true });
    expect(sms.judge(answer(401, "OK"), strict)).toMatchObject({ outcome: "auth_error", retry: false });
  });

  test("settings of the provider that is not chosen are kept and not used", () => {
    const given = { ...TWILIO, ...GATEWAY, provider: "http", password: "gateway-password", username: "a" };
    const config = sms.parse({ to: ["+491701234567"], ...given });
    expect(sms.targets(config)).toEqual([{ field: "config.url", url: GATEWAY.url }]);
    expect(JSON.stringify(sms.mask(config))).not.toContain("secret-token");
    expect(sms.secrets(config)).toContain("secret-token");
    expect(fieldOf({ ...given, from: "far too long a name" })).toBe("config.from");
  });
});
