// E-mail through the whole program: one thread per alert, old relays and careful ones, what is refused,
// what is tried again, and where the password must never be read.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { certificateFor, openMailRelay, type MailRelay, type MailRelayOptions } from "../harness/mail-relay";

const PASSWORD = "canary-relay-password-0001";

let clock: FakeClock;
let app: TestApp;
let relay: MailRelay;

const open = async (options: MailRelayOptions = {}): Promise<void> => {
  relay = await openMailRelay(options);
  clock = new FakeClock();
  app = await startApp({ clock, config: { outboundAllow: [`127.0.0.1:${relay.port}`] } });
};

afterEach(async () => {
  await app.stop();
  await relay.stop();
});

const createChannel = async (config: Record<string, unknown> = {}, more = {}): Promise<string> => {
  const created = await app.api("POST", "/notification-channels", {
    name: "Maintenance",
    type: "email",
    config: {
      host: "127.0.0.1",
      port: relay.port,
      security: "none",
      from: "Andon <andon@plant.test>",
      to: ["kim@plant.test", "Crew <crew@plant.test>"],
      ...config,
    },
    ...more,
  });
  expect([created.status, created.body.detail]).toEqual([201, undefined]);
  return created.body.id as string;
};

const createRule = (name = "Too hot") =>
  app.api("POST", "/alert-rules", {
    name,
    severity: "critical",
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: ">",
      threshold: 85,
      clear_threshold: 80,
    },
  });

const measure = (value: number, machine = "Press 7") =>
  app.api("POST", "/readings", { machine, metric: "temperature", value });

const newest = async (id: string) =>
  (await app.api("GET", `/notification-channels/${id}/deliveries`)).body.data[0];

const untilNewest = (id: string, status: string) =>
  eventually(
    () => newest(id),
    (row) => row?.status === status,
  );

describe("an ordinary relay", () => {
  beforeEach(() => open());

  test("one alert is one thread; each message says who wrote it and that nobody need answer", async () => {
    const id = await createChannel();
    await createRule();
    await measure(91);
    await relay.waitFor(1);
    await app.api("POST", "/alerts/1/acknowledge", { note: "On my way" });
    await relay.waitFor(2);
    await measure(70);
    await relay.waitFor(3);
    await measure(95, "Press 8");
    const [begun, acknowledged, ended, another] = await relay.waitFor(4);
    expect(begun?.mail.subject).toBe("Critical: Too hot on Press 7");
    expect(acknowledged?.mail.text).toContain("On my way");
    expect(ended?.mail.subject).toBe("Resolved: Too hot on Press 7");
    expect(begun?.recipients).toEqual(["kim@plant.test", "crew@plant.test"]);

    const root = begun?.mail.messageId;
    expect(begun?.mail.inReplyTo).toBeUndefined();
    for (const one of [acknowledged, ended]) {
      expect(one?.mail.inReplyTo).toBe(root ?? "");
      expect(one?.mail.references).toBe(root ?? "");
    }
    expect(another?.mail.inReplyTo).toBeUndefined();
    expect(new Set(relay.taken.map(({ mail }) => mail.messageId)).size).toBe(4);
    const rows = (await app.api("GET", `/notification-channels/${id}/deliveries`)).body.data;
    expect(rows.map((row: { id: string }) => `<${row.id}@plant.test>`).toReversed()).toEqual(
      relay.taken.map(({ mail }) => mail.messageId),
    );
    for (const { mail } of relay.taken) {
      expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
      expect(mail.headers.get("x-auto-response-suppress")).toBe("All");
      expect(mail.headers.get("precedence")).toBeUndefined();
      expect(mail.html).not.toMatch(/<img|src=|url\(/i);
    }
  });

  test("the test is a whole life cycle in one thread", async () => {
    const id = await createChannel();
    const { body } = await app.api("POST", `/notification-channels/${id}/test`);
    expect([body.success, body.attempts.length]).toEqual([true, 3]);
    const [begun, acknowledged, ended] = await relay.waitFor(3);
    expect(begun?.mail.subject).toStartWith("Test: ");
    expect([acknowledged?.mail.inReplyTo, ended?.mail.inReplyTo]).toEqual([
      begun?.mail.messageId,
      begun?.mail.messageId,
    ]);
    expect(body.attempts[0]).toMatchObject({ status_code: 250, outcome: "delivered" });
    expect(body.attempts[0].response_body).toContain("RCPT TO:<crew@plant.test>");
  });
});

describe("relays that are particular", () => {
  test("greylisting: refused for now, delivered by the retry with the same Message-ID", async () => {
    await open({ refuse: (_to, session) => (session === 1 ? { code: 451, text: "greylisted" } : null) });
    const id = await createChannel();
    await createRule();
    await measure(91);
    const waiting = await eventually(
      () => newest(id),
      (row) => row?.attempt_count === 1,
    );
    expect([waiting.status, waiting.outcome]).toEqual(["pending", "server_error"]);
    await clock.advance(6_000);
    await untilNewest(id, "delivered");
    const [taken] = await relay.waitFor(1);
    expect(taken?.mail.messageId).toBe(`<${waiting.id}@plant.test>`);
    expect(relay.sessions).toBe(2);
  });

  test("550 for all is final at once; for one of them it is a note", async () => {
    let isForAll = true;
    await open({
      refuse: (to) => (isForAll || to.startsWith("crew") ? { code: 550, text: "no such user" } : null),
    });
    const id = await createChannel();
    await createRule();
    await measure(91);
    const failed = await untilNewest(id, "failed");
    expect(failed).toMatchObject({ attempt_count: 1, outcome: "client_error" });
    expect(failed.reason).toBe("The relay answered 550: it refuses the message or all of its recipients.");
    isForAll = false;
    await measure(70);
    const row = await untilNewest(id, "delivered");
    const { body } = await app.api("GET", `/deliveries/${row.id}/attempts`);
    expect(body.data[0].error).toBe("Taken for 1 of 2 recipients; refused: crew@plant.test (550).");
  });

  test("a self-signed certificate is refused until it is allowed", async () => {
    const { cert, key } = await certificateFor("localhost");
    await open({ cert, key });
    const id = await createChannel({ security: "starttls" });
    const refused = await app.api("POST", `/notification-channels/${id}/test`);
    expect([refused.body.success, refused.body.attempt.outcome]).toEqual([false, "tls"]);
    expect(relay.taken).toEqual([]);
    await app.api("PATCH", `/notification-channels/${id}`, { config: { allow_self_signed: true } });
    const allowed = await app.api("POST", `/notification-channels/${id}/test`);
    expect(allowed.body.success).toBe(true);
    expect(relay.taken[0]?.isEncrypted).toBe(true);
    // Its own certificate as the CA is better than none.
    await app.api("PATCH", `/notification-channels/${id}`, {
      config: { allow_self_signed: null, tls: { ca: cert } },
    });
    expect((await app.api("POST", `/notification-channels/${id}/test`)).body.success).toBe(true);
  });

  test("a login: used, and nowhere to be read", async () => {
    await open({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        username === "andon" && password === PASSWORD
          ? done(null, { user: username })
          : done(Object.assign(new Error(`wrong: ${password}`), { responseCode: 535 })),
    });
    const id = await createChannel({ user: "andon", password: PASSWORD });
    const good = await app.api("POST", `/notification-channels/${id}/test`);
    expect(good.body.success).toBe(true);
    expect(relay.taken[0]?.user).toBe("andon");
    // A relay that repeats what it was sent.
    const wrong = "another-canary-password";
    await app.api("PATCH", `/notification-channels/${id}`, { config: { password: wrong } });
    const bad = await app.api("POST", `/notification-channels/${id}/test`);
    expect(bad.body.attempt).toMatchObject({ outcome: "auth_error", status_code: 535 });
    const shown = [good.body, bad.body];
    for (const path of ["/notification-channels", `/notification-channels/${id}/deliveries`, "/deliveries"])
      shown.push((await app.api("GET", path)).body);
    shown.push(await app.store.engine.query({ sql: "SELECT data FROM journal" }));
    shown.push(
      await app.store.engine.query({ sql: "SELECT request_headers, response_body, error FROM attempts" }),
    );
    for (const secret of [PASSWORD, wrong])
      for (const spelling of [secret, Buffer.from(secret).toString("base64")])
        expect(JSON.stringify(shown)).not.toContain(spelling);
  });
});

describe("settings", () => {
  beforeEach(() => open());

  test("each wrong one is refused with its field", async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ host: undefined }, "config.host"],
      [{ host: "smtp://relay" }, "config.host"],
      [{ host: "relay.test:25" }, "config.host"],
      [{ host: "relay/..;x" }, "config.host"],
      [{ port: 0 }, "config.port"],
      [{ port: 65_536 }, "config.port"],
      [{ security: "ssl" }, "config.security"],
      [{ from: undefined }, "config.from"],
      [{ from: "andon" }, "config.from"],
      [{ from: "a@b\r\nBcc: c@d" }, "config.from"],
      [{ from: "A\r\nBcc: c@d <a@b.test>" }, "config.from"],
      [{ from: "a@b.test>\r\nRCPT TO:<c@d" }, "config.from"],
      [{ to: [] }, "config.to"],
      [{ to: ["kim@plant.test", "no address"] }, "config.to.1"],
      [{ to: ["a@b.test, c@d.test"] }, "config.to.0"],
      [{ to: Array.from({ length: 51 }, (_, index) => `a${index}@b.test`) }, "config.to"],
      [{ to: ["ä@b.test"] }, "config.to.0"],
      [{ cc: ["x"] }, "config.cc.0"],
      [{ user: "andon" }, "config.password"],
      [{ password: "secret-of-ours" }, "config.user"],
      [{ user: "a\0b", password: "secret-of-ours" }, "config.user"],
      [{ helo_name: "a b" }, "config.helo_name"],
      [{ helo_name: "a\r\nMAIL FROM:<>" }, "config.helo_name"],
      [{ timeout_seconds: 4 }, "config.timeout_seconds"],
      [{ security: "none", tls: { server_name: "x" } }, "config.tls"],
      [{ tls: { verify: false } }, "config.tls.verify"],
      [{ host: "169.254.169.254" }, "config.host"],
    ];
    for (const [config, field] of cases) {
      const { status, body } = await app.api("POST", "/notification-channels", {
        name: "x",
        type: "email",
        config: { host: "10.0.0.1", from: "a@b.test", to: ["c@d.test"], ...config },
      });
      expect([config, status, body.field]).toEqual([config, 422, field]);
    }
    expect(relay.sessions).toBe(0);
  });

  test("port and encryption follow from each other", async () => {
    const { email } = await import("../../src/channels/email");
    const parsed = (config: Record<string, unknown>) => {
      const { url, security } = email.parse({ host: "relay", from: "a@b", to: "c@d", ...config });
      return [url, security];
    };
    expect(parsed({})).toEqual(["smtp://relay:587", "starttls"]);
    expect(parsed({ port: 25 })).toEqual(["smtp://relay:25", "starttls_if_offered"]);
    expect(parsed({ port: 465 })).toEqual(["smtp://relay:465", "tls"]);
    expect(parsed({ port: 2525 })).toEqual(["smtp://relay:2525", "starttls"]);
    expect(parsed({ security: "tls" })).toEqual(["smtp://relay:465", "tls"]);
    expect(parsed({ security: "none" })).toEqual(["smtp://relay:25", "none"]);
    expect(parsed({ security: "none", host: "fd00::25" })).toEqual(["smtp://[fd00::25]:25", "none"]);
  });
});
