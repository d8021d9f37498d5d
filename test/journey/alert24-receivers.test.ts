// Alert24's document, from its first sentence to its last, over the whole program as a process: a receiver is
// made, senders post what the document prints, with curl where it prints curl, and everything follows that it
// promises.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startProcess, type TestProcess } from "../harness/app-process";
import { eventually } from "../harness/eventually";
import { printedPassage, printedSamples, readDocument } from "../harness/documents";
import { hmacHex, postTo, type Sent } from "../harness/receivers";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";

type Json = Record<string, unknown>;

const [SIMPLE = {}, NAMED = {}, NESTED = {}] = printedSamples("alert24");
const STATUSES = ["operational", "degraded", "down", "maintenance"] as const;

let server: TestProcess;
let team: RecordingSink;

beforeAll(async () => {
  team = openRecordingSink();
  server = await startProcess({ env: { ANDON_OUTBOUND_ALLOW: `127.0.0.1:${team.port}` } });
  await create("/notification-channels", {
    name: "On-call team",
    type: "webhook",
    config: { url: team.url },
    is_active: true,
    events: ["service.status_changed", "incident.opened", "incident.resolved"],
  });
});
afterAll(async () => {
  await server.remove();
  await team.stop();
});

const api = async (method: string, path: string, body?: unknown): Promise<Sent> => {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

const create = async (path: string, body: Json): Promise<Json> => {
  const answer = await api("POST", path, body);
  expect([path, answer.status, answer.body.detail]).toEqual([path, 201, undefined]);
  return answer.body as Json;
};

let serviceCount = 0;
/** A service of its own for each part of the story. */
const makeService = async (name = `Service ${++serviceCount}`): Promise<string> =>
  String((await create("/services", { name }))["id"]);

const makeReceiver = async (settings: Json): Promise<{ id: string; url: string }> => {
  const made = await create("/webhook-receivers", { name: "Pushmail Status Updates", ...settings });
  const token = String(made["token"]);
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(made["url"]).toBe(`${server.url}/api/webhooks/incoming/${token}`);
  return { id: String(made["id"]), url: String(made["url"]) };
};

const readService = async (id: string): Promise<Json> => (await api("GET", `/services/${id}`)).body as Json;
const historyOf = async (id: string): Promise<Json[]> =>
  (await api("GET", `/services/${id}/history`)).body.data as Json[];
const incidentsOf = async (id: string): Promise<Json[]> =>
  (await api("GET", `/incidents?service_id=${id}`)).body.data as Json[];
const deliveriesOf = async (id: string): Promise<Json[]> =>
  (await api("GET", `/webhook-receivers/${id}/deliveries`)).body.data as Json[];

describe("payload format", () => {
  test("the simplest payload: the status is mapped, the message is used", async () => {
    const service = await makeService("Pushmail Email Delivery");
    const { url } = await makeReceiver({ service_id: service });
    const answer = await postTo(url, SIMPLE);
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { result: "processed", status: "degraded", previous_status: "operational" },
    ]);
    expect(await readService(service)).toMatchObject({
      status: "degraded",
      message: "Email delivery delays in US-East region",
    });
  });

  test("nested payloads: the status field in dot notation", async () => {
    const service = await makeService();
    const [, path = ""] = /^Status Field: (\S+)$/m.exec(readDocument("alert24")) ?? [];
    expect(path).toBe("data.attributes.current_status");
    const { url } = await makeReceiver({
      service_id: service,
      status_field: path,
      message_field: "data.attributes.description",
    });
    expect((await postTo(url, NESTED)).body).toMatchObject({ result: "processed", status: "down" });
    expect(await readService(service)).toMatchObject({ message: "Database connectivity issues" });
  });

  test("dynamic service matching: one receiver for several services", async () => {
    const gateway = await makeService("API Gateway");
    const other = await makeService("Billing");
    const { url } = await makeReceiver({ service_name_field: "service_name" });
    expect((await postTo(url, NAMED)).body).toMatchObject({ result: "processed", status: "down" });
    expect((await postTo(url, { ...NAMED, service_name: "Billing", status: "ok" })).body.result).toBe(
      "ignored",
    );
    expect([(await readService(gateway))["status"], (await readService(other))["status"]]).toEqual([
      "down",
      "operational",
    ]);
  });
});

describe("status mapping", () => {
  const TABLE = printedPassage("alert24", "Operational ", "For production")
    .split("\n")
    .map((line) => /^(\w+) (.+)$/.exec(line.trim()))
    .filter((match) => match !== null)
    .flatMap(([, status = "", words = ""]) =>
      words.split(", ").map((word): [string, string] => [word, status.toLowerCase()]),
    );

  test("each accepted value means what the table says, in either case", async () => {
    expect(TABLE).toHaveLength(18);
    const service = await makeService();
    const { url } = await makeReceiver({ service_id: service });
    for (const [word, status] of TABLE)
      for (const spelt of [word, word.toUpperCase(), word[0]?.toUpperCase() + word.slice(1)]) {
        const answer = await postTo(url, { status: spelt });
        expect([spelt, answer.status, answer.body.status]).toEqual([spelt, 200, status]);
      }
  });

  test("a mapping of one's own takes any naming convention", async () => {
    const service = await makeService();
    const { url } = await makeReceiver({
      service_id: service,
      status_mapping: { sev1: "down", Sev2: "degraded", all_clear: "operational" },
    });
    const mapped: unknown[] = [];
    for (const status of ["SEV1", "sev2", "All_Clear", "down"])
      mapped.push((await postTo(url, { status })).body.status);
    expect(mapped).toEqual(["down", "degraded", "operational", "down"]);
  });
});

describe("security", () => {
  test("HMAC: right, wrong and missing, under the default name and under another", async () => {
    const secret = "the secret of the receiver";
    const body = JSON.stringify(SIMPLE);
    for (const header of ["X-Webhook-Signature", "X-Pushmail-Signature"]) {
      const service = await makeService();
      const { id, url } = await makeReceiver({
        service_id: service,
        hmac_secret: secret,
        ...(header === "X-Webhook-Signature" ? {} : { signature_header: header }),
      });
      const missing = await postTo(url, body);
      const wrong = await postTo(url, body, { [header]: hmacHex("another secret", body) });
      const ofOtherBody = await postTo(url, body, { [header]: hmacHex(secret, `${body} `) });
      for (const refused of [missing, wrong, ofOtherBody])
        expect([refused.status, refused.body.result]).toEqual([401, "auth_failed"]);
      expect((await readService(service))["status"]).toBe("operational");
      const right = await postTo(url, body, { [header]: hmacHex(secret, body) });
      expect([right.status, right.body.result]).toEqual([200, "processed"]);
      expect((await deliveriesOf(id)).map(({ result }) => result)).toEqual([
        "processed",
        "auth_failed",
        "auth_failed",
        "auth_failed",
      ]);
    }
  });

  test("the token alone opens one receiver, and no other address opens any", async () => {
    const { url } = await makeReceiver({ service_id: await makeService() });
    const guess = url.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    expect((await postTo(guess, SIMPLE)).status).toBe(404);
    expect((await postTo(url, SIMPLE)).status).toBe(200);
  });
});

describe("automatic incidents", () => {
  test("are opened with the chosen severity, and only those of this receiver are resolved", async () => {
    const service = await makeService();
    const one = await makeReceiver({
      service_id: service,
      auto_create_incidents: true,
      incident_severity: "major",
      auto_resolve_incidents: true,
    });
    const other = await makeReceiver({
      service_id: service,
      auto_create_incidents: true,
      auto_resolve_incidents: true,
    });
    await create("/incidents", { title: "Seen by a person", severity: "minor", service_ids: [service] });
    await postTo(one.url, { status: "down", message: "No connection" });
    await postTo(other.url, { status: "degraded", message: "Slow" });
    const open = (await incidentsOf(service)).filter(({ status }) => status !== "resolved");
    expect(open.map(({ severity, message }) => [severity, message])).toEqual([
      ["minor", "Slow"],
      ["major", "No connection"],
      ["minor", expect.any(String)],
    ]);
    await postTo(one.url, { status: "operational", message: "Connected again" });
    const left = (await incidentsOf(service)).filter(({ status }) => status !== "resolved");
    expect(left.map(({ title, message }) => [title, message])).toEqual([
      [expect.any(String), "Slow"],
      ["Seen by a person", expect.any(String)],
    ]);
    expect((await readService(service))["status"]).toBe("degraded");
    await postTo(other.url, { status: "healthy" });
    expect((await readService(service))["status"]).toBe("operational");
    expect((await incidentsOf(service)).filter(({ status }) => status !== "resolved")).toHaveLength(1);
  });
});

describe("what happens on a status change", () => {
  test("dashboard, uptime, status page, alert, team and incident follow one post", async () => {
    const service = await makeService("Checkout");
    await create("/status-pages", {
      name: "Public",
      slug: "public",
      title: "How we are",
      service_ids: [service],
      visibility: "public",
    });
    const readPage = async (): Promise<string> => (await fetch(`${server.url}/status/public`)).text();
    await create("/alert-rules", {
      name: "Checkout is down",
      severity: "critical",
      is_active: true,
      selector: { service_id: service },
      condition: { type: "service_status", in: ["down"] },
    });
    const alerts = async (status: string): Promise<Json[]> =>
      (await api("GET", `/alerts?status=${status}`)).body.data as Json[];
    const { url } = await makeReceiver({
      service_id: service,
      auto_create_incidents: true,
      auto_resolve_incidents: true,
    });
    const before = team.received.length;
    await postTo(url, { status: "down", message: "Payments fail" });
    const told = (await team.waitFor(before + 2)).slice(before).map(({ json }) => json["event"]);
    expect(told.toSorted()).toEqual(["incident.opened", "service.status_changed"]);
    // 1: the dashboard.
    expect(await readService(service)).toMatchObject({ status: "down", message: "Payments fail" });
    const [change] = await historyOf(service);
    expect(change).toMatchObject({
      status: "down",
      previous_status: "operational",
      message: "Payments fail",
      until: null,
      source: { kind: "receiver", name: "Pushmail Status Updates" },
    });
    // 2: since then it counts as downtime.
    const uptime = await api("GET", `/services/${service}/uptime`);
    expect([uptime.status, JSON.stringify(uptime.body)]).toEqual([200, expect.stringContaining("down")]);
    // 3: whoever looks at the page reads it.
    await eventually(readPage, (page) => page.includes("Payments fail"));
    // 4: the rule raises its alert.
    const [alert] = await eventually(
      () => alerts("triggered"),
      ({ length }) => length > 0,
    );
    expect(alert).toMatchObject({ name: "Checkout is down", machine_name: "Checkout", severity: "critical" });
    // 6: the incident is there, and goes by itself.
    expect(await incidentsOf(service)).toMatchObject([{ status: "investigating", severity: "critical" }]);
    await postTo(url, { status: "up" });
    await eventually(
      () => alerts("resolved"),
      ({ length }) => length > 0,
    );
    await team.waitFor(before + 4);
    expect(await incidentsOf(service)).toMatchObject([{ status: "resolved", severity: "critical" }]);
  });

  test("nothing happens when there is no change", async () => {
    const service = await makeService();
    const { url } = await makeReceiver({ service_id: service, auto_create_incidents: true });
    const before = team.received.length;
    expect((await postTo(url, { status: "operational" })).body.result).toBe("ignored");
    expect(await historyOf(service)).toEqual([]);
    expect(await incidentsOf(service)).toEqual([]);
    expect(team.received).toHaveLength(before);
  });
});

describe("delivery logs", () => {
  test("show the source, the payload, the result, errors, raw and mapped words, and both statuses", async () => {
    const service = await makeService();
    const secret = "the secret of the receiver";
    const { id, url } = await makeReceiver({ service_id: service, hmac_secret: secret });
    const send = (payload: Json): Promise<Sent> => {
      const body = JSON.stringify(payload);
      return postTo(url, body, { "x-webhook-signature": hmacHex(secret, body) });
    };
    await send({ status: "partial", message: "Half of it" });
    await send({ status: "minor" });
    await send({ status: "no such word" });
    await postTo(url, { status: "down" });
    const common = { source_ip: "127.0.0.1", received_at: expect.stringMatching(/^\d{4}-.*Z$/) };
    const nothing = { raw_status: null, mapped_status: null, previous_status: null, new_status: null };
    expect(await deliveriesOf(id)).toMatchObject([
      {
        ...common,
        ...nothing,
        result: "auth_failed",
        payload: { status: "down" },
        error: expect.any(String),
      },
      {
        ...common,
        ...nothing,
        result: "failed",
        raw_status: "no such word",
        payload: { status: "no such word" },
        error: expect.stringContaining('"no such word"'),
      },
      {
        ...common,
        result: "ignored",
        raw_status: "minor",
        mapped_status: "degraded",
        previous_status: "degraded",
        new_status: "degraded",
      },
      {
        ...common,
        result: "processed",
        error: null,
        payload: { status: "partial", message: "Half of it" },
        raw_status: "partial",
        mapped_status: "degraded",
        previous_status: "operational",
        new_status: "degraded",
      },
    ]);
    for (let sent = 0; sent < 60; sent++) await send({ status: "ok" });
    expect(await deliveriesOf(id)).toHaveLength(50);
    const words = printedPassage("alert24", "  • Whether", "  • The raw").match(/\b\w+(?= \()|\b\w+(?=,)/g);
    expect(words).toEqual(["processed", "ignored", "failed", "auth_failed"]);
  });
});

/** As it is printed; where there is no curl, what it would send. */
const run = async (command: string): Promise<Json> => {
  if (Bun.which("curl") === null) {
    const [, url = ""] = /(http\S+)/.exec(command) ?? [];
    const [, body = ""] = /-d '([^']*)'/.exec(command) ?? [];
    return (await postTo(url, body)).body as Json;
  }
  const child = Bun.spawn(["sh", "-c", command], { stdout: "pipe", stderr: "ignore" });
  return JSON.parse(await new Response(child.stdout).text()) as Json;
};

describe("CI/CD pipeline", () => {
  test("the two curl commands mark a deployment", async () => {
    const service = await makeService();
    const { url } = await makeReceiver({ service_id: service });
    await create("/status-pages", { name: "Deployments", slug: "deployments", service_ids: [service] });
    const readPage = async (path = "/"): Promise<string> =>
      (await fetch(`${server.url}/status/deployments${path}`)).text();
    const commands = [...readDocument("alert24").matchAll(/^curl [^]*?'$/gm)].map(([text]) =>
      text.replace("https://alert24.net/api/webhooks/incoming/<token>", url),
    );
    expect(commands).toHaveLength(2);
    const seen: unknown[] = [];
    for (const command of commands) {
      expect((await run(command))["result"]).toBe("processed");
      const { status, message } = await readService(service);
      seen.push([status, message]);
      // "A post is added to your public status page", and stays there.
      expect(await readPage()).toContain(String(message));
    }
    expect(seen).toEqual([
      ["maintenance", "Deploying v2.4.1"],
      ["operational", "Deploy v2.4.1 complete"],
    ]);
    expect((await historyOf(service)).map(({ status }) => status)).toEqual(["operational", "maintenance"]);
    expect(await readPage("/history.html")).toContain("Deploying v2.4.1");
    expect(await readPage("/feed.atom")).toMatch(/Deploy v2\.4\.1 complete[^]*Deploying v2\.4\.1/);
  });

  test("statuses of Andon's own pages go straight in", async () => {
    const { url } = await makeReceiver({ service_id: await makeService() });
    for (const status of STATUSES.toReversed())
      expect((await postTo(url, { status })).body.status).toBe(status);
  });
});
