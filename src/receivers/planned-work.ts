// In: work that a sender announces, moves, ends or calls off. Out: the maintenance window for it, one for each
// service and announcement: planned in the commit that records the request; what people have deleted stays so.
import { cutText } from "../lib/cut-text";
import type { Plan } from "../notify/plan";
import type { Engine, Statement } from "../store/engine";
import type { ServiceRecord } from "../services/book";
import { NOTHING, type MaintenanceBook } from "../services/maintenance/book";
import type { MaintenanceDesk, WindowSettings } from "../services/maintenance/desk";
import { actorOf } from "./actor";
import type { ReceiverRecord } from "./repository";
import type { Report } from "./report";

export interface PlannedWork {
  /** Once, at start. */
  load(): Promise<void>;
  /**
   * Brings a window that is there in step with what the sender says now: other times, or its end. Doing it
   * again changes nothing. Durable when it resolves.
   */
  follow(receiver: ReceiverRecord, report: Report, service: ServiceRecord): Promise<void>;
  /** Adds the window to `plan` where there is none. `isNews`: it was not known like this before. */
  plan(
    receiver: ReceiverRecord,
    report: Report,
    service: ServiceRecord,
    plan: Plan,
  ): { windowId: string; isNews: boolean };
}

export interface PlannedWorkParts {
  engine: Pick<Engine, "query" | "batch">;
  maintenance: Pick<MaintenanceDesk, "planCreate" | "update" | "end" | "remove">;
  book: Pick<MaintenanceBook, "find" | "occurrencesOf">;
}

/** Where the sender does not say how long it takes, in ms. */
const USUAL_LENGTH_MS = 3_600_000;
const LONGEST_NAME = 200;

const LOAD = "SELECT receiver_id, service_id, key, window_id FROM webhook_receiver_windows";
const INSERT =
  "INSERT INTO webhook_receiver_windows (receiver_id, service_id, key, window_id) VALUES (?, ?, ?, ?)";
const REMOVE = "DELETE FROM webhook_receiver_windows WHERE receiver_id = ? AND service_id = ? AND key = ?";

const placeOf = (receiver: ReceiverRecord, report: Report, service: ServiceRecord): string[] => [
  receiver.id,
  service.id,
  report.key ?? report.title ?? "",
];

/** Empty until `load`. */
export const createPlannedWork = ({ engine, maintenance, book }: PlannedWorkParts): PlannedWork => {
  const windows = new Map<string, string>();
  /** Reports that moved a window just now. */
  const moved = new WeakSet<Report>();
  const idOf = (place: readonly string[]): string => JSON.stringify(place);

  const settingsOf = (report: Report, service: ServiceRecord): WindowSettings => {
    const startsAt = report.planned?.startsAt ?? 0;
    const endsAt = report.planned?.endsAt ?? startsAt + USUAL_LENGTH_MS;
    return {
      name: cutText(report.title ?? `Maintenance of ${service.name}`, LONGEST_NAME),
      description: report.message,
      targets: { ...NOTHING, serviceIds: [service.id] },
      startsAt,
      endsAt: endsAt > startsAt ? endsAt : startsAt + USUAL_LENGTH_MS,
      cron: null,
      durationSeconds: null,
      timeZone: "UTC",
    };
  };

  const forget = async (place: readonly string[]): Promise<void> => {
    const statement: Statement = { sql: REMOVE, params: [...place] };
    await engine.batch([statement]);
    windows.delete(idOf(place));
  };

  return {
    load: async () => {
      for (const [receiverId, serviceId, key, windowId] of await engine.query({ sql: LOAD }))
        windows.set(idOf([String(receiverId), String(serviceId), String(key)]), String(windowId));
    },

    follow: async (receiver, report, service) => {
      const place = placeOf(receiver, report, service);
      const windowId = windows.get(idOf(place));
      if (windowId === undefined) return;
      const who = { tenantId: receiver.tenantId, actor: actorOf(receiver) };
      const window = book.find(receiver.tenantId, windowId);
      if (report.endsPlanned) {
        const occurrences = window === undefined ? [] : book.occurrencesOf(windowId);
        if (occurrences.some(({ status }) => status === "active")) await maintenance.end(who, windowId);
        else if (occurrences.some(({ status }) => status === "scheduled"))
          await maintenance.remove(who, windowId);
        await forget(place);
        return;
      }
      if (window === undefined || report.planned === null) return;
      const { name, description, startsAt, endsAt } = settingsOf(report, service);
      const isSame = window.name === name && window.startsAt === startsAt && window.endsAt === endsAt;
      if (isSame) return;
      await maintenance.update(who, windowId, { name, description, startsAt, endsAt });
      moved.add(report);
    },

    plan: (receiver, report, service, plan) => {
      const place = placeOf(receiver, report, service);
      const known = windows.get(idOf(place));
      if (known !== undefined) return { windowId: known, isNews: moved.has(report) };
      const who = { tenantId: receiver.tenantId, actor: actorOf(receiver) };
      const window = maintenance.planCreate(who, settingsOf(report, service), plan);
      plan.statements.push({ sql: INSERT, params: [...place, window.id] });
      // At once, for what the same request says again; given back when the commit fails.
      windows.set(idOf(place), window.id);
      plan.afterRefusal.push(() => windows.delete(idOf(place)));
      return { windowId: window.id, isNews: true };
    },
  };
};
