// The mail transport by itself, against real SMTP servers: what is encrypted, what is refused, what ends
// in time, and what the evidence holds.
import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Mail, SmtpRequest } from "../../../src/channels/requests";
import { systemClock } from "../../../src/core/clock";
import type { DialSocket } from "../../../src/delivery/connect";
import { createResolver } from "../../../src/delivery/resolver";
import { createSmtpTransport } from "../../../src/delivery/smtp";
import { createTargets } from "../../../src/delivery/targets";
import { createTrials } from "../../../src/delivery/trial";
import { createNetPolicy, type OutboundMode } from "../../../src/lib/net-policy";
import { FakeClock } from "../../harness/clock";
import { fakeNames } from "../../harness/dns";
import {
  certificateFor,
  openMailRelay,
  openRawRelay,
  type Certificate,
  type MailRelayOptions,
} from "../../harness/mail-relay";

const PASSWORD = "canary-relay-password";
const mail: Mail = {
  from: { name: "Andon Wörk", address: "andon@plant.test" },
  to: [
    { name: "", address: "kim@plant.test" },
    { name: "Maintenance", address: "crew@plant.test" },
  ],
  cc: [{ name: "", address: "boss@plant.test" }],
  subject: "Critical: Spindle zu heiß 🔥 on CNC Mill #1",
  text: `Temperature exceeded threshold\n.\n..dots\n${"long ".repeat(400)}`,
  html: "<p>Temperature <b>exceeded</b></p>",
  messageId: "<0192-delivery@plant.test>",
  inReplyTo: "<0191-first@plant.test>",
  date: Date.UTC(2026, 3, 4, 10, 30, 5),
  isUrgent: true,
  headers: { "Auto-Submitted": "auto-generated" },
};

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const relayWith = async (options: MailRelayOptions = {}) => {
  const relay = await openMailRelay(options);
  cleanUps.push(relay.stop);
  return relay;
};

const transportWith = (parts: {
  clock?: FakeClock;
  mode?: OutboundMode;
  answers?: readonly string[];
  dial?: DialSocket;
}) => {
  const clock = parts.clock ?? systemClock;
  const trials = createTrials(clock);
  cleanUps.push(trials.close);
  const names = fakeNames(() => parts.answers ?? ["127.0.0.1"]);
  const targets = createTargets({
    policy: createNetPolicy({ mode: parts.mode ?? "open", allow: [] }),
    resolver: createResolver({ clock, nameServer: names, hostsPath: null }),
  });
  return { smtp: createSmtpTransport({ targets, trials, dial: parts.dial }), trials, names };
};

const requestTo = (port: number, more: Partial<SmtpRequest> = {}): SmtpRequest => ({
  transport: "smtp",
  url: `smtp://relay.test:${port}`,
  security: "none",
  isVerified: true,
  heloName: "andon.plant.test",
  login: null,
  mail,
  ...more,
});

const send = (request: SmtpRequest, parts: Parameters<typeof transportWith>[0] = {}) =>
  transportWith(parts).smtp.send(request, { timeoutMs: 5_000 });

const accepts: MailRelayOptions["onAuth"] = ({ username = "", password }, _session, done) =>
  password === PASSWORD
    ? done(null, { user: username })
    : done(Object.assign(new Error("no such user"), { responseCode: 535 }));

describe("a mail", () => {
  test("arrives whole: names, lines, both forms, thread and urgency", async () => {
    const relay = await relayWith();
    const exchange = await send(requestTo(relay.port));
    expect(exchange).toMatchObject({ statusCode: 250, failure: null, error: null });
    expect(exchange.address).toBe(`127.0.0.1:${relay.port}`);
    expect(exchange.firstByteMs ?? -1).toBeGreaterThanOrEqual(0);
    const [taken] = await relay.waitFor(1);
    expect(taken?.recipients).toEqual(["kim@plant.test", "crew@plant.test", "boss@plant.test"]);
    expect(taken?.helo).toBe("andon.plant.test");
    expect(taken?.mail.subject).toBe(mail.subject);
    expect(taken?.mail.from?.value).toEqual([mail.from]);
    expect(taken?.mail.text?.trimEnd()).toBe(mail.text.trimEnd());
    expect(taken?.mail.html).toContain("<b>exceeded</b>");
    expect(taken?.mail.messageId).toBe(mail.messageId);
    expect(taken?.mail.inReplyTo).toBe(mail.inReplyTo ?? "");
    expect(taken?.mail.references).toBe(mail.inReplyTo ?? "");
    expect(taken?.mail.headers.get("auto-submitted")).toBe("auto-generated");
    expect(taken?.source).toContain("Importance: High\r\n");
    for (const line of taken?.source.split("\r\n") ?? []) expect(line.length).toBeLessThanOrEqual(998);
  });

  test("has the same bytes on every try", async () => {
    const relay = await relayWith();
    const transport = transportWith({}).smtp;
    await transport.send(requestTo(relay.port), { timeoutMs: 5_000 });
    await transport.send(requestTo(relay.port), { timeoutMs: 5_000 });
    const [first, second] = await relay.waitFor(2);
    expect(second?.source).toBe(first?.source ?? "");
  });

  test("the evidence is the dialogue, without the message", async () => {
    const relay = await relayWith();
    const { responseBody } = await send(requestTo(relay.port));
    expect(responseBody).toStartWith("S: 220 ");
    expect(responseBody).toContain("C: RCPT TO:<crew@plant.test>");
    expect(responseBody).toContain("S: 250");
    expect(responseBody).not.toContain("Spindle");
    expect(responseBody).not.toContain("threshold");
  });
});

describe("encryption", () => {
  let own: Certificate;
  beforeAll(async () => {
    own = await certificateFor("relay.test");
  });

  test("tls and starttls: a known certificate is taken, an unknown, foreign or self-signed one is not", async () => {
    for (const security of ["tls", "starttls"] as const) {
      const relay = await relayWith({ secure: security === "tls", key: own.key, cert: own.cert });
      const request = requestTo(relay.port, { security });
      expect((await send({ ...request, tls: { ca: own.cert } })).statusCode).toBe(250);
      expect((await relay.waitFor(1))[0]?.isEncrypted).toBe(true);
      expect((await send({ ...request, isVerified: false })).statusCode).toBe(250);
      // An address has no name to check but itself, and the certificate names it.
      const literal = { ...request, url: `smtp://127.0.0.1:${relay.port}`, tls: { ca: own.cert } };
      expect((await send(literal)).statusCode).toBe(250);
      const unknown = await send(request);
      expect([security, unknown.failure, unknown.error]).toEqual([
        security,
        "tls",
        "The certificate is self-signed; give its CA in tls.ca.",
      ]);
      const foreign = await send({ ...request, tls: { ca: own.cert, serverName: "other.test" } });
      expect(foreign).toMatchObject({ failure: "tls", error: "The certificate is for another host name." });
      expect(relay.taken.length).toBe(3);
    }
  });

  test("starttls that is demanded and not offered, refused or stripped fails; nothing is sent in clear", async () => {
    const plain = await relayWith({ disabledCommands: ["STARTTLS"] });
    const request = requestTo(plain.port, {
      security: "starttls",
      login: { user: "andon", password: PASSWORD },
    });
    expect(await send(request)).toMatchObject({ failure: "tls", statusCode: null });
    expect(plain.taken).toEqual([]);
    for (const hello of ["250-relay\r\n250 STARTTLS", "250 relay"]) {
      const stripping = await openRawRelay((line) =>
        line === null
          ? "220 relay ESMTP"
          : line.startsWith("EHLO")
            ? hello
            : line === "STARTTLS"
              ? "454 TLS not available"
              : "250 ok",
      );
      cleanUps.push(stripping.stop);
      const exchange = await send({ ...request, url: `smtp://relay.test:${stripping.port}` });
      expect(exchange.failure).toBe("tls");
      expect(stripping.lines.join("\n")).not.toMatch(/AUTH|MAIL FROM/);
    }
  });

  test("where it is offered, it is used without asking who it is; where not, the mail goes in clear, a password never", async () => {
    const offering = await relayWith({ key: own.key, cert: own.cert });
    const security = "starttls_if_offered";
    expect((await send(requestTo(offering.port, { security }))).statusCode).toBe(250);
    expect((await offering.waitFor(1))[0]?.isEncrypted).toBe(true);
    const old = await relayWith({ disabledCommands: ["STARTTLS"], onAuth: accepts });
    expect((await send(requestTo(old.port, { security }))).statusCode).toBe(250);
    expect((await old.waitFor(1))[0]?.isEncrypted).toBe(false);
    const exchange = await send(requestTo(old.port, { security, login: { user: "a", password: PASSWORD } }));
    expect(exchange).toMatchObject({
      failure: "tls",
      error: "The relay offers no encryption, so the password was not sent.",
    });
    expect(exchange.responseBody).not.toContain("AUTH PLAIN ");
    expect(old.taken.length).toBe(1);
  });

  test("what an attacker says in clear before the handshake is not believed after it", async () => {
    let isUpgraded = false;
    const relay = await openRawRelay((line) => {
      if (line === null) return "220 relay";
      if (line.startsWith("EHLO")) return "250-relay\r\n250 STARTTLS";
      if (line !== "STARTTLS") return null;
      isUpgraded = true;
      return "220 go\r\n250-relay\r\n250 AUTH PLAIN";
    });
    cleanUps.push(relay.stop);
    const { trials, smtp } = transportWith({});
    const exchange = smtp.send(requestTo(relay.port, { security: "starttls" }), { timeoutMs: 5_000 });
    await relay.heard("STARTTLS");
    expect(isUpgraded).toBe(true);
    trials.abandon();
    expect((await exchange).failure).toBe("internal");
    expect(relay.lines.filter((line) => line.startsWith("EHLO")).length).toBe(1);
  });
});

describe("signing in", () => {
  test("with the right password the mail is taken; the password is in no evidence", async () => {
    for (const authMethods of [["PLAIN"], ["LOGIN"]]) {
      const relay = await relayWith({
        onAuth: accepts,
        authMethods,
        authOptional: false,
        allowInsecureAuth: true,
      });
      const exchange = await send(requestTo(relay.port, { login: { user: "andon", password: PASSWORD } }));
      expect(exchange.statusCode).toBe(250);
      expect((await relay.waitFor(1))[0]?.user).toBe("andon");
      const base64 = [PASSWORD, `\0andon\0${PASSWORD}`, "andon"].map((text) =>
        Buffer.from(text).toString("base64"),
      );
      for (const secret of [PASSWORD, ...base64]) expect(exchange.responseBody).not.toContain(secret);
      expect(exchange.responseBody).toContain("C: AUTH");
      expect(exchange.responseBody).toContain("C: ••••".slice(0, 3));
    }
  });

  test("with a wrong one, or where it is demanded and missing, the relay's answer tells", async () => {
    const relay = await relayWith({ onAuth: accepts, authOptional: false, allowInsecureAuth: true });
    const wrong = await send(requestTo(relay.port, { login: { user: "andon", password: "wrong-canary" } }));
    expect(wrong).toMatchObject({ statusCode: 535, failure: null });
    expect(JSON.stringify(wrong)).not.toContain("wrong-canary");
    expect((await send(requestTo(relay.port))).statusCode).toBe(530);
    expect(relay.taken).toEqual([]);
  });
});

describe("refusals", () => {
  test("of one recipient: delivered to the others, and the note names who was refused", async () => {
    const relay = await relayWith({
      refuse: (address) => (address.startsWith("crew@") ? { code: 550, text: "no such user" } : null),
    });
    const exchange = await send(requestTo(relay.port));
    expect(exchange).toMatchObject({
      statusCode: 250,
      failure: null,
      error: "Taken for 2 of 3 recipients; refused: crew@plant.test (550).",
    });
    expect((await relay.waitFor(1))[0]?.recipients).toEqual(["kim@plant.test", "boss@plant.test"]);
  });

  test("of all: the answer's code, a temporary one before a permanent one", async () => {
    const all = await relayWith({ refuse: () => ({ code: 550, text: "no" }) });
    expect(await send(requestTo(all.port))).toMatchObject({ statusCode: 550, failure: null });
    const mixed = await relayWith({
      refuse: (address) => ({ code: address.startsWith("crew@") ? 451 : 550, text: "no" }),
    });
    expect((await send(requestTo(mixed.port))).statusCode).toBe(451);
    const late = await relayWith({ refuseMail: () => ({ code: 554, text: "looks like spam" }) });
    const refused = await send(requestTo(late.port));
    expect(refused.statusCode).toBe(554);
    expect(refused.responseBody).toContain("looks like spam");
  });

  test("greylisting: refused at first, taken on the next try", async () => {
    const relay = await relayWith({
      refuse: (_address, session) => (session === 1 ? { code: 451, text: "greylisted" } : null),
    });
    const { smtp } = transportWith({});
    expect((await smtp.send(requestTo(relay.port), { timeoutMs: 5_000 })).statusCode).toBe(451);
    expect((await smtp.send(requestTo(relay.port), { timeoutMs: 5_000 })).statusCode).toBe(250);
  });

  test("greetings that are none", async () => {
    for (const [greeting, expected] of [
      ["421 too busy", { statusCode: 421, failure: null }],
      ["554 go away", { statusCode: 554, failure: null }],
      ["HTTP/1.1 400 Bad Request", { statusCode: null, failure: "protocol" }],
    ] as const) {
      const relay = await openRawRelay((line) => (line === null ? greeting : "500 what"));
      cleanUps.push(relay.stop);
      expect(await send(requestTo(relay.port))).toMatchObject(expected);
    }
  });
});

describe("a relay that misbehaves", () => {
  test("hangs: the deadline ends it, at any step, and the connection with it", async () => {
    const steps = [null, "EHLO", "MAIL", "RCPT", "DATA", "."];
    for (const silent of steps) {
      const clock = new FakeClock();
      let isClosed: Promise<void> | undefined;
      const relay = await openRawRelay((line, socket) => {
        isClosed ??= new Promise((resolve) => socket.once("close", () => resolve()));
        if (line === null ? silent === null : silent !== null && line.startsWith(silent)) return null;
        return line === null
          ? "220 relay"
          : line === "DATA"
            ? "354 go on"
            : /^(?:EHLO|MAIL|RCPT|\.$)/.test(line)
              ? "250 ok"
              : null;
      });
      cleanUps.push(relay.stop);
      const sending = send(requestTo(relay.port), { clock });
      if (silent === null) while (isClosed === undefined) await Bun.sleep(1);
      else await relay.heard(silent);
      await clock.advance(4_999);
      await clock.advance(1);
      const exchange = await sending;
      expect([silent, exchange.failure, exchange.error]).toEqual([
        silent,
        "timeout",
        "There was no answer within 5 s.",
      ]);
      await isClosed;
    }
  });

  test("closes, resets or floods: each has its word", async () => {
    const closing = await openRawRelay((line, socket) => {
      if (line === null) return "220 relay";
      socket.end();
      return null;
    });
    cleanUps.push(closing.stop);
    expect((await send(requestTo(closing.port))).failure).toBe("reset");
    const flooding = await openRawRelay((line) =>
      line === null ? "220 relay" : "250-".padEnd(200_000, "x"),
    );
    cleanUps.push(flooding.stop);
    const flooded = await send(requestTo(flooding.port));
    expect(flooded.failure).not.toBeNull();
    expect(flooded.responseBody.length).toBeLessThanOrEqual(4_096);
    const { port } = await relayWith();
    const gone = await openRawRelay(() => null);
    await gone.stop();
    expect((await send(requestTo(gone.port))).failure).toBe("refused");
    expect(port).toBeGreaterThan(0);
  });

  test("a shutdown gives up what runs", async () => {
    const relay = await openRawRelay(() => null);
    cleanUps.push(relay.stop);
    const { smtp, trials } = transportWith({});
    const sending = smtp.send(requestTo(relay.port), { timeoutMs: 5_000 });
    await Bun.sleep(20);
    trials.abandon();
    expect(await sending).toMatchObject({ failure: "internal", error: "Andon was stopped." });
  });
});

describe("where it dials", () => {
  test("only the address that was judged, with one resolution; refused ones are never dialled", async () => {
    const relay = await relayWith();
    const dialled: string[] = [];
    const { connect } = await import("node:net");
    const dial: DialSocket = (host, port) => {
      dialled.push(host);
      return connect({ host: "127.0.0.1", port });
    };
    const allowed = transportWith({ dial, mode: "lan", answers: ["127.0.0.1", "10.1.2.3"] });
    const exchange = await allowed.smtp.send(requestTo(relay.port), { timeoutMs: 5_000 });
    expect(exchange).toMatchObject({ statusCode: 250, address: `10.1.2.3:${relay.port}` });
    expect([dialled, allowed.names.lookups]).toEqual([["10.1.2.3"], ["relay.test"]]);
    dialled.length = 0;
    for (const [mode, host] of [
      ["lan", "127.0.0.1"],
      ["lan", "[::1]"],
      ["lan", "0x7f.1"],
      ["lan", "2130706433"],
      ["lan", "[::ffff:169.254.169.254]"],
      ["lan", "169.254.169.254"],
      ["strict", "10.1.2.3"],
    ] as const) {
      const refused = await send(requestTo(25, { url: `smtp://${host}:25` }), { dial, mode });
      expect([host, refused.failure]).toEqual([host, "blocked"]);
    }
    expect(dialled).toEqual([]);
  });
});
