// Subscribers of a status page over real HTTP: what strangers can and can't do by the public forms, what editors
// can, what endpoints and mailboxes get, and where an address must never be read.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { standardKey, standardSignature } from "../../src/lib/hmac";
import { createLog } from "../../src/operations/log";
import { eventually } from "../harness/eventually";
import { openRecordingSink, type RecordingSink, type ReceivedRequest } from "../harness/recording-sink";
import { openSubscriberStage, tokenIn, type SubscriberStage } from "../harness/subscribers";

const HOUR_MS = 3_600_000;
const ADDRESS = "canary-reader-0007@example.test";
const GENEROUS = { perAddress: { perSecond: 100, burst: 1_000 }, perPage: { perSecond: 100, burst: 1_000 } };

let stage: SubscriberStage;
const open = async (options: Parameters<typeof openSubscriberStage>[0] = {}): Promise<void> => {
  stage = await openSubscriberStage({ seams: { subscriberLimits: GENEROUS }, ...options });
};
afterEach(() => stage.stop());

const subscribers = async (query = "") =>
  (await stage.app.api("GET", `/status-pages/${stage.pageId}/subscribers${query}`)).body.data;

const enter = (body: Record<string, unknown>) =>
  stage.app.api("POST", `/status-pages/${stage.pageId}/subscribers`, body);

const rowsOf = async (condition: string): Promise<unknown[][]> =>
  stage.app.store.engine.query({
    sql: `SELECT event, status, outcome, reason FROM outbox WHERE ${condition} ORDER BY seq`,
  });

describe("the form", () => {
  beforeEach(() => open());

  test("answers alike whoever is subscribed, byte for byte, and writes once an hour", async () => {
    const ask = (email: string) => stage.post("subscribe", { kind: "email", email, scope: "all" });
    const first = await ask("new@example.test");
    await stage.relay.waitFor(1);
    await stage.subscribe("known@example.test");
    await stage.relay.waitFor(2);
    const answers = [first];
    for (const email of ["known@example.test", "KNOWN@example.test", "new@example.test", "x@example.test"])
      answers.push(await ask(email));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ html }) => html)).size).toBe(1);
    await stage.relay.waitFor(3);
    expect(stage.relay.taken.map(({ recipients }) => recipients[0])).toEqual([
      "new@example.test",
      "known@example.test",
      "x@example.test",
    ]);
    await stage.quiet();
    await stage.clock.advance(HOUR_MS);
    await ask("known@example.test");
    const hint = (await stage.relay.waitFor(4))[3];
    expect(hint?.mail.subject).toBe("You are subscribed to Acme status");
    expect(tokenIn(hint!, "subscription")).toHaveLength(43);
    expect(await subscribers("?status=confirmed")).toHaveLength(1);
  });

  test("names what is wrong, and keeps what was entered", async () => {
    const wrong = [
      "no address",
      "a@b@c",
      "Kim <kim@example.test>",
      "kim@example.test\r\nBcc: e@evil.test",
      "",
    ];
    for (const email of wrong) {
      const { status, html } = await stage.post("subscribe", { kind: "email", email, scope: "all" });
      expect([email, status, html.includes('role="alert"')]).toEqual([email, 422, true]);
    }
    const none = await stage.post("subscribe", { kind: "email", email: "k@example.test", scope: "some" });
    expect([none.status, none.html.includes('value="k@example.test"')]).toEqual([422, true]);
    const foreign = { kind: "email", email: "k@example.test", scope: "some", service: "somebody-elses" };
    expect((await stage.post("subscribe", foreign)).status).toBe(422);
    const hook = { kind: "webhook", url: "https://example.test/hook", scope: "all" };
    expect((await stage.post("subscribe", hook)).status).toBe(422);
    const json = await fetch(`${stage.app.url}/status/acme/subscribe`, { method: "POST", body: "{}" });
    expect(json.status).toBe(415);
    await stage.quiet();
    expect(stage.relay.taken).toEqual([]);
    expect(await subscribers()).toEqual([]);
  });

  test("shows hostile names as words", async () => {
    const name = `"><script>alert(1)</script>`;
    await stage.app.api("PATCH", `/services/${stage.serviceIds["Search"]}`, { name });
    await stage.app.api("PATCH", `/status-pages/${stage.pageId}`, { title: name });
    const { html } = await stage.get("subscribe");
    expect(html).not.toContain("<script>alert");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    const echoed = await stage.post("subscribe", { kind: "email", email: name, scope: "all" });
    expect(echoed.html).not.toContain("<script>alert");
  });

  test("speaks the language of the page, or the one that is asked for, and so do its mails", async () => {
    expect((await stage.get("subscribe?lang=de")).html).toContain('<html lang="de">');
    await stage.app.api("PATCH", `/status-pages/${stage.pageId}`, { language: "de" });
    expect((await stage.get("subscribe")).html).toContain("E-Mail-Adresse");
    const mail = await stage.ask("kim@example.test");
    expect(mail.mail.subject).toBe("Anmeldung bei Acme status bestätigen");
    const english = await stage.ask("pat@example.test", { lang: "en" });
    expect(english.mail.subject).toBe("Confirm your subscription to Acme status");
    // Where the links of a mail lead it goes on in the mail's language.
    const token = tokenIn(english, "confirm");
    for (const path of ["confirm", "subscription", "unsubscribe"])
      expect((await stage.get(`${path}?token=${token}`)).html).toContain('<html lang="en">');
    for (const path of ["confirm", "unsubscribe"])
      expect((await stage.post(`${path}?token=${token}`, {})).html).toContain('<html lang="en">');
  });

  test("is not there without a relay, or where the page does not want it", async () => {
    await stage.app.api("PATCH", `/status-pages/${stage.pageId}`, { allow_email_subscribers: false });
    expect((await stage.get("subscribe")).html).not.toContain('name="email"');
    const asked = { kind: "email", email: "k@example.test", scope: "all" };
    expect((await stage.post("subscribe", asked)).status).toBe(422);
    expect((await fetch(`${stage.app.url}/status/nobody/subscribe`)).status).toBe(404);
    expect(await subscribers()).toEqual([]);
  });
});

describe("limits", () => {
  test("forms per client address, then per page, with the time to wait", async () => {
    await open({ seams: {} });
    const ask = (index: number) =>
      stage.post("subscribe", { kind: "email", email: `k${index}@example.test`, scope: "all" });
    for (let index = 0; index < 10; index++) expect((await ask(index)).status).toBe(200);
    const over = await ask(10);
    expect([over.status, over.headers.get("retry-after")]).toEqual([429, "60"]);
    await stage.clock.advance(60_000);
    expect((await ask(11)).status).toBe(200);
    expect(await subscribers("?limit=500")).toHaveLength(11);
  });

  test("whoever does not confirm within 48 hours is forgotten, link included", async () => {
    await open();
    const token = tokenIn(await stage.ask("late@example.test"), "confirm");
    await stage.subscribe("kim@example.test");
    await stage.restart((file) => {
      const database = new Database(file);
      database.run("UPDATE status_page_subscribers SET requested_at = requested_at - ?", [48 * HOUR_MS + 1]);
      database.close();
    });
    expect((await stage.get(`confirm?token=${token}`)).status).toBe(404);
    expect((await stage.post(`confirm?token=${token}`, {})).status).toBe(404);
    await stage.clock.advance(HOUR_MS);
    expect((await subscribers()).map(({ email }: { email: string }) => email)).toEqual(["kim@example.test"]);
  });

  test("the oldest unconfirmed ones give way, so that nobody is kept out", async () => {
    await open();
    for (let index = 0; index < 503; index++)
      await stage.post("subscribe", { kind: "email", email: `flood${index}@example.test`, scope: "all" });
    const list = `/status-pages/${stage.pageId}/subscribers?limit=300`;
    const { data, next_cursor: cursor } = (await stage.app.api("GET", list)).body;
    const rest = (await stage.app.api("GET", `${list}&cursor=${cursor}`)).body;
    expect([data.length, rest.data.length, rest.next_cursor]).toEqual([300, 200, null]);
    expect(await subscribers("?email=flood0@example.test")).toEqual([]);
    expect(await subscribers("?email=flood502@example.test")).toHaveLength(1);
  }, 60_000);
});

describe("a choice of services", () => {
  beforeEach(() => open());

  test("made in the form, changed by the link", async () => {
    const { Checkout = "", Search = "" } = stage.serviceIds;
    const token = await stage.subscribe("kim@example.test", { scope: "some", service: [Search] });
    await stage.open("About checkout", ["Checkout"]);
    await stage.open("About search", ["Search"]);
    expect((await stage.relay.waitFor(2))[1]?.mail.subject).toBe("[Acme status] Incident: About search");
    const sheet = await stage.get(`subscription?token=${token}`);
    expect(sheet.html).toMatch(new RegExp(`value="${Search}"\\s+checked`));
    expect(sheet.html).not.toMatch(new RegExp(`value="${Checkout}"\\s+checked`));
    expect((await stage.post(`subscription?token=${token}`, { scope: "some" })).status).toBe(422);
    const saved = await stage.post(`subscription?token=${token}`, { scope: "some", service: [Checkout] });
    expect([saved.status, saved.html.includes("Saved.")]).toEqual([200, true]);
    await stage.open("Search again", ["Search"]);
    await stage.open("Checkout again", ["Checkout"]);
    expect((await stage.relay.waitFor(3))[2]?.mail.subject).toBe("[Acme status] Incident: Checkout again");
    expect(stage.relay.taken).toHaveLength(3);
  });

  test("a link belongs to its page and its holder", async () => {
    const token = await stage.subscribe("kim@example.test");
    await stage.app.api("POST", "/status-pages", {
      name: "Other",
      slug: "other",
      service_ids: [stage.serviceIds["Search"]],
    });
    for (const path of ["confirm", "subscription", "unsubscribe"]) {
      expect((await fetch(`${stage.app.url}/status/other/${path}?token=${token}`)).status).toBe(404);
      expect((await stage.get(`${path}?token=${token.slice(0, -1)}`)).status).toBe(404);
      expect((await stage.get(path)).status).toBe(404);
    }
    await fetch(`${stage.app.url}/status/other/unsubscribe?token=${token}`, { method: "POST" });
    expect(await subscribers()).toHaveLength(1);
  });
});

describe("a page that not everybody may read", () => {
  beforeEach(() => open());

  for (const [what, change] of [
    ["a password", { visibility: "password", password: "only for friends" }],
    ["addresses", { visibility: "addresses", allowed_addresses: ["10.9.9.0/24"] }],
  ] as const)
    test(`${what}: who may not read it can't subscribe; whoever has a link is known by it`, async () => {
      const token = await stage.subscribe("kim@example.test");
      expect((await stage.app.api("PATCH", `/status-pages/${stage.pageId}`, change)).status).toBe(200);
      for (const path of ["subscribe", "subscribe.html"]) {
        const shut = await stage.get(path);
        expect([path, shut.status >= 401 && shut.status <= 403]).toEqual([path, true]);
        expect(shut.html).not.toContain("Checkout");
      }
      const asked = await stage.post("subscribe", { kind: "email", email: "x@example.test", scope: "all" });
      expect([401, 403]).toContain(asked.status);
      expect(await subscribers()).toHaveLength(1);
      expect((await stage.get(`subscription?token=${token}`)).status).toBe(200);
      expect((await stage.post(`unsubscribe?token=${token}`, {})).status).toBe(200);
      expect(await subscribers()).toEqual([]);
    });

  test("on its own domain everything stands at the root, and links lead there", async () => {
    await stage.app.api("PATCH", `/status-pages/${stage.pageId}`, { domain: "status.acme.test" });
    const at = (path: string, init: RequestInit = {}) =>
      fetch(`${stage.app.url}${path}`, { ...init, headers: { host: "status.acme.test" } });
    const form = await at("/subscribe");
    expect([form.status, (await form.text()).includes('name="email"')]).toEqual([200, true]);
    const mail = await stage.ask("kim@example.test");
    expect(mail.mail.text).toContain("http://status.acme.test/confirm?token=");
    const confirmed = await at(`/confirm?token=${tokenIn(mail, "confirm")}`, { method: "POST" });
    expect(confirmed.status).toBe(200);
    expect(await subscribers("?status=confirmed")).toHaveLength(1);
  });
});

describe("maintenance", () => {
  beforeEach(() => open());

  const iso = (ms: number) => new Date(ms).toISOString();
  const plan = (body: Record<string, unknown>) =>
    stage.app.api("POST", "/maintenance-windows", { name: "New pumps", ...body });
  const subjects = () => stage.relay.taken.slice(1).map(({ mail }) => mail.subject);

  test("planned, moved, begun and over", async () => {
    await stage.subscribe("kim@example.test");
    const at = stage.clock.now();
    const window = await plan({
      service_ids: [stage.serviceIds["Checkout"]],
      starts_at: iso(at + 60_000),
      ends_at: iso(at + 120_000),
    });
    expect(window.status).toBe(201);
    await stage.relay.waitFor(2);
    await stage.quiet();
    await stage.clock.advance(1_000);
    await stage.app.api("PATCH", `/maintenance-windows/${window.body.id}`, {
      starts_at: iso(at + 180_000),
      ends_at: iso(at + 240_000),
    });
    await stage.relay.waitFor(3);
    await stage.quiet();
    await stage.clock.advance(180_000);
    await stage.relay.waitFor(4);
    await stage.quiet();
    await stage.clock.advance(60_000);
    await stage.relay.waitFor(5);
    expect(subjects()).toEqual([
      "[Acme status] Maintenance planned: New pumps",
      "[Acme status] Maintenance moved: New pumps",
      "[Acme status] Maintenance has begun: New pumps",
      "[Acme status] Maintenance is over: New pumps",
    ]);
  });

  test("of a pattern one announcement, and one mail when it is cancelled", async () => {
    await stage.subscribe("kim@example.test");
    const window = await plan({
      service_ids: [stage.serviceIds["Search"]],
      cron: "0 3 * * *",
      duration_seconds: 3_600,
      time_zone: "UTC",
    });
    expect(window.status).toBe(201);
    await stage.relay.waitFor(2);
    await stage.app.api("DELETE", `/maintenance-windows/${window.body.id}`);
    await stage.relay.waitFor(3);
    await stage.open("After it", ["Search"]);
    await stage.relay.waitFor(4);
    expect(subjects()).toEqual([
      "[Acme status] Maintenance planned: New pumps",
      "[Acme status] Maintenance cancelled: New pumps",
      "[Acme status] Incident: After it",
    ]);
  });
});

describe("what becomes of mails", () => {
  test("a mailbox that is refused costs the others nothing, and its address stands nowhere", async () => {
    const lines: string[] = [];
    await open({
      relay: {
        refuse: (recipient) =>
          recipient === ADDRESS ? { code: 550, text: `5.1.1 <${ADDRESS}> is unknown here` } : null,
      },
      log: createLog({ level: "debug", write: (line) => void lines.push(line) }),
    });
    for (const email of ["a@example.test", ADDRESS, "b@example.test"])
      expect((await enter({ kind: "email", email, is_confirmed: true })).status).toBe(201);
    await stage.open("Payments fail", ["Checkout"]);
    await stage.relay.waitFor(2);
    expect(stage.relay.taken.map(({ recipients }) => recipients[0]).toSorted()).toEqual([
      "a@example.test",
      "b@example.test",
    ]);
    await eventually(
      () => rowsOf("status = 'failed'"),
      (rows) => rows.length === 1,
    );
    const { engine } = stage.app.store;
    const file = JSON.stringify([
      await engine.query({ sql: "SELECT * FROM journal" }),
      await engine.query({ sql: "SELECT * FROM attempts" }),
      (await engine.query({ sql: "SELECT body, subject_id, reason FROM outbox" })).map(([body, ...rest]) => [
        new TextDecoder().decode(body as Uint8Array),
        ...rest,
      ]),
      await engine.query({ sql: "SELECT * FROM status_page_subscribers" }),
    ]);
    expect(file).toContain("550");
    expect(file).not.toContain("canary-reader");
    expect(lines.join("\n")).not.toContain("canary-reader");
    for (const path of [
      "/deliveries",
      "/notification-channels",
      "/status-pages",
      `/status-pages/${stage.pageId}`,
      "/audit-log",
      "/incidents",
    ]) {
      const { body } = await stage.app.api("GET", path);
      expect([path, JSON.stringify(body).includes("canary-reader")]).toEqual([path, false]);
    }
    // What goes to subscribers is no channel of the API, and none of its deliveries.
    expect((await stage.app.api("GET", "/deliveries")).body.data).toEqual([]);
    expect((await stage.app.api("GET", "/notification-channels")).body.data).toHaveLength(1);
    const [[id = ""] = []] = (await engine.query({ sql: "SELECT id FROM outbox LIMIT 1" })) as string[][];
    expect((await stage.app.api("GET", `/deliveries/${id}`)).status).toBe(404);
    expect((await stage.app.api("GET", `/notification-channels/${stage.pageId}`)).status).toBe(404);
    expect((await stage.app.api("DELETE", `/notification-channels/${stage.pageId}`)).status).toBe(404);
  });

  test("what the relay does not take now is tried again; what waits for somebody who leaves is cancelled", async () => {
    let isBusy = false;
    await open({ relay: { refuseMail: () => (isBusy ? { code: 451, text: "later" } : null) } });
    const token = await stage.subscribe("kim@example.test");
    await stage.subscribe("pat@example.test");
    isBusy = true;
    await stage.open("Payments fail", ["Checkout"]);
    await eventually(
      () => rowsOf("event = 'incident.opened' AND outcome = 'server_error'"),
      (rows) => rows.length === 2,
    );
    expect((await stage.post(`unsubscribe?token=${token}`, {})).status).toBe(200);
    isBusy = false;
    await stage.clock.advance(10_000);
    await stage.relay.waitFor(3);
    expect(stage.relay.taken[2]?.recipients).toEqual(["pat@example.test"]);
    await stage.quiet();
    const states = (await rowsOf("event = 'incident.opened'")).map(([, status]) => status);
    expect(states.toSorted()).toEqual(["cancelled", "delivered"]);
    expect(stage.relay.taken).toHaveLength(3);
  });

  test("mails wait for a relay that is switched off", async () => {
    await open();
    await stage.subscribe("kim@example.test");
    const { body } = await stage.app.api("GET", "/notification-channels");
    const path = `/notification-channels/${body.data[0].id}`;
    await stage.app.api("PATCH", path, { is_active: false });
    await stage.open("Payments fail", ["Checkout"]);
    const waiting = await eventually(
      () => rowsOf("event = 'incident.opened' AND outcome IS NOT NULL"),
      (rows) => rows.length === 1,
    );
    expect(waiting[0]).toEqual([
      "incident.opened",
      "pending",
      "invalid_config",
      "The status page has no e-mail channel that is switched on.",
    ]);
    await stage.app.api("PATCH", path, { is_active: true });
    await stage.clock.advance(10_000);
    expect((await stage.relay.waitFor(2))[1]?.mail.subject).toBe("[Acme status] Incident: Payments fail");
  });

  test("with the page go its subscribers and what waits for them", async () => {
    let isBusy = false;
    await open({ relay: { refuseMail: () => (isBusy ? { code: 451, text: "later" } : null) } });
    await stage.subscribe("kim@example.test");
    isBusy = true;
    await stage.open("Payments fail", ["Checkout"]);
    await eventually(
      () => rowsOf("outcome = 'server_error'"),
      (rows) => rows.length === 1,
    );
    expect((await stage.app.api("DELETE", `/status-pages/${stage.pageId}`)).status).toBe(204);
    const { engine } = stage.app.store;
    expect(await engine.query({ sql: "SELECT id FROM status_page_subscribers" })).toEqual([]);
    expect((await rowsOf("event = 'incident.opened'"))[0]?.[1]).toBe("cancelled");
    isBusy = false;
    await stage.clock.advance(HOUR_MS);
    expect(stage.relay.taken).toHaveLength(1);
  });
});

describe("webhooks", () => {
  let sink: RecordingSink;

  const openHooks = async (allow: readonly string[] = []): Promise<void> => {
    sink = openRecordingSink();
    await open({ page: { allow_webhook_subscribers: true }, allow });
  };
  afterEach(() => sink.stop());

  const isSigned = ({ headers, bytes }: ReceivedRequest, secret: string): boolean =>
    headers["webhook-signature"] ===
    standardSignature(standardKey(secret), {
      id: headers["webhook-id"] ?? "",
      timestampSeconds: Number(headers["webhook-timestamp"]),
      body: bytes,
    });

  test("by the form: a secret shown once, a message to confirm, then news, all of them signed", async () => {
    sink = openRecordingSink();
    await open({ page: { allow_webhook_subscribers: true }, allow: [`127.0.0.1:${sink.port}`] });
    const asked = await stage.post("subscribe", { kind: "webhook", url: sink.url, scope: "all" });
    expect(asked.status).toBe(200);
    const secret = /value="(whsec_[^"]+)"/.exec(asked.html)?.[1] ?? "";
    const [confirm] = await sink.waitFor(1);
    expect(confirm?.json["type"]).toBe("subscription.confirm");
    expect(isSigned(confirm!, secret)).toBe(true);
    await stage.open("Too early", ["Checkout"]);
    const url = (confirm!.json["data"] as { confirm_url: string }).confirm_url;
    expect((await fetch(url, { method: "POST" })).status).toBe(200);
    await stage.open("Payments fail", ["Checkout", "Internal"]);
    const news = (await sink.waitFor(2))[1]!;
    expect(isSigned(news, secret)).toBe(true);
    const data = news.json["data"] as Record<string, Record<string, unknown>>;
    expect(news.json["type"]).toBe("incident.opened");
    expect(data["page"]).toEqual({ title: "Acme status", url: `${stage.app.url}/status/acme/` });
    expect(data["incident"]).toMatchObject({
      title: "Payments fail",
      message: "We are looking into it.",
      status: "investigating",
      severity: "major",
      services: [{ id: stage.serviceIds["Checkout"], name: "Checkout" }],
      resolved_at: null,
    });
    expect(news.body).not.toMatch(/Internal|tenant|engineer|probe|source/);
    const leave = String((news.json["data"] as { unsubscribe_url: string }).unsubscribe_url);
    expect((await fetch(leave, { method: "POST" })).status).toBe(200);
    expect(await subscribers()).toEqual([]);
    await stage.open("Nobody hears", ["Checkout"]);
    expect(sink.received).toHaveLength(2);
  });

  test("a stranger reaches nothing that is not public, whatever the mode; an editor what the mode allows", async () => {
    await openHooks();
    const inside = [
      "http://10.0.0.7/",
      "https://10.0.0.7/hook",
      "https://192.168.1.1/",
      `http://127.0.0.1:${sink.port}/`,
      "https://169.254.169.254/latest/meta-data",
      "https://[::1]/",
      "http://93.184.216.34/plain",
      "javascript:alert(1)",
      "https://user:password@93.184.216.34/",
    ];
    for (const url of inside) {
      const { status } = await stage.post("subscribe", { kind: "webhook", url, scope: "all" });
      expect([url, status]).toEqual([url, 422]);
    }
    expect(await subscribers()).toEqual([]);
    const created = await enter({ kind: "webhook", url: "http://10.0.0.7/hook" });
    expect([created.status, created.body.status]).toEqual([201, "confirmed"]);
    expect(created.body.secret).toStartWith("whsec_");
    expect((await enter({ kind: "webhook", url: `http://127.0.0.1:${sink.port}/` })).status).toBe(422);
    expect(sink.received).toEqual([]);
  });

  test("an address that turns out to be inside is not dialled either", async () => {
    sink = openRecordingSink();
    const dialled: string[] = [];
    let lookups = 0;
    await open({
      page: { allow_webhook_subscribers: true },
      config: { outboundMode: "open" },
      seams: {
        subscriberLimits: GENEROUS,
        delivery: {
          hostsPath: null,
          nameServer: {
            // Public for the form, and then whatever its owner wants.
            lookup: () =>
              Promise.resolve({
                addresses: [lookups++ === 0 ? "93.184.216.34" : "127.0.0.1"],
                ttlSeconds: 0,
              }),
          },
          dial: (url) => {
            dialled.push(url);
            return Promise.resolve(new Response("ok"));
          },
        },
      },
    });
    const url = `https://rebinding.example:${sink.port}/hook`;
    expect((await stage.post("subscribe", { kind: "webhook", url, scope: "all" })).status).toBe(200);
    const rows = await eventually(
      () => rowsOf("outcome IS NOT NULL"),
      (found) => found.length === 1,
    );
    expect(rows[0]?.slice(0, 3)).toEqual(["subscription.confirm", "pending", "blocked"]);
    expect([dialled, sink.received]).toEqual([[], []]);
  });

  test("one that says it is gone is told no more; others go on", async () => {
    sink = openRecordingSink();
    await open({ allow: [`127.0.0.1:${sink.port}`] });
    await stage.app.api("PATCH", `/status-pages/${stage.pageId}`, { allow_webhook_subscribers: true });
    const created = await enter({ kind: "webhook", url: sink.url });
    expect(created.status).toBe(201);
    sink.answerWith(410);
    await stage.open("Payments fail", ["Checkout"]);
    await sink.waitFor(1);
    for (const seconds of [40, 140, 680, 1_900, 7_300]) await stage.clock.advance(seconds * 1_000);
    const [one] = await eventually(subscribers, ([first]) => first?.is_reachable === false);
    expect(one).toMatchObject({ id: created.body.id, is_reachable: false });
    const before = sink.received.length;
    await stage.open("Another", ["Checkout"]);
    await stage.clock.advance(HOUR_MS);
    expect(sink.received).toHaveLength(before);
  }, 60_000);
});

describe("editors", () => {
  beforeEach(() => open());

  test("enter, read, find, change and delete; secrets are write-only", async () => {
    const { Search = "", Internal = "" } = stage.serviceIds;
    const created = await enter({ kind: "email", email: "Kim@Example.test", service_ids: [Search] });
    expect([created.status, created.body.secret]).toEqual([201, null]);
    expect(created.body).toMatchObject({
      kind: "email",
      url: null,
      status: "unconfirmed",
      service_ids: [Search],
      language: "en",
      origin: "editor",
    });
    await stage.relay.waitFor(1);
    expect((await enter({ kind: "email", email: "kim@example.test" })).status).toBe(409);
    const refused = [
      [{ kind: "email" }, "email"],
      [{ kind: "email", email: "nobody" }, "email"],
      [{ kind: "email", email: "a@b.test", url: "https://a.test" }, "url"],
      [{ kind: "webhook" }, "url"],
      [{ kind: "webhook", url: "ftp://a.test/x" }, "url"],
      [{ kind: "email", email: "a@b.test", service_ids: [Internal] }, "service_ids.0"],
      [{ kind: "email", email: "a@b.test", unknown: 1 }, "unknown"],
    ] as const;
    for (const [body, field] of refused) {
      const { status, body: problem } = await enter(body);
      expect([JSON.stringify(body), status, problem.field]).toEqual([JSON.stringify(body), 422, field]);
    }
    const given = await enter({ kind: "webhook", url: "http://10.0.0.7/", secret: "canary-secret-0009" });
    expect([given.status, given.body.secret]).toEqual([201, null]);
    expect(JSON.stringify(await subscribers())).not.toContain("canary-secret");
    expect(await subscribers("?kind=webhook")).toHaveLength(1);
    expect(await subscribers("?status=unconfirmed")).toHaveLength(1);
    expect(await subscribers("?email=KIM@example.TEST")).toHaveLength(1);
    const path = `/status-pages/${stage.pageId}/subscribers/${created.body.id}`;
    const changed = await stage.app.api("PATCH", path, { service_ids: null, language: "de" });
    expect(changed.body).toMatchObject({ service_ids: null, language: "de" });
    expect((await stage.app.api("DELETE", path)).status).toBe(204);
    expect((await stage.app.api("GET", path)).status).toBe(404);
    expect(await subscribers()).toHaveLength(1);
  });

  test("take all of it away as CSV that no spreadsheet calculates", async () => {
    await enter({ kind: "email", email: "=cmd@example.test", is_confirmed: true });
    const { status, headers, body } = await stage.app.api(
      "GET",
      `/status-pages/${stage.pageId}/subscribers/export`,
    );
    expect([status, headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    const [head, row] = String(body).split("\r\n");
    expect(head).toStartWith("id,kind,address,status,services");
    expect(row).toContain(",email,'=cmd@example.test,confirmed,all,en,editor,");
  });

  test("and nobody below them", async () => {
    const tokens = await stage.app.api("POST", "/api-tokens", { name: "Responder", role: "responder" });
    const authorization = `Bearer ${tokens.body.token}`;
    for (const path of ["", "/export"]) {
      const answer = await stage.app.api(
        "GET",
        `/status-pages/${stage.pageId}/subscribers${path}`,
        undefined,
        { authorization },
      );
      expect(answer.status).toBe(403);
    }
  });
});
