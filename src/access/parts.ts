// In: nothing. Out: what the desks of this slice share.
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import type { EventKind, EventMap } from "../core/events";
import type { Log } from "../core/log";
import { journalStatement } from "../journal/append";
import type { KeyedLock } from "../lib/keyed-lock";
import type { Engine, Statement } from "../store/engine";
import type { AccessBook } from "./book";
import type { Passwords } from "./passwords";
import type { AccessRepository } from "./repository";

export interface AccessParts {
  engine: Engine;
  repository: AccessRepository;
  book: AccessBook;
  clock: Clock;
  log: Log;
  passwords: Passwords;
  /** By organization: checks such as "the last administrator" hold until their commit. */
  lock: KeyedLock;
}

/** Who does it, and in which organization. */
export type Doer = Pick<Principal, "tenantId" | "actor">;

/** The journal row of a change; `data` never holds a secret or a hash. */
export const recorded = <K extends EventKind>(
  kind: K,
  doer: Doer,
  subjectId: string,
  data: EventMap[K],
  at: number,
): Statement => journalStatement({ tenantId: doer.tenantId, kind, data, subjectId, actor: doer.actor, at });

/** Of the fields that a request wants to change, those that differ from what is there. */
export const changesOf = <T extends object>(
  before: T,
  after: T,
  fields: readonly (keyof T)[],
): Partial<T> => {
  const changes: Partial<T> = {};
  for (const field of fields) if (before[field] !== after[field]) changes[field] = after[field];
  return changes;
};
