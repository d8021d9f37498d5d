// In: nothing. Out: what rules see of a service or a monitor, and whether a rule concerns it. Pure.
import { standIn, type Machine } from "../../core/machine";
import type { CompiledStatus } from "../compile";

/** As it is durable. Times in server ms. */
export interface Subject {
  kind: "service" | "monitor";
  id: string;
  tenantId: string;
  projectId: string;
  name: string;
  group: string | null;
  /** A word of services, or of monitors (`paused` where nobody looks). */
  status: string;
  /** Since when it has this status. */
  since: number;
  /** Why, for people; may be empty. */
  message: string;
  /** Something that it needs is down or worked on: then its failure is no news. */
  isExcused: boolean;
}

/** Services and monitors as rules see them. */
export interface SubjectDirectory {
  find(id: string): Subject | undefined;
  of(tenantId: string): Iterable<Subject>;
}

/** By organization and selector; a rule that names neither concerns services. */
export const concernsSubject = ({ row }: CompiledStatus, subject: Subject): boolean => {
  const { selector } = row;
  if (row.tenantId !== subject.tenantId) return false;
  if (selector.monitor_id !== undefined)
    return subject.kind === "monitor" && subject.id === selector.monitor_id;
  return (
    subject.kind === "service" &&
    (selector.service_id === undefined || selector.service_id === subject.id) &&
    (selector.service_group === undefined || selector.service_group === subject.group) &&
    (selector.project_id === undefined || selector.project_id === subject.projectId)
  );
};

/** What alerts about it name as their machine. */
export const machineFor = ({ id, tenantId, projectId, name, kind }: Subject): Machine =>
  standIn({ id, tenantId, projectId, name, type: kind });
