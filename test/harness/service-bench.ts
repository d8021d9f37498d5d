// In: a test about services and incidents. Out: both over a real store, without HTTP and channels: what
// would be told is recorded. `restart` throws all live state away and loads it again.
import { SYSTEM, type Principal } from "../../src/core/actor";
import { AppError } from "../../src/core/errors";
import type {
  IncidentSeverity,
  IncidentSnapshot,
  ServiceSnapshot,
  ServiceStatus,
  UntoldReason,
} from "../../src/core/events";
import { silentLog } from "../../src/core/log";
import type { TenantDirectory } from "../../src/core/tenants";
import { createAnnouncer, type Announcer } from "../../src/incidents/announcer";
import { createAutomaticIncidents, type AutomaticIncidents } from "../../src/incidents/automatic";
import { createIncidentBook, type AutomaticSource, type IncidentBook } from "../../src/incidents/book";
import { createIncidentDesk, type IncidentDesk } from "../../src/incidents/desk";
import { createIncidentPlanner } from "../../src/incidents/planner";
import { createIncidentRepository, type IncidentRepository } from "../../src/incidents/repository";
import type { Notifier } from "../../src/notify/notifier";
import { createCommit, emptyPlan, type Commit } from "../../src/notify/plan";
import { createServiceBook, type ServiceBook, type ServiceRecord } from "../../src/services/book";
import { createServiceDesk, type ServiceDesk } from "../../src/services/desk";
import { createServiceLock, type ServiceLock } from "../../src/services/lock";
import { createStatusPlanner, type StatusChange, type StatusPlanner } from "../../src/services/planner";
import { createServiceRepository, type ServiceRepository } from "../../src/services/repository";
import type { Engine } from "../../src/store/engine";
import type { Store } from "../../src/store/store";
import type { FakeClock } from "./clock";
import { openTestStore, type TestStore } from "./store";

const TENANT = "0190a000-0000-7000-8000-000000000001";
const PROJECT = "0190a000-0000-7000-8000-000000000002";

/** Who does what tests do by hand. */
export const OPERATOR: Principal = {
  tenantId: TENANT,
  role: "admin",
  scope: "full",
  actor: { kind: "user", id: "0190a000-0000-7000-8000-000000000003", name: "operator" },
};

/** What would have gone out, or why it would not. */
export interface ToldOfService {
  event: string;
  service?: ServiceSnapshot;
  incident?: IncidentSnapshot;
  silencedBy: UntoldReason | null;
}

interface Parts {
  services: ServiceBook;
  serviceRepository: ServiceRepository;
  status: StatusPlanner;
  desk: ServiceDesk;
  lock: ServiceLock;
  incidents: IncidentBook;
  incidentRepository: IncidentRepository;
  automatic: AutomaticIncidents;
  incidentDesk: IncidentDesk;
  commit: Commit;
  announcer: Announcer;
}

const ORGANIZATION = { id: TENANT, number: 1, name: "Acme", slug: "acme" };
const DEFAULT_PROJECT = {
  id: PROJECT,
  tenantId: TENANT,
  number: 1,
  name: "Default",
  slug: "default",
  isDefault: true,
};

/** One organization with one project. */
export const TENANTS: TenantDirectory = {
  organization: (id) => (id === TENANT ? ORGANIZATION : undefined),
  organizations: () => [ORGANIZATION],
  project: (_, id) => (id === PROJECT ? DEFAULT_PROJECT : undefined),
  projectsOf: () => [DEFAULT_PROJECT],
  defaultProject: () => DEFAULT_PROJECT,
};

export class ServiceBench {
  readonly clock: FakeClock;
  readonly told: ToldOfService[] = [];
  /** What batches are refused with, as long as it is set. */
  refusal: AppError | null = null;
  readonly #test: TestStore;
  #parts: Parts | undefined;

  private constructor(test: TestStore) {
    this.#test = test;
    this.clock = test.clock;
  }

  static async open(): Promise<ServiceBench> {
    const bench = new ServiceBench(await openTestStore());
    await bench.#test.store.engine.batch([
      {
        sql: "INSERT INTO organizations (id, number, name, slug, created_at) VALUES (?, 1, 'Acme', 'acme', 0)",
        params: [TENANT],
      },
      {
        sql: "INSERT INTO projects (id, tenant_id, number, name, slug, is_default, created_at) VALUES (?, ?, 1, 'Default', 'default', 1, 0)",
        params: [PROJECT, TENANT],
      },
    ]);
    await bench.#start();
    return bench;
  }

  get parts(): Parts {
    if (this.#parts === undefined) throw new Error("not started");
    return this.#parts;
  }

  get store(): Store {
    return this.#test.store;
  }

  get engine(): Engine {
    return this.#test.store.engine;
  }

  readonly #notifier: Pick<Notifier, "planService" | "planIncident"> = {
    planService: ({ event, service, silencedBy = null }, plan) => {
      plan.afterCommit.push(() => this.told.push({ event, service, silencedBy }));
      return {};
    },
    planIncident: ({ event, incident, silencedBy = null }, plan) => {
      plan.afterCommit.push(() => this.told.push({ event, incident, silencedBy }));
      return {};
    },
  };

  async #start(): Promise<void> {
    const { store, clock } = this.#test;
    const engine: Engine = {
      query: (statement) => store.engine.query(statement),
      batch: (statements) =>
        this.refusal === null ? store.engine.batch(statements) : Promise.reject(this.refusal),
    };
    const commit = createCommit(engine, () => undefined);
    const serviceRepository = createServiceRepository(store);
    const services = createServiceBook(serviceRepository);
    const status = createStatusPlanner({
      book: services,
      notifier: this.#notifier,
      onSilenced: () => announcer.wake(),
    });
    const lock = createServiceLock();
    const desk = createServiceDesk({
      book: services,
      repository: serviceRepository,
      planner: status,
      tenants: TENANTS,
      lock,
      commit,
      clock,
      machineExists: () => false,
      ruleExists: () => false,
    });
    const incidentRepository = createIncidentRepository(store);
    const incidents = createIncidentBook(incidentRepository);
    const planner = createIncidentPlanner({
      book: incidents,
      repository: incidentRepository,
      services,
      status,
      notifier: this.#notifier,
      onSilenced: () => announcer.wake(),
    });
    const automatic = createAutomaticIncidents({ book: incidents, planner, status });
    const announcer = createAnnouncer({
      services,
      status,
      incidents,
      planner,
      automatic,
      lock,
      commit,
      clock,
      log: silentLog,
    });
    const incidentDesk = createIncidentDesk({
      book: incidents,
      repository: incidentRepository,
      planner,
      services,
      tenants: TENANTS,
      lock,
      commit,
      clock,
    });
    await services.load();
    await incidents.load(clock.now());
    await announcer.start();
    this.#parts = {
      services,
      serviceRepository,
      status,
      desk,
      lock,
      incidents,
      incidentRepository,
      automatic,
      incidentDesk,
      commit,
      announcer,
    };
  }

  async restart(): Promise<void> {
    await this.parts.announcer.stop();
    await this.#test.reopen();
    await this.#start();
  }

  async close(): Promise<void> {
    await this.parts.announcer.stop();
    await this.#test.remove();
  }

  /** The disk is full from now on. */
  fillDisk(): void {
    this.refusal = new AppError("storage_full", "The disk is full.");
  }

  freeDisk(): void {
    this.refusal = null;
  }

  create(name: string, dependsOn: string[] = []): Promise<ServiceRecord> {
    return this.parts.desk.create(OPERATOR, { name, dependsOn });
  }

  service(id: string): ServiceRecord {
    return this.parts.desk.find(TENANT, id);
  }

  /** As a receiver or monitor does it: its word, and its incident when it has `severities` for them. */
  async report(
    serviceId: string,
    source: AutomaticSource,
    status: ServiceStatus,
    severities: Partial<Record<ServiceStatus, IncidentSeverity>> = {},
  ): Promise<StatusChange> {
    const { lock, status: planner, automatic, commit } = this.parts;
    return lock.run([serviceId], async () => {
      const now = this.clock.now();
      const plan = emptyPlan();
      const service = this.service(serviceId);
      const actor = SYSTEM;
      const change = planner.say(
        service,
        { source, status, message: `${status} says ${source.name}`, actor },
        now,
        plan,
      );
      const severity = severities[status];
      const { tenantId, projectId, name } = service;
      if (severity !== undefined)
        automatic.openFor(
          {
            tenantId,
            projectId,
            service,
            source,
            severity,
            title: `${name} is ${status}`,
            message: status,
            actor,
          },
          now,
          plan,
        );
      else if (status === "operational" && Object.keys(severities).length > 0)
        automatic.resolveFor({ service, source, message: "It works again.", actor }, now, plan);
      await commit(plan);
      return change;
    });
  }

  /** What was told since the last call: `event name status`, with the reason where it was kept back. */
  takeTold(): string[] {
    return this.told.splice(0).map(({ event, service, incident, silencedBy }) => {
      const what =
        service === undefined
          ? `${incident?.code ?? ""} ${incident?.status ?? ""}`
          : `${service.name} ${service.status}`;
      return `${event} ${what}${silencedBy === null ? "" : ` (${silencedBy})`}`;
    });
  }
}
