// In: a receiver that will say nothing more about a service: it was deleted, switched off, or given another one.
// Out: what it has said is taken back, and the incidents and alerts that it has opened are resolved, in the same
// commit.
import type { AutomaticIncidents } from "../incidents/automatic";
import type { IncidentBook } from "../incidents/book";
import { runAlone, type KeyedLock } from "../lib/keyed-lock";
import type { Plan } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { ServiceLock } from "../services/lock";
import type { StatusPlanner } from "../services/planner";
import { actorOf } from "./actor";
import { isOwnWord } from "./own-words";
import type { Raiser } from "./raise";
import type { ReceiverRecord } from "./repository";

/**
 * Runs `work` while the turns of all services are held about which the receiver has said something; `takeBack`
 * adds to a plan that has to be committed before it resolves.
 */
export type Withdraw = <T>(
  receiver: ReceiverRecord,
  message: string,
  work: (takeBack: (plan: Plan, now: number) => void) => Promise<T>,
) => Promise<T>;

export interface WithdrawParts {
  services: Pick<ServiceBook, "of" | "get">;
  status: Pick<StatusPlanner, "say" | "inPlan">;
  incidents: Pick<AutomaticIncidents, "resolveFor">;
  incidentBook: Pick<IncidentBook, "openOf">;
  raiser: Pick<Raiser, "machineIdsOf" | "takeBack">;
  lock: ServiceLock;
  /** Taken after those of services. */
  machineLock: KeyedLock;
}

export const createWithdraw = ({
  services,
  status,
  incidents,
  incidentBook,
  raiser,
  lock,
  machineLock,
}: WithdrawParts): Withdraw => {
  const affected = (receiver: ReceiverRecord): string[] => [
    ...services
      .of(receiver.tenantId)
      .filter(({ words }) => words.some((word) => isOwnWord(word, receiver)))
      .map(({ id }) => id),
    ...incidentBook
      .openOf(receiver.tenantId)
      .filter(({ sourceKind, sourceId }) => sourceKind === "receiver" && sourceId === receiver.id)
      .map(({ sourceServiceId }) => sourceServiceId ?? ""),
  ];

  return (receiver, message, work) => {
    const ids = [...new Set(affected(receiver))].filter((id) => id !== "");
    const actor = actorOf(receiver);
    const source = { kind: "receiver", id: receiver.id, name: receiver.name } as const;
    const alone = (inTurn: () => ReturnType<typeof work>): ReturnType<typeof work> =>
      lock.run(ids, () => runAlone(machineLock, raiser.machineIdsOf(receiver), inTurn));
    return alone(() =>
      work((plan, now) => {
        raiser.takeBack(receiver, now, plan);
        for (const id of ids) {
          const service = services.get(id);
          if (service === undefined) continue;
          for (const word of service.words.filter((one) => isOwnWord(one, receiver))) {
            const said = { source: word.source, status: "operational", message: "", actor } as const;
            status.say(service, said, now, plan);
          }
          incidents.resolveFor({ service: status.inPlan(service, plan), source, message, actor }, now, plan);
        }
      }),
    );
  };
};
