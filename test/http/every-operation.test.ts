// T19 and the levels, over the whole application. In: every operation of the API document. Out: none
// can be called by a foreign page with somebody's cookie, without a credential, or with too low a role.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { furnish, type Furnished, type Operation, readOperations } from "../harness/operations";
import { UNKNOWN_ID } from "../harness/tenant-isolation";

const EMAIL = "ann@plant.example";
const PASSWORD = "correct horse battery";

let plant: Furnished;
let operations: Operation[];
let cookie: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  plant = await furnish({
    config: { adminEmail: EMAIL, adminPassword: PASSWORD },
    // Many refusals follow each other here: the budget of guessers is another test's matter.
    seams: { limits: { refused: { perSecond: 10_000, burst: 10_000 } } },
  });
  operations = await readOperations(plant.run);
  const signedIn = await fetch(`${plant.run.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  expect(signedIn.status).toBe(200);
  cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  for (const role of ["viewer", "responder", "editor"])
    tokens[role] = String((await plant.run.api("POST", "/api-tokens", { name: role, role })).body.token);
  const ingest = await plant.run.api("POST", "/api-tokens", { name: "gateway", scope: "ingest" });
  tokens["ingest"] = String(ingest.body.token);
});
afterAll(() => plant.close());

const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;

/** With IDs that exist: a refusal must not depend on there being nothing. */
const targetOf = ({ path }: Operation): string =>
  plant.run.url +
  path
    .replace("{metric}", "temperature")
    .replace("{delivery_id}", UNKNOWN_ID)
    .replace("{id}", plant.ids[path.slice(0, path.indexOf("/{"))] ?? UNKNOWN_ID);

const send = async (
  operation: Operation,
  headers: Record<string, string>,
  body: string | null = "{}",
): Promise<{ status: number; code: unknown; text: string }> => {
  const takesBody = operation.method !== "GET" && body !== null;
  const response = await fetch(targetOf(operation), {
    method: operation.method,
    headers,
    redirect: "manual",
    ...(takesBody ? { body } : {}),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
  const code = isJson ? (JSON.parse(text) as Record<string, unknown>)["code"] : undefined;
  return { status: response.status, code, text };
};

const JSON_TYPE = { "content-type": "application/json" };
const own = (): string => plant.run.url;

/** What a foreign page can make a browser send. */
const ATTACKS: [name: string, headers: () => Record<string, string>][] = [
  ["no Origin", () => ({ ...JSON_TYPE })],
  ["a foreign Origin", () => ({ ...JSON_TYPE, origin: "http://evil.example" })],
  ["Origin null", () => ({ ...JSON_TYPE, origin: "null" })],
  ["our name on another port", () => ({ ...JSON_TYPE, origin: "http://127.0.0.1:1" })],
  ["our name as a prefix", () => ({ ...JSON_TYPE, origin: `${own()}.evil.example` })],
  ["another scheme", () => ({ ...JSON_TYPE, origin: own().replace("http:", "ftp:") })],
  ["Sec-Fetch-Site cross-site", () => ({ ...JSON_TYPE, origin: own(), "sec-fetch-site": "cross-site" })],
  ["a form", () => ({ "content-type": "application/x-www-form-urlencoded", origin: own() })],
  ["a multipart form", () => ({ "content-type": "multipart/form-data; boundary=x", origin: own() })],
  ["plain text", () => ({ "content-type": "text/plain", origin: own() })],
  ["no content type", () => ({ "content-type": "", origin: own() })],
];

const changing = (): Operation[] => operations.filter(({ method }) => method !== "GET");

const journalLength = async (): Promise<number> =>
  Number((await plant.run.store.engine.query({ sql: "SELECT COUNT(*) FROM journal" }))[0]?.[0]);

describe("a foreign page with a cookie", () => {
  test("there are operations to try", () => {
    expect(changing().length).toBeGreaterThan(35);
    expect(cookie).toStartWith("andon_session=");
  });

  test.each(ATTACKS)("%s: every change is refused, and nothing is written", async (_name, headers) => {
    const before = await journalLength();
    const passed: string[] = [];
    for (const operation of changing()) {
      const { status, code } = await send(operation, { ...headers(), cookie });
      if (status !== 403 || !["foreign_origin", "json_expected"].includes(String(code)))
        passed.push(`${nameOf(operation)}: ${status} ${String(code)}`);
    }
    expect(passed).toEqual([]);
    expect(await journalLength()).toBe(before);
  });

  test("no answer allows another origin to read it", async () => {
    for (const operation of operations.filter(({ path }) => !path.endsWith("/stream"))) {
      const response = await fetch(targetOf(operation), {
        method: "OPTIONS",
        headers: { cookie, origin: "http://evil.example", "access-control-request-method": operation.method },
      });
      const allowing = [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));
      expect([nameOf(operation), allowing]).toEqual([nameOf(operation), []]);
      expect([nameOf(operation), response.status >= 400]).toEqual([nameOf(operation), true]);
    }
  });

  test("the same calls from our own page are not refused for their origin", async () => {
    for (const operation of changing().filter(({ method, path }) => method === "PATCH" && path.includes("{")))
      expect([
        nameOf(operation),
        (await send(operation, { ...JSON_TYPE, origin: own(), cookie }, '{"no_such_field":1}')).code,
      ]).toEqual([nameOf(operation), "unknown_field"]);
  });
});

const ROLES = ["viewer", "responder", "editor", "admin"] as const;

describe("levels", () => {
  test("without a credential, and with a wrong one, only public operations answer", async () => {
    const before = await journalLength();
    const wrong: string[] = [];
    for (const operation of operations) {
      if (operation.access === "public") continue;
      const bodies: (string | null)[] = ["{}", '{"unknown":', null];
      for (const body of bodies)
        for (const headers of [
          { ...JSON_TYPE },
          { ...JSON_TYPE, authorization: "Bearer andon_wrong" },
          { ...JSON_TYPE, cookie: `andon_session=${"A".repeat(43)}`, origin: own() },
        ] as Record<string, string>[]) {
          const { status } = await send(operation, headers, body);
          if (status !== 401) wrong.push(`${nameOf(operation)}: ${status} with ${JSON.stringify(headers)}`);
        }
    }
    expect(wrong).toEqual([]);
    expect(await journalLength()).toBe(before);
  });

  test("the public ones are these", () => {
    expect(
      operations
        .filter(({ access }) => access === "public")
        .map(nameOf)
        .toSorted(),
    ).toEqual([
      "GET /api/push/{token}",
      "GET /api/v1/setup",
      "GET /healthz",
      "GET /ping",
      "GET /ping/{address}",
      "GET /ping/{address}/{word}",
      "GET /ping/{address}/{word}/{last}",
      "GET /readyz",
      "POST /api/push/{token}",
      "POST /api/v1/session",
      "POST /api/v1/setup",
      "POST /api/v2/alerts",
      "POST /api/webhooks/incoming/{token}",
      "POST /api/webhooks/incoming/{token}/api/v2/alerts",
      "POST /ping/{address}",
      "POST /ping/{address}/{word}",
      "POST /ping/{address}/{word}/{last}",
    ]);
  });

  test.each(ROLES.slice(0, 3))("a token of role %s gets no further than its level", async (role) => {
    const before = await journalLength();
    const wrong: string[] = [];
    for (const operation of operations) {
      const level = ROLES.indexOf(operation.access as (typeof ROLES)[number]);
      if (level <= ROLES.indexOf(role)) continue;
      const { status, code, text } = await send(operation, {
        ...JSON_TYPE,
        authorization: `Bearer ${tokens[role]}`,
      });
      if (status !== 403 || code !== "role") wrong.push(`${nameOf(operation)}: ${status} ${text}`);
    }
    expect(wrong).toEqual([]);
    expect(await journalLength()).toBe(before);
  });

  test("a token of scope ingest opens nothing but ingest", async () => {
    const before = await journalLength();
    const wrong: string[] = [];
    for (const operation of operations) {
      if (operation.access === "public" || operation.access === "ingest") continue;
      const { status, code } = await send(operation, {
        ...JSON_TYPE,
        authorization: `Bearer ${tokens["ingest"]}`,
      });
      if (status !== 403 || code !== "token_scope") wrong.push(`${nameOf(operation)}: ${status}`);
    }
    expect(wrong).toEqual([]);
    expect(await journalLength()).toBe(before);
  });
});
