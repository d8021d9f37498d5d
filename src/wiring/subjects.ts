// In: services and monitors. Out: both as rules see them.
import type { Monitor } from "../monitors/book";
import type { Subject, SubjectDirectory } from "../rules/status/subject";
import type { ServiceRecord } from "../services/book";
import { excuseOf } from "../services/dependencies";
import type { Monitors } from "./monitors";
import type { Services } from "./services";

/** What rules about a status look at, and who calls `listener` when it changes. */
export const wireSubjects = (
  { book: services }: Pick<Services, "book">,
  { book: monitors, follow }: Pick<Monitors, "book" | "follow">,
) => {
  const isExcused = ({ dependsOn }: ServiceRecord): boolean =>
    excuseOf(dependsOn, (id) => services.get(id)) !== null;

  const ofService = (service: ServiceRecord): Subject => ({
    kind: "service",
    id: service.id,
    tenantId: service.tenantId,
    projectId: service.projectId,
    name: service.name,
    group: service.group,
    status: service.status,
    since: service.changedAt,
    message: service.message,
    isExcused: isExcused(service),
  });

  const ofMonitor = ({ record, state }: Monitor): Subject => {
    const service = services.get(record.serviceId ?? "");
    return {
      kind: "monitor",
      id: record.id,
      tenantId: record.tenantId,
      projectId: record.projectId,
      name: record.name,
      group: record.group,
      status: record.isActive ? state.status : "paused",
      since: state.since,
      message: state.status === "down" ? (state.lastReason ?? "") : "",
      isExcused: service !== undefined && (service.status === "maintenance" || isExcused(service)),
    };
  };

  const directory: SubjectDirectory = {
    find: (id) => {
      const service = services.get(id);
      if (service !== undefined) return ofService(service);
      const monitor = monitors.get(id);
      return monitor === undefined ? undefined : ofMonitor(monitor);
    },
    of: function* (tenantId) {
      for (const service of services.of(tenantId)) yield ofService(service);
      for (const monitor of monitors.of(tenantId)) yield ofMonitor(monitor);
    },
  };

  return {
    directory,
    follow: (listener: (id: string) => void): void => {
      services.follow(listener);
      follow(listener);
    },
  };
};

export type Subjects = ReturnType<typeof wireSubjects>;
