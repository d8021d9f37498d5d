// In: a test about taking readings in. Out: intake over a real store and a listening server, with a
// recorder in the place of the rules, and a clock that the test moves.
import { type Access, createAccess } from "../../src/access/access";
import type { Principal } from "../../src/core/actor";
import { silentLog, type Log } from "../../src/core/log";
import type { Evaluator } from "../../src/core/machine";
import { createAccessPlugin } from "../../src/http/access";
import { createServer, type HttpServer } from "../../src/http/server";
import { createIntake, type Intake, type IntakeConfig } from "../../src/intake/intake";
import { openRegistry, type RegistryOptions } from "../../src/intake/registry";
import { intakeRoutes } from "../../src/intake/routes";
import type { Store } from "../../src/store/store";
import type { FakeClock } from "./clock";
import { BOOTSTRAP, CHEAP } from "./server";
import { openTestStore, type TestStore } from "./store";

/** A batch as the rules saw it. */
export interface Seen {
  machine: string;
  metric: string;
  times: number[];
  values: number[];
  /** Of the series, at that moment. */
  lastValueBefore: number | null;
}

/** Stands in for the rules: remembers what it was told, and fails when it is told to. */
export class RecordingEvaluator implements Evaluator {
  readonly seen: Seen[] = [];
  readonly heardOf: string[] = [];
  readonly forgotten: string[] = [];
  failWith: Error | null = null;

  async evaluate(batches: Parameters<Evaluator["evaluate"]>[0]): Promise<void> {
    if (this.failWith !== null) throw this.failWith;
    for (const { series, times, values, count } of batches) {
      this.seen.push({
        machine: series.machine.name,
        metric: series.metric,
        times: times.slice(0, count),
        values: values.slice(0, count),
        lastValueBefore: series.lastValue,
      });
      series.evaluatedUntil = Math.max(series.evaluatedUntil ?? -Infinity, times[count - 1] ?? -Infinity);
    }
  }

  async heard(machine: Parameters<Evaluator["heard"]>[0]): Promise<void> {
    this.heardOf.push(machine.name);
  }
}

export interface IntakeBenchOptions {
  config?: Partial<IntakeConfig & RegistryOptions["config"]>;
  log?: Log;
  clock?: FakeClock;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

export interface Sent {
  body?: string | Uint8Array<ArrayBuffer>;
  token?: string | null;
  headers?: Record<string, string>;
}

interface Running {
  access: Access;
  intake: Intake;
  server: HttpServer;
}

export class IntakeBench {
  readonly clock: FakeClock;
  readonly evaluator = new RecordingEvaluator();
  readonly opened: TestStore;
  readonly #options: IntakeBenchOptions;
  #running: Running | undefined;
  #stopWaiting: () => void = () => undefined;

  private constructor(opened: TestStore, options: IntakeBenchOptions) {
    this.opened = opened;
    this.#options = options;
    this.clock = opened.clock;
  }

  static async open(options: IntakeBenchOptions = {}): Promise<IntakeBench> {
    const opened = await openTestStore(options.clock === undefined ? {} : { clock: options.clock });
    const bench = new IntakeBench(opened, options);
    await bench.#start();
    return bench;
  }

  get running(): Running {
    if (this.#running === undefined) throw new Error("not started");
    return this.#running;
  }

  get intake(): Intake {
    return this.running.intake;
  }

  get store(): Store {
    return this.opened.store;
  }

  get directory(): string {
    return this.opened.directory;
  }

  get tenantId(): string {
    return this.running.access.organizations.first()?.id ?? "";
  }

  get principal(): Principal {
    return {
      tenantId: this.tenantId,
      role: "admin",
      scope: "full",
      actor: { kind: "system", id: null, name: "test" },
    };
  }

  async #start(): Promise<void> {
    const { clock } = this;
    const { store, directory } = this.opened;
    const log = this.#options.log ?? silentLog;
    const access = await createAccess({
      store,
      clock,
      log,
      passwordCost: CHEAP,
      config: { adminEmail: null, adminPassword: null, bootstrapToken: BOOTSTRAP },
    });
    await access.start();
    const config = {
      dataDir: directory,
      machineTag: ["machine", "host", "device"],
      offlineAfterSeconds: 300,
      rawRetentionDays: 7,
      minuteRetentionDays: 90,
      hourRetentionDays: 1_095,
      machineRegistration: "automatic" as const,
      ...this.#options.config,
    };
    const registry = await openRegistry({ store, tenants: access.tenants, config });
    const intake = createIntake({
      store,
      registry,
      evaluator: this.evaluator,
      config,
      clock,
      log,
      hooks: {
        remove: async (machine, { statements, afterCommit }) => {
          await store.engine.batch(statements);
          this.evaluator.forgotten.push(machine.name);
          afterCommit();
        },
      },
    });
    const server = createServer({
      config: {
        host: "127.0.0.1",
        port: 0,
        publicUrl: null,
        trustedProxies: [],
        tlsCert: null,
        tlsKey: null,
        tlsSelfSigned: false,
        dataDir: directory,
      },
      engine: store.engine,
      clock,
      log,
      authenticate: access.authenticate,
      routes: [intakeRoutes(createAccessPlugin(access.authenticate), intake)],
    });
    await intake.start();
    await server.start();
    this.#running = { access, intake, server };
    this.#stopWaiting = clock.waitFor(() => intake.idle());
  }

  async #stop(): Promise<void> {
    const { access, intake, server } = this.running;
    this.#stopWaiting();
    await server.stop();
    await intake.stop();
    await access.stop();
    this.#running = undefined;
  }

  /** An orderly stop and a new start on the same files. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.opened.reopen();
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.opened.remove();
  }

  async call(method: string, path: string, { body, token = BOOTSTRAP, headers }: Sent = {}): Promise<Reply> {
    const response = await fetch(this.running.server.url + path, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text !== "" ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  }

  json(method: string, path: string, value?: unknown, options: Sent = {}): Promise<Reply> {
    return this.call(method, path, {
      ...options,
      ...(value === undefined ? {} : { body: JSON.stringify(value) }),
    });
  }

  /** Line protocol as Telegraf's v2 output sends it. */
  write(lines: string, query = ""): Promise<Reply> {
    return this.call("POST", `/api/v2/write?org=o&bucket=b${query}`, {
      body: lines,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }

  /** Every sample of a series, as it is stored. */
  async samplesOf(machine: string, metric: string): Promise<[time: number, value: number][]> {
    const found = this.intake.registry.find(this.tenantId, machine);
    const series = found?.series.find((one) => one.metric === metric);
    if (series === undefined) return [];
    const { points } = await this.intake.samples.query({
      seriesId: series.id,
      from: -62_135_596_800_000,
      to: 253_402_300_799_999,
      resolution: "raw",
      maxPoints: 100_000,
    });
    return points.map(({ time, value }) => [time, value]);
  }

  async journalKinds(): Promise<string[]> {
    const rows = await this.store.engine.query({
      sql: `SELECT kind FROM journal WHERE kind LIKE 'machine.%'
        OR (kind LIKE 'config.%' AND data ->> 'object' IN ('machine', 'metric')) ORDER BY seq`,
    });
    return rows.map(([kind]) => String(kind));
  }
}
