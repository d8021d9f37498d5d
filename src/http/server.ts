// In: the slices' routes and the configuration. Out: a listening server. Around the router: host and
// path guard, budgets per address, origin guard, idempotency keys, headers, and a stop that loses nothing.
import type { Server, WebSocketHandler } from "bun";
import { type AnyElysia, Elysia } from "elysia";
import type { Clock } from "../core/clock";
import { type AppError, EXIT_CODE, StartupError } from "../core/errors";
import type { Log } from "../core/log";
import { normalizeAddress, parseAddressList } from "../lib/address-list";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import type { Authenticate } from "./access";
import { createHostGuard, judgePath } from "./address-guard";
import { INGEST_LIMIT_BYTES } from "./body";
import { createAddressBudgets, DEFAULT_LIMITS, type Limits } from "./budgets";
import { clientOf } from "./client-address";
import { createErrorHandler } from "./errors";
import { createIdempotency } from "./idempotency";
import { createLiveSockets } from "./live-sockets";
import { judgeOrigin } from "./origin-guard";
import { NO_PAGE_DOMAINS, type PageDomains, readPageRequest } from "./own-domain";
import { INTERNAL, type Problem, problemOf, problemResponse } from "./problem";
import { createPatience, type Lockable } from "./patience";
import { rememberFacts } from "./request-facts";
import { applyHeaders } from "./response-headers";
import { createRouteTable, type RouteTable } from "./route-table";
import { loadTls, type TlsMaterial, type TlsOptions } from "./tls";

export interface ServerConfig extends TlsOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  trustedProxies: readonly string[];
}

export interface ServerParts {
  config: ServerConfig;
  engine: Engine;
  /** Absent: it is never locked. */
  store?: Lockable;
  clock: Clock;
  log: Log;
  authenticate: Authenticate;
  /** In the order in which they are asked; a catch-all comes last. */
  routes: readonly AnyElysia[];
  /** Own domains of status pages: there is nothing else on them. */
  pageDomains?: PageDomains;
  limits?: Partial<Limits>;
  /** Called when stopping begins: whoever holds a response open (live streams) ends it now. */
  onDraining?: () => void;
  /** Time for requests in flight at a stop; what is left then is cut. */
  drainMs?: number;
  /** Development only: Bun's own routes (pages with hot reload), which no guard sees. */
  developmentRoutes?: Record<string, Bun.HTMLBundle>;
}

export interface HttpServer extends Service {
  readonly app: AnyElysia;
  /** After `start`; `url` and `port` are known then. */
  readonly isListening: boolean;
  /** Where this machine reaches it, e.g. `http://127.0.0.1:8080`; throws before `start`. */
  readonly url: string;
  readonly port: number;
  readonly tls: TlsMaterial | null;
  /** Requests whose answer is not complete yet. */
  readonly inFlight: number;
}

/** A client that sends nothing for so long is cut off. */
const IDLE_TIMEOUT_SECONDS = 10;
/** Larger announced bodies are refused by Bun itself; up to here the refusal is a problem document. */
const HARD_BODY_LIMIT_BYTES = INGEST_LIMIT_BYTES + 12 * 1024 * 1024;
const DRAIN_MS = 8_000;
/** While answers leave: at once for the usual small ones, then at this pace. */
const POLLS_AT_ONCE = 100;
const POLL_MS = 10;
/** Nobody can open the address that stands for every network; on this machine these reach it. */
const REACHED_AS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Unique per process and start: eight random characters and a running number. */
const createRequestIds = (): (() => string) => {
  const prefix = crypto.randomUUID().slice(0, 8);
  let count = 0;
  return () => `${prefix}-${(++count).toString(36)}`;
};

const mountRoutes = (parts: ServerParts): { app: AnyElysia; table: () => RouteTable } => {
  let table: RouteTable | undefined;
  const tableOf = (): RouteTable => (table ??= createRouteTable(app));
  const answerError = createErrorHandler({ log: parts.log, methodsOf: (path) => tableOf().methodsOf(path) });
  // Hooks concern only what is registered after them.
  const root: AnyElysia = new Elysia({ name: "andon" }).onError(({ request, path, error }) =>
    answerError({ request, path, error }),
  );
  const app = parts.routes.reduce<AnyElysia>((mounted, routes) => mounted.use(routes), root);
  return { app, table: tableOf };
};

export const createServer = (parts: ServerParts): HttpServer => {
  const { config, clock, log } = parts;
  const limits: Limits = { ...DEFAULT_LIMITS, ...parts.limits };
  const budgets = createAddressBudgets(clock, limits);
  const proxies = parseAddressList(config.trustedProxies);
  const domains = parts.pageDomains ?? NO_PAGE_DOMAINS;
  const judgeHost = createHostGuard({ publicUrl: config.publicUrl, pageHosts: domains.hosts });
  const sockets = createLiveSockets();
  const patience = createPatience(parts.store);
  const nextRequestId = createRequestIds();
  const { app, table } = mountRoutes(parts);
  const runOnce = createIdempotency({
    engine: parts.engine,
    clock,
    log,
    authenticate: parts.authenticate,
    routes: {
      find: (method, path) => table().find(method, path),
      methodsOf: (path) => table().methodsOf(path),
    },
  });

  let server: Server<unknown> | undefined;
  let tls: TlsMaterial | null = null;
  let isDraining = false;
  let drained: (() => void) | undefined;
  let stopping: Promise<void> | undefined;

  const refuse = (problem: Problem, requestId: string): Response =>
    applyHeaders(problemResponse(problem, requestId), { requestId, isApi: true, isDraining });

  const execute = async (request: Request): Promise<Response> => app.fetch(request);

  const answer = (request: Request, requestId: string): Response | Promise<Response> => {
    const foreign = judgeOrigin(request, config.publicUrl);
    if (foreign !== null) return problemResponse(foreign, requestId);
    const key = request.headers.get("idempotency-key");
    return key === null ? app.fetch(request) : runOnce(request, key, execute);
  };

  const takeUp = (original: Request, listener: Server<unknown>): Response | Promise<Response> => {
    const requestId = nextRequestId();
    const unsound = judgeHost(original.headers.get("host")) ?? judgePath(original.url);
    if (unsound !== null) return refuse(unsound, requestId);
    const ofPage = readPageRequest(domains, original);
    const request = ofPage ?? original;
    const peer = listener.requestIP(original)?.address ?? "0.0.0.0";
    const plainPeer = peer.includes(":") ? (normalizeAddress(peer) ?? peer) : peer;
    const client = clientOf(request.headers, plainPeer, tls !== null, proxies);
    const { address } = client;
    const over: AppError | null = budgets.enter(address);
    if (over !== null) return refuse(problemOf(over), requestId);
    const isOwnDomain = ofPage !== null;
    rememberFacts(request, { requestId, ...client, isOwnDomain, server: listener, original });

    const isApi = request.url.startsWith("/api/", request.url.indexOf("/", 8));
    const leave = (): void => {
      budgets.leave(address);
      patience.leave(original);
      if (isDraining && budgets.inFlight === 0) drained?.();
    };
    const finish = (response: Response): Response => {
      leave();
      // After an upgrade to a WebSocket there is nothing to answer.
      if (!(response instanceof Response)) return response;
      if (response.status === 401) {
        const tooMany = budgets.refused(address);
        if (tooMany !== null) return refuse(problemOf(tooMany), requestId);
      }
      return applyHeaders(response, { requestId, isApi, isDraining });
    };
    const fail = (error: unknown): Response => {
      leave();
      log.error("request failed outside the router", { request_id: requestId, reason: String(error) });
      return refuse(INTERNAL, requestId);
    };

    try {
      const pending = answer(request, requestId);
      if (!(pending instanceof Promise)) return finish(pending);
      patience.enter(original, listener);
      return pending.then(finish, fail);
    } catch (error) {
      return fail(error);
    }
  };

  const listen = (): Server<unknown> => {
    try {
      return Bun.serve({
        hostname: config.host,
        port: config.port,
        development: false,
        // Bun's default outside development is true: a second program could take half of the requests.
        reusePort: false,
        idleTimeout: IDLE_TIMEOUT_SECONDS,
        maxRequestBodySize: HARD_BODY_LIMIT_BYTES,
        fetch: takeUp,
        error: (error) => {
          log.error("request failed outside the router", { reason: String(error) });
          return problemResponse(INTERNAL, "-");
        },
        websocket: sockets.handler as WebSocketHandler<undefined>,
        ...(parts.developmentRoutes === undefined ? {} : { routes: parts.developmentRoutes }),
        ...(tls === null ? {} : { tls: { cert: tls.cert, key: tls.key } }),
      }) as Server<unknown>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE")
        throw new StartupError(
          EXIT_CODE.usage,
          `Andon cannot listen on ${config.host}:${config.port}. Check ANDON_HOST and ANDON_PORT.`,
          error,
        );
      throw new StartupError(
        EXIT_CODE.portInUse,
        `Port ${config.port} on ${config.host} is taken by another program. Set ANDON_PORT to a free one.`,
        error,
      );
    }
  };

  /** Answers that are decided may still be on their way out: Bun knows when the last byte has left. */
  const waitUntilSent = async (listener: Server<unknown>, isOver: () => boolean): Promise<void> => {
    for (let round = 0; listener.pendingRequests > 0 && !isOver(); round++)
      await new Promise<void>((resolve) => {
        if (round < POLLS_AT_ONCE) setImmediate(resolve);
        else clock.after(POLL_MS, resolve);
      });
  };

  const waitUntilDrained = async (listener: Server<unknown>): Promise<void> => {
    let isOver = false;
    const { promise: over, resolve: giveUp } = Promise.withResolvers<void>();
    const cancel = clock.after(parts.drainMs ?? DRAIN_MS, () => {
      isOver = true;
      giveUp();
    });
    const empty = new Promise<void>((resolve) => {
      if (budgets.inFlight === 0) resolve();
      else drained = resolve;
    });
    await Promise.race([empty, over]);
    await Promise.race([waitUntilSent(listener, () => isOver), over]);
    cancel();
  };

  const drain = async (listener: Server<unknown>): Promise<void> => {
    isDraining = true;
    // From here on nobody new gets in; what is open may finish.
    const closed = listener.stop();
    parts.onDraining?.();
    sockets.closeAll("Andon is stopping");
    await waitUntilDrained(listener);
    if (budgets.inFlight > 0) log.warn("requests cut off at stop", { count: budgets.inFlight });
    await listener.stop(true);
    await closed;
    patience.close();
  };

  const listening = (): Server<unknown> => {
    if (server === undefined) throw new Error("The server has not been started.");
    return server;
  };

  // Bun asks the socket at each look; every attempt of a delivery looks.
  let ownPort = config.port;
  let ownUrl = "";

  return {
    name: "http server",
    app,
    get isListening() {
      return server !== undefined;
    },
    get url() {
      listening();
      return ownUrl;
    },
    get port() {
      listening();
      return ownPort;
    },
    get tls() {
      return tls;
    },
    get inFlight() {
      return budgets.inFlight;
    },
    start: async () => {
      if (server !== undefined) return;
      tls = await loadTls(config, clock);
      app.compile();
      server = listen();
      ownPort = server.port ?? config.port;
      const reached = REACHED_AS[config.host] ?? config.host;
      const host = reached.includes(":") ? `[${reached}]` : reached;
      ownUrl = `${tls === null ? "http" : "https"}://${host}:${ownPort}`;
      app.server = server as typeof app.server;
    },
    stop: () => (stopping ??= server === undefined ? Promise.resolve() : drain(server)),
  };
};
