// In: a test about channels as people see them. Out: delivery wired as in the program, and the API of
// channels and deliveries over real HTTP. The bearer token is the caller's role, or `stranger`.
import { channelRoutes } from "../../src/channels/routes";
import { roleAllows, type Principal } from "../../src/core/actor";
import { AppError } from "../../src/core/errors";
import { newId } from "../../src/core/ids";
import { silentLog } from "../../src/core/log";
import { deliveryRoutes } from "../../src/delivery/routes";
import { createAccessPlugin, type Authenticate } from "../../src/http/access";
import { createServer } from "../../src/http/server";
import { openDeliveryBench, principal, type DeliveryBench, type DeliveryBenchOptions } from "./delivery";

export type Json = Record<string, unknown>;

export interface ChannelApi {
  bench: DeliveryBench;
  /** `path` begins after /api/v1. */
  call(
    method: string,
    path: string,
    body?: unknown,
    role?: Principal["role"] | "stranger",
  ): Promise<{ status: number; json: Json; text: string }>;
  /** A webhook channel without jitter; throws when it is refused. */
  create(config: Json, more?: Json): Promise<Json>;
  /** As the API shows it now. */
  read(id: unknown): Promise<Json>;
  /** Of one delivery, oldest first. */
  attemptsOf(deliveryId: string): Promise<Json[]>;
  close(): Promise<void>;
}

const authenticate: Authenticate = (request, access) => {
  const token = (request.headers.get("authorization") ?? "").replace("Bearer ", "");
  if (token === "stranger") return Promise.resolve({ ...principal, tenantId: newId() });
  if (token === "") return Promise.reject(new AppError("unauthenticated", "Who is asking?"));
  const role = token as Principal["role"];
  const mayIt = access === "public" || access === "ingest" || roleAllows(role, access);
  return mayIt
    ? Promise.resolve({ ...principal, role })
    : Promise.reject(new AppError("forbidden", "This needs a higher role."));
};

export const openChannelApi = async (options: DeliveryBenchOptions = {}): Promise<ChannelApi> => {
  const bench = await openDeliveryBench(options);
  const plugin = createAccessPlugin(authenticate);
  const { store } = bench.testStore;
  const server = createServer({
    config: {
      host: "127.0.0.1",
      port: 0,
      publicUrl: null,
      trustedProxies: [],
      tlsCert: null,
      tlsKey: null,
      tlsSelfSigned: false,
      dataDir: bench.testStore.directory,
    },
    engine: store.engine,
    clock: bench.clock,
    log: silentLog,
    authenticate,
    routes: [
      channelRoutes(plugin, {
        service: bench.service,
        directory: bench.directory,
        store,
        successRate: (id) => bench.delivery.health.successRate(id),
      }),
      deliveryRoutes(plugin, {
        store,
        clock: bench.clock,
        directory: bench.directory,
        outbox: bench.delivery.outbox,
        worker: bench.worker,
      }),
    ],
  });
  await server.start();

  const call: ChannelApi["call"] = async (method, path, body, role = "admin") => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${role}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, text, json: isJson ? (JSON.parse(text) as Json) : {} };
  };

  return {
    bench,
    call,
    create: async (config, more = {}) => {
      const { status, json } = await call("POST", "/notification-channels", {
        name: "hook",
        type: "webhook",
        config: { jitter: false, ...config },
        ...more,
      });
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(json)}`);
      return json;
    },
    read: async (id) => (await call("GET", `/notification-channels/${String(id)}`)).json,
    attemptsOf: async (deliveryId) =>
      (await call("GET", `/deliveries/${deliveryId}/attempts`)).json["data"] as Json[],
    close: async () => {
      await server.stop();
      await bench.close();
    },
  };
};
