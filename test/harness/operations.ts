// In: a running application. Out: every operation of its own API document, and a plant that has one of
// everything an operation can be asked for: tests over "all operations" forget none.
import { openRecordingSink, type RecordingSink } from "./recording-sink";
import { startApp, type TestApp, type TestAppOptions } from "./app";

export interface Operation {
  method: string;
  /** With its parameters in braces. */
  path: string;
  access: "public" | "ingest" | "viewer" | "responder" | "editor" | "admin";
}

interface Described {
  "x-access": Operation["access"];
}

/** As /docs/json describes them; another test holds the document to the routes. */
export const readOperations = async (run: TestApp): Promise<Operation[]> => {
  const answer = await fetch(`${run.url}/docs/json`, { headers: { authorization: `Bearer ${run.token}` } });
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Described>> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      access: operation["x-access"],
    })),
  );
};

export interface Furnished {
  run: TestApp;
  sink: RecordingSink;
  /** By the path of the collection: the ID of an object there. */
  ids: Readonly<Record<string, string>>;
  /** Names that nobody else's answers may hold. */
  names: readonly string[];
  close(): Promise<void>;
}

/** The key of the one request that came to the receiver. */
export const INCOMING_DELIVERY = "/api/v1/webhook-receivers/{id}/deliveries";

/** The key of the page's one subscriber. */
export const SUBSCRIBER = "/api/v1/status-pages/{id}/subscribers";

/** The metric of the one machine. */
export const METRIC = "temperature";

/** A PNG of one pixel. */
export const TINY_PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

const SETTLED = new Set(["delivered", "failed"]);

/** The whole application with one object of every kind, all created over HTTP, all messages delivered. */
export const furnish = async (options: TestAppOptions = {}): Promise<Furnished> => {
  const sink = openRecordingSink();
  const run = await startApp({ ...options, config: { outboundMode: "open", ...options.config } });
  const create = async (path: string, body: Record<string, unknown>): Promise<string> => {
    const answer = await run.api("POST", path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return String(answer.body.id);
  };
  const only = async (path: string): Promise<Record<string, unknown>> => {
    const [first] = (await run.api("GET", path)).body.data as Record<string, unknown>[];
    if (first === undefined) throw new Error(`${path} has nothing`);
    return first;
  };

  const project = await create("/projects", { name: "Walled project" });
  const machine = await create("/machines", { name: "Walled machine", project_id: project });
  // Before there is anybody to be told of it.
  const service = await create("/services", { name: "Walled service" });
  const maintenance = await create("/maintenance-windows", {
    name: "Walled maintenance",
    cron: "0 3 1 1 *",
    duration_seconds: 60,
    service_ids: [service],
  });
  const statusPage = await create("/status-pages", { name: "Walled page", service_ids: [service] });
  await run.api("PUT", `/status-pages/${statusPage}/logo`, { data: TINY_PICTURE });
  const incident = await create("/incidents", {
    title: "Walled incident",
    severity: "minor",
    service_ids: [service],
  });
  const subscriber = await create(`/status-pages/${statusPage}/subscribers`, {
    kind: "email",
    email: "walled@readers.test",
    is_confirmed: true,
  });
  const receiver = await run.api("POST", "/webhook-receivers", {
    name: "Walled receiver",
    service_id: service,
  });
  const incoming = await fetch(new URL(new URL(String(receiver.body.url)).pathname, run.url), {
    method: "POST",
    body: JSON.stringify({ status: "ok", message: "Walled message" }),
  });
  const pingKey = await create("/ping-keys", { project_id: project });
  const monitor = await create("/monitors", {
    name: "Walled monitor",
    type: "tcp",
    host: "127.0.0.1",
    port: sink.port,
    service_id: service,
    project_id: project,
    is_active: false,
  });
  const channel = await create("/notification-channels", {
    name: "Walled channel",
    type: "webhook",
    config: { url: sink.url, secret: "the secret of the walled channel" },
    is_active: true,
  });
  const rule = await create("/alert-rules", {
    name: "Walled rule",
    severity: "critical",
    is_active: true,
    selector: { machine_id: machine },
    condition: { type: "threshold", metric: METRIC, operator: ">", threshold: 80 },
  });
  const policy = await create("/escalation-policies", {
    name: "Walled policy",
    severity: "critical",
    wait_minutes: 60,
    channel_id: channel,
    is_active: true,
  });
  const person = await create("/users", {
    email: "walled@plant.example",
    name: "Walled person",
    password: "correct horse battery",
    role: "editor",
  });
  const apiToken = await create("/api-tokens", { name: "Walled token" });
  await run.api("POST", "/readings", { machine: "Walled machine", metric: METRIC, value: 91.5 });
  await sink.waitFor(1);
  let delivery = await only("/deliveries");
  while (!SETTLED.has(String(delivery["status"]))) delivery = await only("/deliveries");

  const replay = await run.api("POST", "/deliveries/replay", { filter: { status: "cancelled" } });

  return {
    run,
    sink,
    ids: {
      "/api/v1/alerts": String((await only("/alerts"))["id"]),
      "/api/v1/alert-rules": rule,
      "/api/v1/api-tokens": apiToken,
      "/api/v1/deliveries": String(delivery["id"]),
      "/api/v1/deliveries/replays": String(replay.body.id),
      "/api/v1/escalation-policies": policy,
      "/api/v1/incidents": incident,
      "/api/v1/machines": machine,
      "/api/v1/maintenance-windows": maintenance,
      "/api/v1/monitors": monitor,
      "/api/v1/ping-keys": pingKey,
      "/api/v1/notification-channels": channel,
      "/api/v1/organizations": String((await only("/organizations"))["id"]),
      "/api/v1/projects": project,
      "/api/v1/services": service,
      "/api/v1/status-pages": statusPage,
      [SUBSCRIBER]: subscriber,
      "/api/v1/users": person,
      "/api/v1/webhook-receivers": String(receiver.body.id),
      [INCOMING_DELIVERY]: String(((await incoming.json()) as { delivery_id: string }).delivery_id),
    },
    names: ["Walled", "walled"],
    close: async () => {
      await run.stop();
      await sink.stop();
    },
  };
};
