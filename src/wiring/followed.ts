// In: services, machines and alerts. Out: services that follow them, and whoever makes them do so.
import type { AlertSnapshot } from "../core/events";
import type { MachineDirectory } from "../core/machine";
import type { Commit } from "../notify/plan";
import { createFollower } from "../services/followed/follower";
import { createFollowedRepository } from "../services/followed/repository";
import type { Base } from "./base";
import type { Services } from "./services";

export interface FollowedNeeds {
  commit: Commit;
  services: Services;
  machines: Pick<MachineDirectory, "machine">;
  openAlerts: () => Iterable<AlertSnapshot>;
  /** `listener` is called after each change of an alert. */
  followAlerts: (listener: () => void) => void;
  ruleExists: (tenantId: string, id: string) => boolean;
}

/** After the alerts are loaded. */
export const wireFollowed = async ({ store, clock, log }: Base, needs: FollowedNeeds) => {
  const { commit, services, machines, openAlerts, followAlerts, ruleExists } = needs;
  const follower = createFollower({
    services: services.book,
    status: services.planner,
    repository: createFollowedRepository(store),
    world: { machine: (id) => machines.machine(id), openAlerts },
    lock: services.lock,
    commit,
    clock,
    log,
  });
  services.knowRules(ruleExists);
  services.book.follow(follower.changed);
  followAlerts(follower.wake);
  await follower.load();
  return follower;
};
