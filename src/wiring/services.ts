// In: the base and who is told. Out: services, loaded, and the one way to change their status.
import type { MachineDirectory } from "../core/machine";
import { createServiceBook } from "../services/book";
import { createServiceDesk } from "../services/desk";
import { createServiceLock } from "../services/lock";
import { createStatusPlanner } from "../services/planner";
import { createServiceRepository } from "../services/repository";
import { createUptimeReader } from "../services/uptime/read-uptime";
import { createUptimeRepository } from "../services/uptime/repository";
import type { Base } from "./base";
import type { Telling } from "./telling";

/** Services as people, receivers, monitors and incidents see and change them. */
export const wireServices = async (
  { store, access, clock }: Base,
  { notifier, commit }: Telling,
  machines: Pick<MachineDirectory, "machine">,
) => {
  const repository = createServiceRepository(store);
  const book = createServiceBook(repository);
  let tellLater = (): void => undefined;
  const planner = createStatusPlanner({ book, notifier, onSilenced: () => tellLater() });
  let ruleExists = (_tenantId: string, _id: string): boolean => false;
  const lock = createServiceLock();
  const desk = createServiceDesk({
    book,
    repository,
    planner,
    tenants: access.tenants,
    lock,
    commit,
    clock,
    machineExists: (tenantId, id) => machines.machine(id)?.tenantId === tenantId,
    ruleExists: (tenantId, id) => ruleExists(tenantId, id),
  });
  const uptimeRepository = createUptimeRepository(store);
  const uptime = createUptimeReader({ repository: uptimeRepository, commit, clock });
  await book.load();
  return {
    repository,
    book,
    planner,
    lock,
    desk,
    uptimeRepository,
    uptime,
    /** Which rules there are: services are wired before them. */
    knowRules: (exists: typeof ruleExists) => {
      ruleExists = exists;
    },
    /** Whoever tells what was kept back. */
    onSilenced: (wake: () => void) => {
      tellLater = wake;
    },
  };
};

export type Services = Awaited<ReturnType<typeof wireServices>>;
