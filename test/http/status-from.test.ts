// Services whose status follows machines and alerts, over HTTP in the whole program: what is taken and refused, what
// is shown then and who said it, whose word wins, and what a restart keeps.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { removeDirectory, temporaryDirectory } from "../harness/store";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

let clock: FakeClock;
let app: TestApp;
let directory: string;

const start = async (): Promise<void> => {
  app = await startApp({
    clock,
    directory,
    seams: { boot: { sinceBoot: () => clock.monotonic(), bootId: "boot-1" } },
  });
};

const restart = async (): Promise<void> => {
  await app.stop();
  await start();
  await clock.settle();
};

beforeEach(async () => {
  clock = new FakeClock();
  directory = temporaryDirectory();
  await start();
});
afterEach(async () => {
  await app.stop();
  removeDirectory(directory);
});

const made = async (path: string, body: Json): Promise<Json & { id: string }> => {
  const answer = await app.api("POST", path, body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json & { id: string };
};

const service = (status_from: Json[], more: Json = {}) =>
  made("/services", { name: "Line 1", status_from, ...more });

const shown = async (id: string): Promise<string> => {
  await clock.settle();
  return (await app.api("GET", `/services/${id}`)).body.status as string;
};

const sources = async (id: string): Promise<string[]> =>
  ((await app.api("GET", `/services/${id}`)).body.sources as { source: Json; status: string }[]).map(
    ({ source, status }) => `${String(source["kind"])} ${String(source["name"])} ${status}`,
  );

const send = async (machine: string, value: number): Promise<void> => {
  const answer = await app.api("POST", "/readings", { machine, metric: "temperature", value });
  expect(answer.status).toBe(202);
  await clock.settle();
};

const hotRule = (severity: string, limit: number, selector: Json = {}) =>
  made("/alert-rules", {
    name: `${severity} heat`,
    severity,
    selector,
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: limit },
  });

describe("what is taken", () => {
  test("comes back as it was written, and what cannot be is refused by its field", async () => {
    const { id: machineId } = await made("/machines", { name: "Mill" });
    const { id: ruleId } = await hotRule("critical", 85);
    const statusFrom = [
      { type: "machine", machine_id: machineId },
      { type: "machine", machine_id: machineId, status: "degraded" },
      { type: "alerts" },
      {
        type: "alerts",
        rule_id: ruleId,
        labels: { line: "1" },
        statuses: { critical: "degraded", info: null },
      },
    ];
    const { id } = await service(statusFrom);
    expect((await app.api("GET", `/services/${id}`)).body.status_from).toEqual(statusFrom);
    const cases: [Json, string][] = [
      [{ type: "machine" }, "status_from.0.machine_id"],
      [{ type: "machine", machine_id: "gone" }, "status_from.0.machine_id"],
      [{ type: "machine", machine_id: machineId, labels: {} }, "status_from.0.labels"],
      [{ type: "machine", machine_id: machineId, status: "maintenance" }, "status_from.0.status"],
      [{ type: "alerts", status: "down" }, "status_from.0.status"],
      [{ type: "alerts", rule_id: "gone" }, "status_from.0.rule_id"],
      [{ type: "alerts", project_id: "gone" }, "status_from.0.project_id"],
      [{ type: "alerts", statuses: { critical: "operational" } }, "status_from.0.statuses.critical"],
      [{ type: "receiver" }, "status_from.0.type"],
    ];
    for (const [feed, field] of cases) {
      const answer = await app.api("PATCH", `/services/${id}`, { status_from: [feed] });
      expect([field, answer.status, answer.body.field]).toEqual([field, 422, field]);
    }
    const { access, store } = app.app.parts;
    const { token } = await createOtherTenant({ access, opened: { store } });
    const foreign = await app.api(
      "POST",
      "/services",
      { name: "Spy", status_from: [{ type: "machine", machine_id: machineId }] },
      { authorization: `Bearer ${token}` },
    );
    expect([foreign.status, foreign.body.field]).toEqual([422, "status_from.0.machine_id"]);
  });
});

describe("a machine", () => {
  test("that goes takes its service down, and brings it back", async () => {
    const { id: machineId } = await made("/machines", { name: "Mill", display_name: "Mill 1" });
    await send("Mill", 20);
    const { id } = await service([{ type: "machine", machine_id: machineId }]);
    expect(await shown(id)).toBe("operational");
    await clock.advance(302_000);
    expect(await shown(id)).toBe("down");
    expect((await app.api("GET", `/services/${id}`)).body.message).toBe("Mill 1 is offline.");
    expect(await sources(id)).toEqual(["machine Mill 1 down"]);
    await restart();
    expect(await shown(id)).toBe("down");
    await send("Mill", 20);
    expect(await shown(id)).toBe("operational");
    const history = (await app.api("GET", `/services/${id}/history`)).body.data as Json[];
    expect(history.map(({ status, source }) => [status, (source as Json)["kind"]])).toEqual([
      ["operational", "machine"],
      ["down", "machine"],
    ]);
  });

  test("that is offline already counts at once; deleted, or no longer followed, it says nothing", async () => {
    const { id: machineId } = await made("/machines", { name: "Mill" });
    const { id: otherId } = await made("/machines", { name: "Press" });
    await clock.advance(302_000);
    const feeds = [
      { type: "machine", machine_id: machineId, status: "degraded" },
      { type: "machine", machine_id: otherId },
    ];
    const { id } = await service(feeds);
    expect([await shown(id), await sources(id)]).toEqual([
      "down",
      ["machine Mill degraded", "machine Press down"],
    ]);
    expect((await app.api("DELETE", `/machines/${otherId}`)).status).toBe(204);
    expect(await shown(id)).toBe("degraded");
    await app.api("PATCH", `/services/${id}`, { status_from: [] });
    expect([await shown(id), await sources(id)]).toEqual(["operational", []]);
  });
});

describe("alerts", () => {
  test("the worst open one counts, whoever acknowledges it, until it is over", async () => {
    await hotRule("warning", 80);
    await hotRule("critical", 90);
    await hotRule("info", 10);
    const { id } = await service([{ type: "alerts" }]);
    await send("Mill", 20);
    expect(await shown(id)).toBe("operational");
    await send("Mill", 85);
    expect([await shown(id), await sources(id)]).toEqual([
      "degraded",
      ["alert warning heat (Mill) degraded"],
    ]);
    await send("Mill", 95);
    expect([await shown(id), await sources(id)]).toEqual(["down", ["alert critical heat (Mill) down"]]);
    const critical = (await app.api("GET", "/alerts?severity=critical")).body.data[0] as Json;
    await app.api("POST", `/alerts/${critical["id"]}/acknowledge`, {});
    expect(await shown(id)).toBe("down");
    await send("Mill", 85);
    expect(await shown(id)).toBe("degraded");
    await send("Mill", 20);
    expect([await shown(id), await sources(id)]).toEqual(["operational", []]);
    const history = (await app.api("GET", `/services/${id}/history`)).body.data as Json[];
    expect(history.map(({ status }) => status)).toEqual(["operational", "degraded", "down", "degraded"]);
  });

  test("of another machine, project, label or organization do not count; severities count as they are told to", async () => {
    await hotRule("critical", 80);
    await made("/machines", { name: "Mill", labels: { line: "1" } });
    await made("/machines", { name: "Press", labels: { line: "2" } });
    const { id } = await service([
      { type: "alerts", labels: { line: "1" }, statuses: { critical: "degraded" } },
    ]);
    await send("Press", 95);
    expect(await shown(id)).toBe("operational");
    await send("Mill", 95);
    expect(await shown(id)).toBe("degraded");
  });

  test("about the status of a service are not followed: nothing holds itself down", async () => {
    const { id } = await service([{ type: "alerts" }]);
    await made("/alert-rules", {
      name: "Line 1 in trouble",
      severity: "critical",
      condition: { type: "service_status", in: ["degraded", "down"] },
    });
    await hotRule("warning", 80);
    await send("Mill", 85);
    expect(await shown(id)).toBe("degraded");
    expect((await app.api("GET", "/alerts?severity=critical")).body.data).toHaveLength(1);
    await send("Mill", 20);
    expect(await shown(id)).toBe("operational");
    expect((await app.api("GET", "/alerts?status=triggered")).body.data).toEqual([]);
  });
});

test("a person's word stands until there is news, over a restart too", async () => {
  const { id: machineId } = await made("/machines", { name: "Mill" });
  await send("Mill", 20);
  const { id } = await service([{ type: "machine", machine_id: machineId }]);
  await clock.advance(302_000);
  expect(await shown(id)).toBe("down");
  await app.api("POST", `/services/${id}/status`, {
    status: "operational",
    message: "The mill is not needed",
  });
  await clock.advance(60_000);
  expect(await shown(id)).toBe("operational");
  await restart();
  expect(await shown(id)).toBe("operational");
  await send("Mill", 20);
  await clock.advance(302_000);
  expect(await shown(id)).toBe("down");
});

test("what changed while the program was not there is made good at the start", async () => {
  const { id: machineId } = await made("/machines", { name: "Mill" });
  await send("Mill", 20);
  const { id } = await service([{ type: "machine", machine_id: machineId }]);
  await clock.advance(302_000);
  expect(await shown(id)).toBe("down");
  // As if it had been killed between the machine's return and the word about the service.
  await app.store.engine.batch([{ sql: "UPDATE machines SET status = 'online'" }]);
  await restart();
  expect(await shown(id)).toBe("operational");
});
