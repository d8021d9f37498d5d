// T7: what an endpoint answers may come from inside the plant. It is shown to editors and admins only,
// whatever is asked for, and nobody tries a channel more than six times a minute.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ROLES, type Role } from "../../src/core/actor";
import { furnish, METRIC, readOperations, type Furnished, type Operation } from "../harness/operations";

const IN_BODY = "answer-canary-in-the-body";
const IN_HEADER = "answer-canary-in-a-header";
const HIDDEN = [IN_BODY, IN_HEADER];

let plant: Furnished;
let operations: Operation[];
let channel: string;
/** Its answer was seen twice: the new secret refused, then the old one. */
let delivery: string;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  plant = await furnish();
  operations = await readOperations(plant.run);
  channel = plant.ids["/api/v1/notification-channels"] ?? "";
  for (const role of ROLES) {
    const { body } = await plant.run.api("POST", "/api-tokens", { name: role, role });
    tokens.set(role, String(body.token));
  }
  plant.sink.answerWith(() => new Response(IN_BODY, { status: 401, headers: { "x-internal": IN_HEADER } }));
  await plant.run.api("POST", `/notification-channels/${channel}/rotate-secret`);
  const { body } = await plant.run.api("POST", `/notification-channels/${channel}/test`);
  delivery = String(body.attempts[0].delivery_id);
  expect(body.attempt.refused_exchange.response_body).toBe(IN_BODY);
});
afterAll(() => plant.close());

const ask = async (role: Role, method: string, path: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${plant.run.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens.get(role)}` },
  });
  return { status: response.status, text: await response.text() };
};

const seenBy = async (role: Role): Promise<string[]> => {
  const found: string[] = [];
  for (const { method, path } of operations) {
    if (method !== "GET" || path.endsWith("/stream")) continue;
    const collection = path.slice(0, path.indexOf("/{"));
    const id = collection === "/api/v1/deliveries" ? delivery : (plant.ids[collection] ?? "");
    const target = path.replace("{id}", id).replace("{metric}", METRIC);
    const { text } = await ask(role, "GET", target);
    if (HIDDEN.some((canary) => text.includes(canary))) found.push(path);
  }
  return found;
};

describe("by role", () => {
  for (const role of ["viewer", "responder"] as const)
    test(`${role}: no operation shows what the endpoint answered`, async () => {
      expect(await seenBy(role)).toEqual([]);
      const { text } = await ask(role, "GET", `/api/v1/deliveries/${delivery}/attempts`);
      // How it went is for everybody.
      expect(JSON.parse(text).data[0]).toMatchObject({
        status_code: 401,
        outcome: "auth_error",
        response_body: null,
        response_headers: null,
        refused_exchange: { status_code: 401, response_body: null, response_headers: null },
      });
    });

  for (const role of ["editor", "admin"] as const)
    test(`${role}: the attempts show it, in both exchanges`, async () => {
      expect(await seenBy(role)).toEqual(["/api/v1/deliveries/{id}/attempts"]);
      const { text } = await ask(role, "GET", `/api/v1/deliveries/${delivery}/attempts`);
      expect(JSON.parse(text).data[0]).toMatchObject({
        response_body: IN_BODY,
        response_headers: { "x-internal": IN_HEADER },
        refused_exchange: { response_body: IN_BODY, response_headers: { "x-internal": IN_HEADER } },
      });
    });
});

describe("the test button", () => {
  const testAs = (role: Role) => ask(role, "POST", `/api/v1/notification-channels/${channel}/test`);

  test("viewers may not press it; responders see whether it worked and nothing of the answer", async () => {
    expect((await testAs("viewer")).status).toBe(403);
    const { status, text } = await testAs("responder");
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ success: false, attempt: { status_code: 401 } });
    for (const canary of HIDDEN) expect(text).not.toContain(canary);
    for (const role of ["editor", "admin"] as const) {
      const shown = (await testAs(role)).text;
      for (const canary of HIDDEN) expect(shown).toContain(canary);
    }
  });

  test("six a minute for all of them together; the seventh is told when to come again", async () => {
    // One from the preparation and three from the test above.
    const statuses: number[] = [];
    for (const role of ["admin", "editor", "responder"] as const) statuses.push((await testAs(role)).status);
    expect(statuses).toEqual([200, 200, 429]);
    const before = plant.sink.received.length;
    const response = await fetch(`${plant.run.url}/api/v1/notification-channels/${channel}/test`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokens.get("admin")}` },
    });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(plant.sink.received).toHaveLength(before);
  });
});
