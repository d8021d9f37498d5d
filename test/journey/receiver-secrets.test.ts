// A different secret in every place of a webhook receiver that takes one: its tokens, its HMAC secrets, what senders
// prove themselves with, rightly and wrongly. Afterwards none of them stands in the log, in an answer, in the metrics,
// in the live stream or in a file; and what a payload holds is shown to editors alone.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startProcess, type TestProcess } from "../harness/app-process";
import { createCanaries } from "../harness/canaries";
import { createObservedApi } from "../harness/observed-api";
import { hmacHex } from "../harness/receivers";

type Fields = Record<string, unknown>;

/** Nowhere. */
const secrets = createCanaries();
/** In the log of receivers, for editors. */
const payloads = createCanaries();

const token = secrets.plant("bootstrap token");
let server: TestProcess;
let viewer = "";
const api = createObservedApi({ url: () => server.url, token, secrets });
const { seen, record, ask, create, list, makeToken, readStream, walk } = api;

beforeAll(async () => {
  server = await startProcess({ env: { ANDON_BOOTSTRAP_TOKEN: token, ANDON_LOG_LEVEL: "debug" } });
}, 60_000);
afterAll(() => server?.remove());

let service: string;

/** The answer that shows something once is not written down. */
const askUnseen = async (method: string, path: string, body: unknown): Promise<Fields> => {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect([path, response.ok]).toEqual([path, true]);
  return (await response.json()) as Fields;
};

interface Made {
  id: string;
  path: string;
}

const make = async (name: string, settings: Fields): Promise<Made> => {
  const made = await askUnseen("POST", "/webhook-receivers", { name, service_id: service, ...settings });
  const receiverToken = secrets.adopt(`token of ${name}`, String(made["token"]));
  const { url, token: _token, ...rest } = made;
  record(`POST /webhook-receivers ${name}`, JSON.stringify(rest));
  expect(String(url)).toEndWith(receiverToken);
  return { id: String(made["id"]), path: new URL(String(url)).pathname };
};

const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Fields }> =>
  ask("POST", path, { text: typeof body === "string" ? body : JSON.stringify(body), headers, token: null });

const withSecret = (status: string): { text: string; body: Fields } => {
  const body = {
    status,
    message: "Look",
    database: { password: payloads.plant(`password in a payload that says ${status}`) },
  };
  return { text: JSON.stringify(body), body };
};

describe("after everything that senders and people do", () => {
  test("receivers are made, changed and rotated, and requests of every kind come", async () => {
    service = String((await create("/services", { name: "Shop" }))["id"]);
    viewer = await makeToken("viewer", { role: "viewer" });
    const first = secrets.plant("HMAC secret");
    const second = secrets.plant("HMAC secret by hand");
    const one = await make("Signed", { hmac_secret: first });
    const down = withSecret("down");
    const right = secrets.adopt("a right signature", hmacHex(first, down.text));
    expect((await post(one.path, down.text, { "x-webhook-signature": right })).status).toBe(200);
    const wrong = secrets.adopt("a wrong signature", hmacHex(secrets.plant("another secret"), down.text));
    expect((await post(one.path, down.text, { "x-webhook-signature": wrong })).status).toBe(401);
    expect((await post(one.path, down.text, { "x-webhook-signature": first })).status).toBe(401);
    expect((await post(one.path, withSecret("unknown word").text)).status).toBe(401);
    const odd = withSecret("unknown word").text;
    const oddSigned = { "x-webhook-signature": hmacHex(first, odd) };
    expect((await post(one.path, odd, oddSigned)).status).toBe(400);
    const broken = `{"status": "down", "password": "${payloads.plant("password in broken JSON")}`;
    const brokenSigned = { "x-webhook-signature": hmacHex(first, broken) };
    expect((await post(one.path, broken, brokenSigned)).status).toBe(400);
    expect(
      (await ask("PATCH", `/api/v1/webhook-receivers/${one.id}`, { body: { hmac_secret: second } })).status,
    ).toBe(200);
    const rotated = await askUnseen("POST", `/webhook-receivers/${one.id}/rotate-secret`, {});
    secrets.adopt("a generated secret", String(rotated["secret"]).slice("whsec_".length));
    const given = secrets.plant("a secret that was given");
    await askUnseen("POST", `/webhook-receivers/${one.id}/rotate-secret`, { secret: given });
    const fresh = await askUnseen("POST", `/webhook-receivers/${one.id}/rotate-token`, {});
    secrets.adopt("a new token", String(fresh["token"]));
    const up = withSecret("up").text;
    const signed = createHmac("sha256", given).update(up).digest("base64");
    const credentials = {
      authorization: `Bearer ${secrets.plant("credential of the sender")}`,
      cookie: `session=${secrets.plant("cookie of the sender")}`,
      "x-api-key": secrets.plant("API key of the sender"),
    };
    const headers = { "x-webhook-signature": secrets.adopt("as base64", signed), ...credentials };
    const path = new URL(String(fresh["url"])).pathname;
    expect((await post(path, up, headers)).status).toBe(200);
  });

  test("so do those of GitLab, Prometheus and Amazon, and guesses", async () => {
    const gitlab = secrets.plant("GitLab's token");
    const other = await make("GitLab", { preset: "gitlab", hmac_secret: gitlab });
    const pipeline = { object_kind: "pipeline", object_attributes: { status: "success", ref: "main" } };
    expect((await post(other.path, pipeline, { "x-gitlab-token": gitlab })).status).toBe(200);
    const guess = secrets.plant("a wrong token of GitLab");
    expect((await post(other.path, pipeline, { "x-gitlab-token": guess })).status).toBe(401);
    const prometheus = await make("Prometheus", { preset: "alertmanager", alerts: {} });
    const receiverToken = prometheus.path.split("/").at(-1) ?? "";
    const alerts = [
      { labels: { alertname: "Slow" }, annotations: { key: payloads.plant("in an annotation") } },
    ];
    for (const [authorization, status] of [
      [`Bearer ${receiverToken}`, 200],
      [`Basic ${btoa(`prometheus:${receiverToken}`)}`, 200],
      [`Bearer ${secrets.plant("a wrong bearer")}`, 401],
      [`Basic ${btoa(`x:${secrets.plant("a wrong password")}`)}`, 401],
    ] as const)
      expect(
        (await ask("POST", "/api/v2/alerts", { body: alerts, headers: { authorization }, token: null }))
          .status,
      ).toBe(status);
    const sns = await make("CloudWatch", { preset: "cloudwatch" });
    const envelope = {
      Type: "SubscriptionConfirmation",
      Token: payloads.plant("token of a subscription"),
      SubscribeURL: `https://sns.eu-central-1.amazonaws.com/?Token=${payloads.plant("token in SubscribeURL")}`,
      SigningCertURL: "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
      SignatureVersion: "1",
      Signature: "AAAA",
      Timestamp: new Date().toISOString(),
    };
    expect((await post(sns.path, envelope)).status).toBe(401);
    const incoming = "/api/webhooks/incoming";
    const guessed = `${incoming}/${createHmac("sha256", "x").update(secrets.plant("seed")).digest("hex")}`;
    expect((await post(guessed, { status: "down" })).status).toBe(404);
    expect((await post(`${incoming}/${secrets.plant("no token at all")}`, { status: "down" })).status).toBe(
      404,
    );
  });

  test("bad requests are refused without repeating what they hold", async () => {
    const refuse = async (settings: unknown): Promise<void> => {
      const body = { name: "Refused", service_id: service, ...(settings as Fields) };
      const { status } = await ask("POST", "/api/v1/webhook-receivers", { body });
      expect([JSON.stringify(settings), status]).toEqual([JSON.stringify(settings), 422]);
    };
    const refused = (name: string): string => secrets.plant(`refused: ${name}`);
    await refuse({ hmac_secret: { value: refused("of the wrong type") } });
    await refuse({ hmac_secret: refused("too long").repeat(20) });
    await refuse({ hmac_secret: `whsec_${refused("not base64")}!` });
    await refuse({ hmac_secret: `••••${refused("a mask")}` });
    await refuse({ hmac_sekret: refused("misspelt field") });
    await refuse({ hmac_secret: refused("beside another mistake"), status_field: "a..b" });
    await refuse({ token: refused("a token of one's own") });
  });

  test("people teach, try and read, editors and others", async () => {
    const one = String((await list("/webhook-receivers")).find(({ name }) => name === "GitLab")?.["id"]);
    const open = await make("Open", {});
    await ask("POST", `/api/v1/webhook-receivers/${open.id}/teach`, { body: {} });
    expect((await post(open.path, withSecret("down").body)).body["result"]).toBe("ignored");
    const refused = await ask("GET", `/api/v1/webhook-receivers/${open.id}/teach`, { token: viewer });
    expect(refused.status).toBe(403);
    await ask("POST", `/api/v1/webhook-receivers/${one}/dry-run`, { body: { payload: { status: "down" } } });
    await walk({}, viewer);
    const ofViewer = seen.length;
    expect(await walk({}, token)).toBeGreaterThan(40);
    await ask("GET", "/metrics");
    await readStream();
    // What a payload holds is there for editors alone.
    const ofEditor = seen
      .slice(ofViewer)
      .filter(({ where }) => where.startsWith("GET /api/v1/webhook-receivers"));
    expect(payloads.find(ofEditor.map(({ where, text }) => [where, text] as const)).length).toBeGreaterThan(
      5,
    );
    const others = seen.filter((one) => !ofEditor.includes(one));
    expect(payloads.find(others.map(({ where, text }) => [where, text] as const))).toEqual([]);
  }, 60_000);

  test("no secret stands in an answer, the metrics or the live stream", () => {
    expect(seen.find(({ where }) => where === "live stream")?.text).toContain("receiver.secret_rotated");
    expect(secrets.count).toBeGreaterThan(25);
    expect(secrets.find(seen.map(({ where, text }) => [where, text] as const))).toEqual([]);
  });

  test("no secret and no payload stands in the log, and no secret in a file", async () => {
    expect(await server.terminate()).toBe(0);
    const log = server.output();
    expect(log).toContain("listening");
    expect(secrets.find([["log", log]])).toEqual([]);
    expect(payloads.find([["log", log]])).toEqual([]);
    const data = join(server.directory, "data");
    const files = readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "ballast" && entry.name !== "secret.key")
      .map(
        (entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name)).toString("latin1")] as const,
      );
    expect(files.map(([name]) => name)).toContain("andon.db");
    expect(secrets.find(files)).toEqual([]);
    const database = new Database(join(data, "andon.db"));
    try {
      const journal = database.query<{ data: string }, []>("SELECT data FROM journal").all();
      expect(journal.length).toBeGreaterThan(10);
      expect(payloads.find(journal.map((row) => ["journal", row.data] as const))).toEqual([]);
      const rows = database.query("SELECT * FROM webhook_receivers").all();
      expect(secrets.find([["webhook_receivers", JSON.stringify(rows)]])).toEqual([]);
    } finally {
      database.close();
    }
  });
});
