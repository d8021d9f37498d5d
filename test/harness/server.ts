// In: routes and settings of one test. Out: a listening server on loopback with real storage, an
// organization with an administrator's token, and short ways to call it.
import type { AnyElysia } from "elysia";
import { type Access, createAccess } from "../../src/access/access";
import { accessRoutes } from "../../src/access/routes";
import { silentLog, type Log } from "../../src/core/log";
import { type AccessPlugin, createAccessPlugin } from "../../src/http/access";
import { createPrincipalBudgets, DEFAULT_LIMITS, type Limits } from "../../src/http/budgets";
import type { PageDomains } from "../../src/http/own-domain";
import { createServer, type HttpServer, type ServerConfig } from "../../src/http/server";
import type { FakeClock } from "./clock";
import { openTestStore, type TestStore } from "./store";

/** Argon2id at its cheapest: tests are not about how long a hash takes. */
export const CHEAP = { memoryKib: 8, passes: 1 };

export interface TestServerOptions {
  config?: Partial<ServerConfig>;
  /** Default: a bootstrap token, so that no wizard is due. */
  firstStart?: { adminEmail?: string; adminPassword?: string; bootstrapToken?: string | null };
  /** Of the test itself, after those of access. */
  routes?: (plugin: AccessPlugin) => AnyElysia[];
  limits?: Partial<Limits>;
  log?: Log;
  clock?: FakeClock;
  isProjectUsed?: (tenantId: string, projectId: string) => boolean;
  onDraining?: () => void;
  pageDomains?: PageDomains;
}

export interface Call {
  body?: unknown;
  /** Sent as it is; wins over `body`. */
  text?: string | Uint8Array<ArrayBuffer>;
  token?: string | null;
  cookie?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON; an empty object where there is none. */
  json: Record<string, unknown>;
}

export interface TestServer {
  server: HttpServer;
  access: Access;
  opened: TestStore;
  clock: FakeClock;
  url: string;
  /** Of an administrator. */
  token: string;
  tenantId: string;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  close(): Promise<void>;
}

export const BOOTSTRAP = "bootstrap-token-of-the-tests-0123456789abcdef";

const toAnswer = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== "" ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
};

export const startTestServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const log = options.log ?? silentLog;
  const opened = await openTestStore({ ...(options.clock ? { clock: options.clock } : {}), log });
  const { store, clock } = opened;
  const { firstStart } = options;
  const access = await createAccess({
    store,
    clock,
    log,
    passwordCost: CHEAP,
    config: {
      adminEmail: firstStart?.adminEmail ?? null,
      adminPassword: firstStart?.adminPassword ?? null,
      bootstrapToken: firstStart?.bootstrapToken === undefined ? BOOTSTRAP : firstStart.bootstrapToken,
    },
  });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const plugin = createAccessPlugin(access.authenticate, createPrincipalBudgets(clock, limits));
  const server = createServer({
    config: {
      host: "127.0.0.1",
      port: 0,
      publicUrl: null,
      trustedProxies: [],
      tlsCert: null,
      tlsKey: null,
      tlsSelfSigned: false,
      dataDir: opened.directory,
      ...options.config,
    },
    engine: store.engine,
    clock,
    log,
    authenticate: access.authenticate,
    routes: [
      accessRoutes(plugin, { access, isProjectUsed: options.isProjectUsed ?? (() => false) }),
      ...(options.routes?.(plugin) ?? []),
    ],
    limits,
    ...(options.onDraining === undefined ? {} : { onDraining: options.onDraining }),
    ...(options.pageDomains === undefined ? {} : { pageDomains: options.pageDomains }),
  });
  await access.start();
  try {
    await server.start();
  } catch (error) {
    await access.stop();
    await opened.remove();
    throw error;
  }
  return {
    server,
    access,
    opened,
    clock,
    url: server.url,
    token: BOOTSTRAP,
    tenantId: access.organizations.first()?.id ?? "",
    call: async (method, path, { body, text, token = BOOTSTRAP, cookie, headers } = {}) => {
      const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
      const isBearer = token !== null && cookie === undefined;
      return toAnswer(
        await fetch(server.url + path, {
          method,
          ...(payload === undefined ? {} : { body: payload }),
          headers: {
            ...(payload === undefined ? {} : { "content-type": "application/json" }),
            ...(isBearer ? { authorization: `Bearer ${token}` } : {}),
            ...(cookie === undefined ? {} : { cookie, origin: server.url }),
            ...headers,
          },
          redirect: "manual",
          tls: { rejectUnauthorized: false },
        }),
      );
    },
    close: async () => {
      await server.stop();
      await access.stop();
      await opened.remove();
    },
  };
};

/** The `name=value` of a session cookie that an answer sets, or null. */
export const cookieOf = (answer: Answer): string | null =>
  answer.headers.get("set-cookie")?.split(";")[0] ?? null;

/** Sends bytes as they are and gives back everything until the server closes or stays silent. */
export const sendRaw = (port: number, text: string, quietMs = 400): Promise<string> =>
  new Promise((resolve) => {
    let received = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const done = (): void => {
      clearTimeout(timer);
      resolve(received);
    };
    void Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open: (socket) => {
          socket.write(text);
          timer = setTimeout(() => socket.end(), quietMs);
        },
        data: (_socket, data) => {
          received += data.toString("utf8");
        },
        close: done,
        error: done,
      },
    });
  });

export const statusOf = (raw: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(raw)?.[1] ?? 0);
