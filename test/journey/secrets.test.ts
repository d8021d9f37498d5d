// A different secret in every place that takes one, every way in which sending can fail, bad logins
// and bad requests: afterwards none of the secrets stands in the log, in an answer, in the metrics, in
// the live stream, or in any file of the data directory: without the key, a copy of it gives none away.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { openText, parseKey, printKey, randomKey } from "../../src/lib/envelope";
import { command, startProcess, type TestProcess } from "../harness/app-process";
import { createCanaries } from "../harness/canaries";
import { createObservedApi } from "../harness/observed-api";
import { type Manner, MANNERS, openMisbehavingEndpoints } from "../harness/misbehaving";

type Fields = Record<string, unknown>;

/** Nowhere in clear. */
const secrets = createCanaries();
/** The path of a webhook's URL: its channel shows it; logs, errors and metrics do not. */
const paths = createCanaries();

const token = secrets.plant("bootstrap token");
const adminPassword = secrets.plant("administrator's password");
const EMAIL = "admin@plant.example";
let server: TestProcess;
const api = createObservedApi({ url: () => server.url, token, secrets });
const { seen, record, ask, create, list, makeToken, signIn, readStream, walk } = api;
let endpoints: Awaited<ReturnType<typeof openMisbehavingEndpoints>>;
const env: Record<string, string> = {
  ANDON_BOOTSTRAP_TOKEN: token,
  ANDON_ADMIN_EMAIL: EMAIL,
  ANDON_ADMIN_PASSWORD: adminPassword,
  ANDON_LOG_LEVEL: "debug",
};

/** What each manner has to end as; the sweep is worth nothing if a failure did not happen. */
const OUTCOMES: Record<Manner | "dns", string> = {
  well: "delivered",
  client_error: "client_error",
  auth_error: "auth_error",
  rate_limited: "rate_limited",
  server_error: "server_error",
  redirect: "redirect",
  hang: "timeout",
  reset: "reset",
  junk: "server_error",
  tls: "tls",
  refused: "refused",
  dns: "dns",
};

const channelConfig = (manner: Manner | "dns", extra: Fields = {}): Fields => {
  const host = manner === "dns" ? "no-such-host.invalid" : endpoints.listeners[manner];
  const scheme = manner === "dns" || manner === "tls" ? "https" : "http";
  const query = ["token", "api_key", "sig"].map(
    (name) => `${name}=${secrets.plant(`${manner}: ${name} of the URL`)}`,
  );
  return {
    url: `${scheme}://${host}/hook/${paths.plant(`${manner}: path of the URL`)}?${query.join("&")}`,
    headers: {
      Authorization: `Bearer ${secrets.plant(`${manner}: Authorization`)}`,
      "X-Webhook-Secret": secrets.plant(`${manner}: X-Webhook-Secret`),
      "X-Api-Key": secrets.plant(`${manner}: X-Api-Key`),
      // Spelt otherwise in JSON and in URLs.
      "X-Password": secrets.adopt(`${manner}: X-Password`, `${secrets.plant(`${manner}: part`)} "\\/&+`),
      "X-Signature-Seed": secrets.plant(`${manner}: X-Signature-Seed`),
    },
    secret: secrets.plant(`${manner}: secret`),
    timeout_seconds: 1,
    retry: [],
    ...extra,
  };
};

const createChannel = async (name: string, config: Fields): Promise<string> => {
  const channel = await create("/notification-channels", { name, type: "webhook", config, is_active: true });
  return String(channel["id"]);
};

/** Every channel's delivery of this event has come to its end. */
const untilDelivered = async (event: string, count: number): Promise<Fields[]> => {
  const limit = performance.now() + 30_000;
  for (;;) {
    const rows = await list(`/deliveries?event=${event}`);
    const isDone = rows.filter(({ status }) => ["delivered", "failed"].includes(String(status)));
    if (isDone.length >= count) return rows;
    if (performance.now() > limit) throw new Error(`${isDone.length} of ${count}: ${JSON.stringify(rows)}`);
    await Bun.sleep(50);
  }
};

const sendReading = (value: number): Promise<{ status: number }> =>
  ask("POST", "/api/v1/readings", { body: { machine: "Press 7", metric: "temperature", value } });

beforeAll(async () => {
  endpoints = await openMisbehavingEndpoints();
  env["ANDON_OUTBOUND_ALLOW"] = Object.values(endpoints.listeners).join(",");
  server = await startProcess({ env });
});

afterAll(async () => {
  await server?.remove();
  await endpoints?.close();
});

describe("after everything that can go wrong with secrets around", () => {
  let viewer = "";
  let session = "";

  test("channels, users and tokens are made, and every failure happens", async () => {
    const key = await generate([{ name: "commonName", value: "client" }]);
    const middleOfKey = key.private.split("\n").slice(3, 5).join("\n");
    secrets.adopt("TLS client key", middleOfKey);
    secrets.adopt("TLS client key, one line", middleOfKey.split("\n")[0] ?? "");
    const pem = { client_cert: key.cert, client_key: key.private };
    const ids = new Map<string, Manner | "dns">();
    for (const manner of [...MANNERS, "dns"] as const)
      ids.set(
        await createChannel(
          `Channel ${manner}`,
          channelConfig(manner, manner === "tls" || manner === "dns" ? { tls: pem } : {}),
        ),
        manner,
      );
    const standard = secrets.adopt(
      "standard secret",
      Buffer.from(secrets.plant("key of the standard secret")).toString("base64"),
    );
    await createChannel("Channel signed", channelConfig("well", { secret: `whsec_${standard}` }));

    for (const manner of [...MANNERS, "dns"] as const) {
      const { url, headers } = channelConfig(manner);
      const address = new URL(String(url));
      address.pathname = "/health";
      const password = secrets.plant(`${manner}: password in a monitor's body`);
      const { id } = await create("/monitors", {
        name: `Monitor ${manner}`,
        type: "http",
        method: "POST",
        url: address.href,
        headers,
        // Its incidents would keep the channels busy.
        is_active: false,
        body: JSON.stringify({ user: "andon", password }),
        timeout_seconds: 1,
        expect: { body_contains: "nothing" },
      });
      expect((await ask("POST", `/api/v1/monitors/${String(id)}/test`)).status).toBe(200);
    }

    await create("/alert-rules", {
      name: "Hot",
      severity: "critical",
      is_active: true,
      selector: {},
      condition: {
        type: "threshold",
        metric: "temperature",
        operator: ">",
        threshold: 85,
        clear_threshold: 80,
      },
    });
    const [anyChannel] = ids.keys();
    await create("/escalation-policies", {
      name: "At once",
      severity: "critical",
      wait_minutes: 0.01,
      channel_id: anyChannel,
      is_active: true,
    });
    expect((await sendReading(90)).status).toBe(202);
    for (const [id, manner] of ids) {
      const { body } = await ask("POST", `/api/v1/notification-channels/${id}/test`);
      expect(`${manner}: ${(body["attempt"] as Fields)["outcome"]}`).toBe(`${manner}: ${OUTCOMES[manner]}`);
    }
    const rows = await untilDelivered("alert.triggered", ids.size + 1);
    expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(Object.values(OUTCOMES)));
    await untilDelivered("alert.escalated", 1);

    viewer = await makeToken("viewer", { role: "viewer" });
    await makeToken("ingest", { scope: "ingest" });
    const password = secrets.plant("user's password");
    await create("/users", { email: "eva@plant.example", password, name: "Eva", role: "editor" });
    await signIn("eva@plant.example", password);
    session = await signIn(EMAIL, adminPassword);
  }, 120_000);

  test("bad logins and bad requests are answered", async () => {
    const wrong = secrets.plant("wrong password");
    for (const email of [EMAIL, "nobody@plant.example"])
      await ask("POST", "/api/v1/session", { body: { email, password: wrong }, token: null });
    await ask("POST", "/api/v1/session", { body: { email: EMAIL, password: [wrong] }, token: null });
    await ask("POST", "/api/v1/session", { body: { email: EMAIL, passwort: wrong }, token: null });
    await ask("POST", "/api/v1/session", {
      text: `{"email": "${EMAIL}", "password": "${wrong}`,
      token: null,
    });
    await ask("POST", "/api/v1/setup", {
      body: { token: secrets.plant("wrong set-up token"), email: EMAIL, password: wrong },
      token: null,
    });
    await ask("GET", "/api/v1/alerts", { token: secrets.plant("wrong API token") });
    await ask("GET", "/api/v1/alerts", {
      token: null,
      headers: { cookie: `andon_session=${secrets.plant("wrong session cookie")}` },
    });
    await ask("GET", `/api/v1/alerts?token=${secrets.plant("token in a query")}`);
    await ask("GET", `/api/v1/nothing/${secrets.plant("secret in an unknown path")}`);
    await ask("GET", `/setup?token=${secrets.plant("set-up token in the link")}`, { token: null });
    const influx = secrets.plant("InfluxDB password");
    await ask("POST", `/write?db=x&u=x&p=${influx}`, { text: "a value=1", token: null });
    await ask("POST", `/write?db=x&u=x&p=${token}`, { text: "this is no line", token: null });
    await ask("POST", "/api/v2/write", {
      text: "a value=1",
      token: null,
      headers: { authorization: `Token ${secrets.plant("InfluxDB token")}` },
    });
    await ask("POST", "/api/v2/write", {
      text: "a value=1",
      token: null,
      headers: { authorization: `Basic ${btoa(`x:${secrets.plant("Basic password")}`)}` },
    });

    const refuse = async (config: unknown, more: Fields = {}): Promise<void> => {
      const body = { name: "Refused", type: "webhook", config, is_active: true, ...more };
      const { status } = await ask("POST", "/api/v1/notification-channels", { body });
      if (status < 400 || status > 499) throw new Error(`${status} for ${JSON.stringify(body)}`);
    };
    const url = `http://${endpoints.listeners.well}/`;
    const refused = (name: string): string => secrets.plant(`refused: ${name}`);
    await refuse({ url: `https://user:${refused("userinfo")}@example.com/` });
    await refuse({ url: `ftp://example.com/${refused("path")}` });
    await refuse({
      url: `http://93.184.215.14/${refused("path of a public host")}?token=${refused("query")}`,
    });
    await refuse({ url: `http://169.254.169.254/${refused("path of a metadata host")}` });
    await refuse({ url, secret: { value: refused("secret of the wrong type") } });
    await refuse({ url, secret: refused("a secret that is too long").repeat(20) });
    await refuse({ url, secret: `whsec_${refused("not base64")}!` });
    await refuse({ url, sekret: refused("misspelt field") });
    await refuse({ url, headers: { "X-Secret": `${refused("line break")}\r\nX: y` } });
    await refuse({ url, headers: { Host: refused("forbidden header") } });
    await refuse({ url, headers: refused("headers of the wrong type") });
    await refuse({ url: `https://${endpoints.listeners.tls}/`, tls: { client_key: refused("no key") } });
    await refuse({ url }, { token: refused("unknown field") });
    await refuse(refused("config of the wrong type"));
    await refuse({ url }, { type: refused("type") });
    await ask("POST", "/api/v1/users", {
      body: { email: "x@plant.example", password: refused("password").repeat(20), role: "viewer" },
    });
    await ask("POST", "/api/v1/users", { body: { email: refused("password as e-mail"), password: 1 } });
    await ask("POST", "/api/v1/notification-channels", { text: `{"name": "${refused("cut off JSON")}` });
    await ask("POST", "/api/v1/notification-channels", {
      body: {},
      headers: { "idempotency-key": refused("idempotency key") },
    });
    expect(seen.filter(({ where }) => where.includes("POST")).length).toBeGreaterThan(30);
  }, 60_000);

  test("a policy that has become stricter and settings that are broken are met as well", async () => {
    expect(await server.terminate()).toBe(0);
    env["ANDON_OUTBOUND_ALLOW"] = Object.entries(endpoints.listeners)
      .filter(([manner]) => manner !== "server_error")
      .map(([, listener]) => listener)
      .join(",");
    const database = new Database(join(server.directory, "data/andon.db"));
    // As an older version left it: in clear. The start seals it, and nothing of it stays behind.
    database.run(
      "UPDATE channels SET config = json_object('url', ?, 'method', ?) WHERE name = 'Channel redirect'",
      [`http://${endpoints.listeners.redirect}/`, secrets.plant("broken setting")],
    );
    database.close();
    await server.restart();
    expect((await sendReading(70)).status).toBe(202);
    expect((await sendReading(91)).status).toBe(202);
    // Of the second alert the broken channel is told nothing, and the one that was asked to wait an hour waits.
    const rows = await untilDelivered("alert.triggered", 2 * (MANNERS.length + 2) - 2);
    expect(new Set(rows.map(({ outcome }) => outcome))).toContain("blocked");
    const broken = (await list("/notification-channels")).find(({ name }) => name === "Channel redirect");
    const tested = await ask("POST", `/api/v1/notification-channels/${broken?.["id"]}/test`);
    expect((tested.body["attempt"] as Fields)["outcome"]).toBe("invalid_config");
  }, 60_000);

  test("every answer of the API has been asked for, by all kinds of people", async () => {
    const count = await walk({}, token);
    expect(count).toBeGreaterThan(40);
    await walk({}, viewer);
    await walk({ cookie: `andon_session=${session}` }, null);
    await walk({}, null);
    for (const path of ["/metrics", "/healthz", "/readyz", "/docs", "/"]) await ask("GET", path);
    await readStream();
    const stream = seen.find(({ where }) => where === "live stream")?.text ?? "";
    for (const kind of ["config.created", "alert.triggered", "access.sign_in_failed"])
      expect(stream).toContain(kind);
  }, 60_000);

  test("the command line shows none", async () => {
    for (const words of [
      ["config"],
      ["config", "--json"],
      ["user", "reset-password", "--email", "no@where.example"],
    ]) {
      const run = Bun.spawnSync([...command(), ...words], {
        cwd: server.directory,
        env: { ...env, PATH: process.env["PATH"] ?? "", ANDON_DATA_DIR: join(server.directory, "data") },
        stdin: Buffer.from(secrets.plant("password on standard input")),
      });
      record(`andon ${words.join(" ")}`, run.stdout.toString() + run.stderr.toString());
    }
  });

  test("the set-up link stands in the log once and nowhere else", async () => {
    const fresh = await startProcess({
      env: { ANDON_BOOTSTRAP_TOKEN: "", ANDON_LOG_LEVEL: "debug" },
      readyPath: "/healthz",
    });
    const main = server;
    try {
      const link = /\/setup\?token=([\w-]+)/.exec(fresh.output());
      const setupToken = secrets.adopt("set-up token", link?.[1] ?? "");
      expect(setupToken.length).toBeGreaterThan(20);
      server = fresh;
      const password = secrets.plant("first password");
      const body = { token: setupToken, email: EMAIL, password, name: "Ada" };
      await ask("GET", "/api/v1/setup", { token: null });
      expect((await ask("POST", "/api/v1/setup", { body, token: null })).status).toBe(201);
      expect((await ask("POST", "/api/v1/setup", { body, token: null })).status).toBeGreaterThan(399);
      expect(fresh.output().split(setupToken)).toHaveLength(2);
      record("log of the set-up", fresh.output().replace(setupToken, "(shown once)"));
      expect(await fresh.terminate()).toBe(0);
      expect(findInFiles(fresh.directory)).toEqual([]);
    } finally {
      server = main;
      await fresh.remove();
    }
  }, 60_000);

  test("no secret stands in the log", async () => {
    expect(await server.terminate()).toBe(0);
    const log = server.output();
    expect(log.split("\n").length).toBeGreaterThan(10);
    expect(secrets.find([["log", log]])).toEqual([]);
    expect(paths.find([["log", log]])).toEqual([]);
  });

  test("no secret stands in an answer, an error, the metrics or the live stream", () => {
    expect(seen.length).toBeGreaterThan(300);
    expect(secrets.count).toBeGreaterThan(100);
    // Evidence of endpoints that repeat what they are sent is among it, with the secrets cut out.
    const evidence = seen.filter(
      ({ where, text }) => where.endsWith("/attempts") && text.includes("you_sent"),
    );
    expect(evidence.length).toBeGreaterThan(10);
    for (const { text } of evidence) expect(text).toContain("••••");
    expect(secrets.find(seen.map(({ where, text }) => [where, text] as const))).toEqual([]);
    const withoutUrl = seen.filter(({ mayShowUrl }) => !mayShowUrl);
    expect(paths.find(withoutUrl.map(({ where, text }) => [where, text] as const))).toEqual([]);
  });

  test("no secret stands in a file; the settings of channels are sealed, and open with the key alone", () => {
    const data = join(server.directory, "data");
    const key = parseKey(readFileSync(join(data, "secret.key"), "utf8").trim());
    if (key === null) throw new Error("there is no key");
    secrets.adopt("the key itself", printKey(key));
    expect(secrets.find([["log", server.output()]])).toEqual([]);
    expect(secrets.find(seen.map(({ where, text }) => [where, text] as const))).toEqual([]);
    expect(findInFiles(server.directory)).toEqual([]);
    const database = new Database(join(data, "andon.db"));
    const kept = database.query<{ config: string }, []>("SELECT config FROM channels").all();
    database.close();
    // The search finds what is there.
    const opened = kept.map(({ config }) => ["config", openText(key, config)] as const);
    expect(secrets.find(opened).length).toBeGreaterThan(50);
    for (const { config } of kept) expect(() => openText(randomKey(), config)).toThrow();
  });
});

/** Every byte of every file, and every value of every table; not the key, which lies beside them. */
const findInFiles = (directory: string): string[] => {
  const data = join(directory, "data");
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== "ballast" && entry.name !== "secret.key",
  );
  expect(files.map(({ name }) => name)).toContain("andon.db");
  const texts = files.map(({ parentPath, name }) => {
    const bytes = readFileSync(join(parentPath, name));
    return [name, bytes.toString("latin1")] as const;
  });
  return [...secrets.find(texts), ...findInTables(join(data, "andon.db"))];
};

/** A value that spills over several pages is in one piece only here. */
const findInTables = (path: string): string[] => {
  const database = new Database(path);
  try {
    const tables = database
      .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
      .map(({ name }) => name);
    expect(tables).toContain("journal");
    const texts = tables.flatMap((table) =>
      database
        .query<Record<string, unknown>, []>(`SELECT * FROM "${table}"`)
        .all()
        .flatMap((row) => Object.entries(row))
        .map(([column, value]) => {
          const text = value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
          return [`${table}.${column}`, text] as const;
        }),
    );
    return secrets.find(texts);
  } finally {
    database.close();
  }
};
