// In: how the status of services changed. Out: what was said about it in public by receivers and people, as posts:
// each begins when a service is no longer well and ends when it is again, e.g. with a deployment. What an incident
// tells, in the same words at the same moment, is not told twice. What monitors, machines and alerts say of a
// service is theirs.
import type { ServiceStatus, StatusSourceKind } from "../core/events";
import { idOfContent } from "../lib/content-id";
import type { Engine } from "../store/engine";
import type { PostView } from "./view";

/** One change of a service's status. */
export interface ChangeFacts {
  id: number;
  status: ServiceStatus;
  message: string;
  source: StatusSourceKind;
  at: number;
}

/** Of each service: more than a day of deployments, and little enough where it flaps. */
const MAX_CHANGES = 40;

const CHANGES = `SELECT h.service_id, h.id, h.status, h.message, h.source_kind, h.at FROM json_each(?1) s
  CROSS JOIN service_history h ON h.id IN (SELECT history_id FROM service_spans WHERE service_id = s.value
    ORDER BY started_at DESC, id DESC LIMIT ${MAX_CHANGES})
  ORDER BY h.id`;

/** By service, oldest first. `serviceIds`: a JSON list. */
export const readChanges = async (
  engine: Engine,
  serviceIds: string,
): Promise<Map<string, ChangeFacts[]>> => {
  const rows = await engine.query({ sql: CHANGES, params: [serviceIds] });
  const changes = new Map<string, ChangeFacts[]>();
  for (const [serviceId, id, status, message, source, at] of rows) {
    const ofService = changes.get(String(serviceId)) ?? [];
    changes.set(String(serviceId), ofService);
    ofService.push({
      id: Number(id),
      status: status as ServiceStatus,
      message: String(message),
      source: source as StatusSourceKind,
      at: Number(at),
    });
  }
  return changes;
};

/** What people say of a status that stands: it is shown as long as it does. */
const WORDS = `SELECT w.service_id, w.status, w.message, w.at FROM json_each(?1) s
  CROSS JOIN service_words w ON w.service_id = s.value AND w.source_kind = 'person'`;

export interface WordFacts {
  status: ServiceStatus;
  message: string;
  at: number;
}

/** By service. `serviceIds`: a JSON list. */
export const readWords = async (engine: Engine, serviceIds: string): Promise<Map<string, WordFacts>> => {
  const rows = await engine.query({ sql: WORDS, params: [serviceIds] });
  return new Map(
    rows.map(([serviceId, status, message, at]) => [
      String(serviceId),
      { status: status as ServiceStatus, message: String(message), at: Number(at) },
    ]),
  );
};

const SPEAKERS: readonly StatusSourceKind[] = ["receiver", "person"];

export interface PostParts {
  serviceId: string;
  /** Oldest first. */
  changes: readonly ChangeFacts[];
  /** What a person says of it now. */
  word?: WordFacts | undefined;
  /** An incident of this service had a public update at this moment. */
  isTold: (at: number) => boolean;
  /** What ended before it is not shown. */
  since: number;
}

/** Oldest first; the last one may be open. */
export const postsOf = ({ serviceId, changes, word, isTold, since }: PostParts): PostView[] => {
  const posts: PostView[] = [];
  let said: (Omit<ChangeFacts, "id"> & { id: string | number })[] = [];
  const close = (endedAt: number | null): void => {
    const first = said[0];
    if (first !== undefined && (endedAt === null || endedAt >= since))
      posts.push({
        id: idOfContent(`${serviceId} ${first.id}`),
        componentId: serviceId,
        endedAt,
        updates: said
          .map(({ id, status, message, at }) => ({
            id: idOfContent(`${serviceId} ${id} said`),
            status,
            message,
            at,
          }))
          .toReversed(),
      });
    said = [];
  };
  for (const change of changes) {
    if (SPEAKERS.includes(change.source) && !isTold(change.at)) said.push(change);
    if (change.status === "operational") close(change.at);
  }
  const last = changes.at(-1);
  const isNews = word !== undefined && word.at > (last?.at ?? 0) && word.message !== "";
  if (isNews && word.status === last?.status && !isTold(word.at))
    said.push({ ...word, id: `word ${word.at}`, source: "person" });
  close(null);
  return posts;
};
