// T16, over the whole application: names such as __proto__ in every object that a request may hold.
// Out: an object's own data or a refusal; never a change of what all objects inherit.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { furnish, type Furnished } from "../harness/operations";

let plant: Furnished;
let before: Inherited[];

interface Inherited {
  key: PropertyKey;
  value: unknown;
}

/** Every property that all objects, lists, functions and texts inherit. */
const inherited = (): Inherited[] =>
  [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype].flatMap(
    (prototype) =>
      Reflect.ownKeys(prototype).map((key) => {
        const { value, get } = Reflect.getOwnPropertyDescriptor(prototype, key) ?? {};
        return { key, value: (value as unknown) ?? get };
      }),
  );

const changes = (): string[] => {
  const now = inherited();
  return now.length === before.length
    ? now.filter(({ value }, index) => value !== before[index]?.value).map(({ key }) => String(key))
    : [`${now.length - before.length} more`];
};

beforeAll(async () => {
  plant = await furnish();
  before = inherited();
});
afterAll(() => plant.close());
afterEach(() => {
  expect(changes()).toEqual([]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"] as const;

/** As text: an object literal would lose what is asked about. */
const send = async (
  method: string,
  path: string,
  text: string,
): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${plant.run.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${plant.run.token}`, "content-type": "application/json" },
    body: text,
  });
  return { status: response.status, text: await response.text() };
};

const id = (collection: string): string => plant.ids[`/api/v1/${collection}`] ?? "";

/** Where a request holds names of the client's own choice. */
const PLACES: [
  name: string,
  method: string,
  path: () => string,
  body: (name: string, n: number) => string,
][] = [
  [
    "labels of a machine",
    "POST",
    () => "/machines",
    (name, n) => `{"name":"m${n}","labels":{"${name}":"polluted"}}`,
  ],
  [
    "labels of a machine, changed",
    "PATCH",
    () => `/machines/${id("machines")}`,
    (name) => `{"labels":{"${name}":"polluted"}}`,
  ],
  [
    "tags of a reading",
    "POST",
    () => "/readings",
    (name, n) => `{"machine":"t${n}","metric":"m","value":1,"tags":{"${name}":"polluted"}}`,
  ],
  [
    "a machine's own name",
    "POST",
    () => "/readings",
    (name) => `{"machine":"${name}","metric":"m","value":1}`,
  ],
  [
    "a metric's name",
    "POST",
    () => "/readings",
    (name, n) => `{"machine":"n${n}","metric":"${name}","value":1}`,
  ],
  [
    "labels of a rule's selector",
    "POST",
    () => "/alert-rules",
    (name, n) =>
      `{"name":"r${n}","severity":"info","selector":{"labels":{"${name}":"polluted"}},"condition":{"type":"heartbeat","after_seconds":60}}`,
  ],
  [
    "headers of a channel",
    "PATCH",
    () => `/notification-channels/${id("notification-channels")}`,
    (name) => `{"config":{"headers":{"${name}":"polluted"}}}`,
  ],
  [
    "settings of a channel",
    "PATCH",
    () => `/notification-channels/${id("notification-channels")}`,
    (name) => `{"config":{"${name}":{"polluted":"polluted"}}}`,
  ],
  [
    "settings of a setting",
    "PATCH",
    () => `/notification-channels/${id("notification-channels")}`,
    (name) => `{"config":{"tls":{"${name}":{"polluted":"polluted"}}}}`,
  ],
  [
    "filters of a channel",
    "PATCH",
    () => `/notification-channels/${id("notification-channels")}`,
    (name) => `{"filters":{"labels":{"${name}":"polluted"}}}`,
  ],
  [
    "a filter's own name",
    "PATCH",
    () => `/notification-channels/${id("notification-channels")}`,
    (name) => `{"filters":{"${name}":["polluted"]}}`,
  ],
  [
    "the body itself",
    "PATCH",
    () => `/alert-rules/${id("alert-rules")}`,
    (name) => `{"${name}":{"polluted":true}}`,
  ],
  [
    "a list of readings",
    "POST",
    () => "/readings",
    (name) => `[{"machine":"l","metric":"m","value":1,"${name}":{"polluted":1}}]`,
  ],
  [
    "the kind of a channel",
    "POST",
    () => "/notification-channels",
    (name) => `{"name":"k","type":"${name}","config":{}}`,
  ],
  [
    "a dialect",
    "PATCH",
    () => `/notification-channels/${id("notification-channels")}`,
    (name) => `{"config":{"dialect":"${name}"}}`,
  ],
  [
    "a retry schedule",
    "PATCH",
    () => `/notification-channels/${id("notification-channels")}`,
    (name) => `{"config":{"retry":"${name}"}}`,
  ],
];

let count = 0;

test.each(PLACES)("in %s", async (_name, method, path, body) => {
  for (const name of NAMES) {
    const { status, text } = await send(method, path(), body(name, ++count));
    expect([name, status, text, status < 500]).toEqual([name, status, text, true]);
    expect(changes()).toEqual([]);
  }
});

test("in the paths of metrics, machines and line protocol", async () => {
  for (const name of NAMES) {
    const metric = await send("PATCH", `/machines/${id("machines")}/metrics/${name}`, '{"unit":"K"}');
    expect([name, metric.status]).toEqual([name, 404]);
    for (const path of [`/machines/${name}`, `/alerts/${name}`, `/deliveries/${name}`, `/users/${name}`])
      expect([path, (await plant.run.api("GET", path)).status]).toEqual([path, 404]);
    const lines = await fetch(`${plant.run.url}/api/v2/write?precision=s`, {
      method: "POST",
      headers: { authorization: `Bearer ${plant.run.token}` },
      body: `${name},machine=${name},${name}=${name} ${name}=1\n`,
    });
    expect([name, lines.status < 500]).toEqual([name, true]);
  }
});

test("what was taken is told and read as data, and alerts still work", async () => {
  expect((await plant.run.api("GET", "/machines?limit=500")).status).toBe(200);
  expect((await plant.run.api("GET", "/alert-rules?limit=500")).status).toBe(200);
  const told = plant.sink.received.length;
  await plant.run.api("PATCH", `/notification-channels/${id("notification-channels")}`, { filters: null });
  await plant.run.api("POST", "/readings", { machine: "Walled machine", metric: "temperature", value: 1 });
  await plant.sink.waitFor(told + 1);
  expect(plant.sink.received.at(-1)?.json["event"]).toBe("alert.resolved");
});
