// In: services and who speaks about them. Out: their shapes, words, groups and order.
import type { Service, ServiceStatus, StatusSource } from "../api/services";
import type { MarkKind } from "../elements/mark";
import { text } from "../text/en";

const words = text.services;

/** As a page presents it: worst first. */
export const STATUS_RANK: Record<ServiceStatus, number> = {
  down: 3,
  degraded: 2,
  maintenance: 1,
  operational: 0,
};

/** Normal is quiet; trouble has a shape and a word. */
export const statusMark: Record<ServiceStatus, MarkKind> = {
  operational: "good",
  degraded: "warning",
  down: "critical",
  maintenance: "info",
};

export const isTroubled = ({ status }: Pick<Service, "status">): boolean =>
  status === "down" || status === "degraded";

/** The worst of them; operational where there is none. */
export const worstOf = (services: readonly Pick<Service, "status">[]): ServiceStatus =>
  services.reduce<ServiceStatus>(
    (worst, { status }) => (STATUS_RANK[status] > STATUS_RANK[worst] ? status : worst),
    "operational",
  );

const byOrder = (left: Service, right: Service): number =>
  left.order - right.order || left.name.localeCompare(right.name, "en", { numeric: true });

export interface ServiceGroup {
  /** Null: those without one, which stand last. */
  name: string | null;
  services: Service[];
}

/** Groups by the order of their first service, services by their order and then by name. */
export const groupServices = (services: readonly Service[]): ServiceGroup[] => {
  const groups = Map.groupBy(services.toSorted(byOrder), ({ group }) => group);
  return [...groups]
    .map(([name, members]) => ({ name, services: members }))
    .toSorted((left, right) => Number(left.name === null) - Number(right.name === null));
};

/** `monitor Shop front page`, `Anna Berger`. */
export const sourceWords = ({ kind, name }: StatusSource["source"]): string => {
  const word = words.sources[kind] ?? kind;
  return word === "" ? name : `${word} ${name}`;
};

/** Where the one who speaks has a page. */
export const sourceHref = ({ kind, id }: StatusSource["source"]): string | null => {
  const rooms: Record<string, string> = {
    incident: "/incidents",
    monitor: "/monitors",
    receiver: "/receivers",
    alert: "/alerts",
    machine: "/machines",
  };
  // Its ID is that of one occurrence: the calendar has it.
  if (kind === "maintenance") return "/maintenance";
  const room = rooms[kind];
  return room === undefined || id === "" ? null : `${room}/${encodeURIComponent(id)}`;
};

/** How many are not as they should be. */
export const countTrouble = (
  services: readonly Service[],
): Record<"down" | "degraded" | "maintenance", number> => ({
  down: services.filter(({ status }) => status === "down").length,
  degraded: services.filter(({ status }) => status === "degraded").length,
  maintenance: services.filter(({ status }) => status === "maintenance").length,
});
