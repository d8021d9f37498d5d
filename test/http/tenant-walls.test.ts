// T22. In: every operation of the API document, asked by one organization for another's objects. Out:
// the very answer that an ID of nobody gets: status, headers and bytes. And nothing has changed.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  furnish,
  type Furnished,
  INCOMING_DELIVERY,
  METRIC,
  type Operation,
  readOperations,
  SUBSCRIBER,
  TINY_PICTURE,
} from "../harness/operations";
import { createOtherTenant, UNKNOWN_ID } from "../harness/tenant-isolation";

let plant: Furnished;
let operations: Operation[];
let stranger: string;

beforeAll(async () => {
  plant = await furnish();
  operations = await readOperations(plant.run);
  const { access, store } = plant.run.app.parts;
  ({ token: stranger } = await createOtherTenant({ access, opened: { store } }));
});
afterAll(() => plant.close());

/** What each changing operation takes; a new one has to be written down here. */
const BODIES: Readonly<Record<string, unknown>> = {
  "PATCH /api/v1/alert-rules/{id}": { name: "changed" },
  "POST /api/v1/alerts/{id}/acknowledge": { note: "seen" },
  "POST /api/v1/alerts/{id}/notes": { text: "a note" },
  "POST /api/v1/alerts/{id}/resolve": {},
  "PATCH /api/v1/api-tokens/{id}": { name: "changed" },
  "POST /api/v1/deliveries/{id}/replay": {},
  "POST /api/v1/deliveries/replays/{id}/cancel": {},
  "PATCH /api/v1/escalation-policies/{id}": { name: "changed" },
  "PATCH /api/v1/incidents/{id}": { title: "changed" },
  "POST /api/v1/incidents/{id}/merge": { into: "1" },
  "POST /api/v1/incidents/{id}/updates": { status: "identified" },
  "PATCH /api/v1/machines/{id}": { display_name: "changed" },
  "POST /api/v1/machines/{id}/approve": undefined,
  "POST /api/v1/machines/{id}/heartbeat": undefined,
  "PATCH /api/v1/machines/{id}/metrics/{metric}": { unit: "K" },
  "PATCH /api/v1/maintenance-windows/{id}": { name: "changed" },
  "POST /api/v1/maintenance-windows/{id}/end": undefined,
  "PATCH /api/v1/monitors/{id}": { name: "changed" },
  "POST /api/v1/monitors/{id}/rotate-address": undefined,
  "POST /api/v1/monitors/{id}/test": undefined,
  "PATCH /api/v1/notification-channels/{id}": { name: "changed" },
  "POST /api/v1/notification-channels/{id}/resume": undefined,
  "POST /api/v1/notification-channels/{id}/rotate-secret": {},
  "POST /api/v1/notification-channels/{id}/test": undefined,
  "PATCH /api/v1/organizations/{id}": { name: "changed" },
  "PATCH /api/v1/projects/{id}": { name: "changed" },
  "PATCH /api/v1/services/{id}": { name: "changed" },
  "POST /api/v1/services/{id}/status": { status: "down" },
  "PATCH /api/v1/status-pages/{id}": { name: "changed" },
  "POST /api/v1/status-pages/{id}/subscribers": { kind: "email", email: "more@readers.test" },
  "PATCH /api/v1/status-pages/{id}/subscribers/{subscriber_id}": { language: "de" },
  "PUT /api/v1/status-pages/{id}/logo": { data: TINY_PICTURE },
  "PATCH /api/v1/users/{id}": { name: "changed" },
  "PATCH /api/v1/webhook-receivers/{id}": { name: "changed" },
  "POST /api/v1/webhook-receivers/{id}/deliveries/{delivery_id}/reprocess": undefined,
  "POST /api/v1/webhook-receivers/{id}/dry-run": { payload: { status: "down" } },
  "POST /api/v1/webhook-receivers/{id}/mapping": { word: "walled word", status: "down" },
  "POST /api/v1/webhook-receivers/{id}/reprocess": {},
  "POST /api/v1/webhook-receivers/{id}/rotate-secret": {},
  "POST /api/v1/webhook-receivers/{id}/rotate-token": {},
  "POST /api/v1/webhook-receivers/{id}/teach": undefined,
  "POST /api/v1/webhook-receivers/{id}/teach/apply": {},
};

const QUERIES: Readonly<Record<string, string>> = {
  "GET /api/v1/machines/{id}/readings": `?metric=${METRIC}`,
  "GET /api/v1/monitors/{id}/latency": "?from=2026-01-01&to=2026-01-02",
};

const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;
const collectionOf = (path: string): string => path.slice(0, path.indexOf("/{"));
const withId = (): Operation[] => operations.filter(({ path }) => path.includes("{id}"));

interface Seen {
  status: number;
  /** Without what differs between any two answers. */
  headers: string;
  text: string;
}

const UNIQUE_HEADERS = new Set(["date", "x-request-id"]);

const send = async (token: string, method: string, target: string, body?: unknown): Promise<Seen> => {
  const response = await fetch(plant.run.url + target, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: JSON.stringify([...response.headers].filter(([name]) => !UNIQUE_HEADERS.has(name)).toSorted()),
    text: (await response.text()).replace(/"request_id":"[^"]*"/, ""),
  };
};

const ask = (token: string, operation: Operation, id: string): Promise<Seen> => {
  const name = nameOf(operation);
  const target =
    operation.path
      .replace("{id}", id)
      .replace("{metric}", METRIC)
      .replace("{subscriber_id}", plant.ids[SUBSCRIBER] ?? "")
      .replace("{delivery_id}", plant.ids[INCOMING_DELIVERY] ?? "") + (QUERIES[name] ?? "");
  return send(token, operation.method, target, BODIES[name]);
};

/** Figures up to the present moment: they differ from one call to the next. */
const isRunningOn = (path: string): boolean => /\/(?:uptime|days)$|\/reports\//.test(path);

/** Everything that the owner can read, in one text. */
const readAll = async (token: string): Promise<string> => {
  const texts: string[] = [];
  const reads = ({ method, path }: { method: string; path: string }): boolean =>
    method === "GET" && !isRunningOn(path);
  for (const operation of operations.filter((one) => reads(one) && isList(one.path)))
    texts.push(`${nameOf(operation)} ${(await send(token, "GET", operation.path)).text}`);
  for (const operation of withId().filter(reads))
    texts.push((await ask(token, operation, plant.ids[collectionOf(operation.path)] ?? "")).text);
  // Presence of the machine and times of use run on by themselves.
  return texts.join("\n").replace(/"last_used_at":[^,}]+/g, "");
};

const isList = (path: string): boolean =>
  path.startsWith("/api/v1/") && !path.includes("{") && !path.endsWith("/stream");

test("every operation with an ID has an object to be asked for, and every change a body", () => {
  expect(withId().length).toBeGreaterThan(35);
  for (const operation of withId()) {
    expect([nameOf(operation), plant.ids[collectionOf(operation.path)]]).toEqual([
      nameOf(operation),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
    ]);
    if (operation.method === "POST" || operation.method === "PATCH")
      expect(Object.keys(BODIES)).toContain(nameOf(operation));
  }
});

describe("another organization", () => {
  test("gets for each ID the answer that nobody's ID gets, byte for byte, and changes nothing", async () => {
    const before = await readAll(plant.run.token);
    const wrong: string[] = [];
    for (const operation of withId()) {
      const foreign = await ask(stranger, operation, plant.ids[collectionOf(operation.path)] ?? "");
      const unknown = await ask(stranger, operation, UNKNOWN_ID);
      if (foreign.status !== 404 || JSON.stringify(foreign) !== JSON.stringify(unknown))
        wrong.push(`${nameOf(operation)}: ${JSON.stringify(foreign)} / ${JSON.stringify(unknown)}`);
    }
    expect(wrong).toEqual([]);
    expect(await readAll(plant.run.token)).toBe(before);
    expect(plant.sink.received).toHaveLength(1);
  });

  test("a running number is its own, not the other's", async () => {
    for (const verb of ["", "/timeline"])
      expect((await send(stranger, "GET", `/api/v1/alerts/1${verb}`)).status).toBe(404);
    expect((await send(plant.run.token, "GET", "/api/v1/alerts/1")).status).toBe(200);
  });

  test("cannot refer to the other's objects: the answer is that of nobody's ID", async () => {
    const { ids } = plant;
    const condition = { type: "heartbeat", after_seconds: 60 };
    const rule = (selector: unknown) => ({ name: "r", severity: "info", selector, condition });
    const window = { name: "w", cron: "0 3 * * *", duration_seconds: 60 };
    const probe = { name: "m", type: "dns", host: "plant.example" };
    const hook = { name: "c", type: "webhook", config: { url: plant.sink.url } };
    const references: [path: string, collection: string, body: (id: string) => unknown][] = [
      ["/machines", "projects", (id) => ({ name: "m", project_id: id })],
      ["/incidents", "services", (id) => ({ title: "i", severity: "minor", service_ids: [id] })],
      ["/maintenance-windows", "services", (id) => ({ ...window, service_ids: [id] })],
      ["/maintenance-windows", "machines", (id) => ({ ...window, machine_ids: [id] })],
      ["/maintenance-windows", "monitors", (id) => ({ ...window, monitor_ids: [id] })],
      ["/maintenance-windows", "projects", (id) => ({ ...window, project_ids: [id] })],
      ["/webhook-receivers", "services", (id) => ({ name: "r", service_id: id })],
      [
        "/webhook-receivers",
        "projects",
        (id) => ({ name: "r", service_name_field: "service", project_id: id }),
      ],
      ["/monitors", "projects", (id) => ({ ...probe, project_id: id })],
      ["/monitors/test", "services", (id) => ({ ...probe, service_id: id })],
      ["/ping-keys", "projects", (id) => ({ project_id: id })],
      ["/monitors", "services", (id) => ({ ...probe, service_id: id })],
      ["/services", "projects", (id) => ({ name: "s", project_id: id })],
      ["/services", "services", (id) => ({ name: "s", depends_on: [id] })],
      ["/alert-rules", "machines", (id) => rule({ machine_id: id })],
      ["/alert-rules", "projects", (id) => rule({ project_id: id })],
      ["/notification-channels", "notification-channels", (id) => ({ ...hook, failure_channel_id: id })],
      ["/notification-channels", "projects", (id) => ({ ...hook, filters: { project_ids: [id] } })],
      [
        "/escalation-policies",
        "notification-channels",
        (id) => ({ name: "p", severity: "critical", wait_minutes: 1, channel_id: id }),
      ],
      [
        "/escalation-policies",
        "notification-channels",
        (id) => ({ name: "p", severity: "critical", steps: [{ wait_minutes: 1, channel_id: id }] }),
      ],
      ["/readings", "machines", (id) => ({ machine: id, metric: METRIC, value: 1 })],
    ];
    for (const [path, collection, body] of references) {
      const id = ids[`/api/v1/${collection}`] ?? "";
      const foreign = await send(stranger, "POST", `/api/v1${path}`, body(id));
      const unknown = await send(stranger, "POST", `/api/v1${path}`, body(UNKNOWN_ID));
      expect([path, collection, foreign]).toEqual([path, collection, unknown]);
      expect([path, collection, [202, 404, 422].includes(foreign.status)]).toEqual([path, collection, true]);
      expect(foreign.text).not.toContain('"accepted":1');
    }
  });

  test("finds nothing of the other by a filter", async () => {
    const { ids } = plant;
    const filters: [string, string, string][] = [
      ["/alerts", "machine_id", "machines"],
      ["/alerts", "rule_id", "alert-rules"],
      ["/incidents", "service_id", "services"],
      ["/maintenance-windows", "service_id", "services"],
      ["/deliveries", "channel_id", "notification-channels"],
      ["/deliveries", "subject_id", "alerts"],
      ["/deliveries", "machine_id", "machines"],
      ["/machines", "project_id", "projects"],
      ["/monitors", "project_id", "projects"],
      ["/monitors", "service_id", "services"],
    ];
    for (const [path, filter, collection] of filters) {
      const id = ids[`/api/v1/${collection}`] ?? "";
      const own = await send(plant.run.token, "GET", `/api/v1${path}?${filter}=${id}`);
      expect([path, filter, own.text.includes(id)]).toEqual([path, filter, true]);
      const foreign = await send(stranger, "GET", `/api/v1${path}?${filter}=${id}`);
      expect(foreign).toEqual(await send(stranger, "GET", `/api/v1${path}?${filter}=${UNKNOWN_ID}`));
      expect(foreign.text).toBe('{"data":[],"next_cursor":null}');
    }
  });

  test("reads lists, counts and metrics without a trace of the other", async () => {
    for (const { path } of operations.filter(({ method, path }) => method === "GET" && isList(path))) {
      const { text } = await send(stranger, "GET", path);
      for (const trace of [...Object.values(plant.ids), ...plant.names])
        expect([path, trace, text.includes(trace)]).toEqual([path, trace, false]);
    }
    const counts = JSON.parse((await send(stranger, "GET", "/api/v1/alerts/counts")).text) as object;
    expect(counts).toMatchObject({ triggered: 0, acknowledged: 0 });
    const { text } = await send(stranger, "GET", "/metrics");
    for (const trace of [...Object.values(plant.ids), ...plant.names]) expect(text).not.toContain(trace);
  });

  test("may use the other's names: they are other machines and metrics", async () => {
    const machines = await send(plant.run.token, "GET", "/api/v1/machines");
    const reading = { machine: "Walled machine", metric: METRIC, value: 12 };
    expect((await send(stranger, "POST", "/api/v1/readings", reading)).text).toContain('"accepted":1');
    expect((await send(stranger, "POST", "/api/v1/machines/Walled%20machine/heartbeat")).status).toBe(202);
    expect(await send(plant.run.token, "GET", "/api/v1/machines")).toEqual(machines);
  });
});

test("the owner gets another answer everywhere: the questions were the right ones", async () => {
  const last = ({ method, path }: Operation): number => {
    if (method !== "DELETE") return 0;
    // What belongs to something goes before it does.
    if (!path.endsWith("/{id}")) return 1;
    return path.includes("channels") ? 3 : 2;
  };
  const refused: string[] = [];
  for (const operation of withId().toSorted((left, right) => last(left) - last(right))) {
    const { status, text } = await ask(
      plant.run.token,
      operation,
      plant.ids[collectionOf(operation.path)] ?? "",
    );
    // A conflict is an answer about the object itself.
    if (status >= 400 && status !== 409) refused.push(`${nameOf(operation)}: ${status} ${text}`);
  }
  expect(refused).toEqual([]);
});
