// Every channel type that speaks to a service over HTTP, inside the executable: created by the API, told
// of an alert that begins, is acknowledged and ends, and tested; each service takes what it is sent.
import { afterEach, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../harness/eventually";
import { SERVICES } from "../harness/services";
import { openServices, wordsOf, type ServiceHouse } from "../harness/services/service";
import { placeExecutable, type Executable } from "./executable";

const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";

let executable: Executable | undefined;
let house: ServiceHouse | undefined;

afterEach(async () => {
  await executable?.remove();
  await house?.stop();
  executable = house = undefined;
});

test("each type reaches its service, and its keys stay inside", async () => {
  executable = placeExecutable();
  house = openServices(SERVICES);
  const { taken, origin, listener } = house;
  const running = await executable.serve({
    env: { ANDON_BOOTSTRAP_TOKEN: TOKEN, ANDON_OUTBOUND_ALLOW: listener, ANDON_LOG_LEVEL: "debug" },
  });
  const shown: string[] = [];
  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${running.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    shown.push(text);
    expect([method, path, response.status < 300, text]).toEqual([method, path, true, text]);
    return JSON.parse(text) as Record<string, unknown>;
  };
  /** Kinds that have had this many messages since the last `taken.length = 0`. */
  const reached = (count: number): Promise<string[]> =>
    eventually(
      () =>
        Promise.resolve(
          Object.keys(SERVICES).filter((kind) => taken.filter((one) => one.kind === kind).length >= count),
        ),
      (kinds) => kinds.length === Object.keys(SERVICES).length,
    );

  const ids = new Map<string, string>();
  for (const [kind, service] of Object.entries(SERVICES)) {
    const channel = await call("POST", "/notification-channels", {
      name: `People on ${kind}`,
      type: kind,
      config: service.config(origin),
      is_active: true,
      ...(service.events === undefined ? {} : { events: service.events }),
    });
    ids.set(kind, String(channel["id"]));
  }
  await call("POST", "/alert-rules", {
    name: "Too hot",
    severity: "critical",
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: ">",
      threshold: 85,
      clear_threshold: 80,
    },
  });

  await call("POST", "/readings", { machine: "Press 7", metric: "temperature", value: 91.4 });
  await reached(1);
  await call("POST", "/alerts/1/acknowledge");
  await reached(2);
  await call("POST", "/readings", { machine: "Press 7", metric: "temperature", value: 70 });
  await reached(3);
  for (const [kind, service] of Object.entries(SERVICES)) {
    const [begun = "", acknowledged = "", ended = ""] = taken
      .filter((one) => one.kind === kind)
      .map(({ text }) => text);
    const words = wordsOf(service, { headline: "Too hot on Press 7" });
    for (const word of words.begun) expect([kind, begun]).toEqual([kind, expect.stringContaining(word)]);
    for (const word of words.acknowledged)
      expect([kind, acknowledged]).toEqual([kind, expect.stringContaining(word)]);
    for (const word of words.ended) expect([kind, ended]).toEqual([kind, expect.stringContaining(word)]);
  }

  for (const [kind, id] of ids) {
    const result = await call("POST", `/notification-channels/${id}/test`);
    expect([kind, result["success"], result["error"]]).toEqual([kind, true, undefined]);
    await call("GET", `/notification-channels/${id}/deliveries`);
  }
  expect(house.statuses.filter((status) => status >= 300)).toEqual([]);
  expect(house.asides.filter(({ status }) => status >= 300)).toEqual([]);

  running.signal("SIGTERM");
  expect(await running.exited).toBe(0);
  // The files of the data directory as well: settings are sealed, and no stored message holds a key.
  const files = readdirSync(executable.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "ballast")
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
  expect(files.length).toBeGreaterThan(1);
  const everything = [...shown, ...running.lines(), ...files].join("\n");
  for (const { secrets } of Object.values(SERVICES))
    for (const secret of secrets) expect(everything).not.toContain(secret);
});
