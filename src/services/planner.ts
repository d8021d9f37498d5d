// In: a word about a service. Out: everything that must be committed for it, added to a plan: the word,
// the status, its row of history, the span for uptime, the journal entry and the messages. This is the
// only way in which a status changes, whoever speaks: a person, a receiver, a monitor, a machine, an alert,
// an incident or a maintenance window.
import { SYSTEM, type Actor } from "../core/actor";
import type { ServiceStatus, StatusSource, UntoldReason } from "../core/events";
import { journalStatement } from "../journal/append";
import type { Notifier } from "../notify/notifier";
import type { Plan } from "../notify/plan";
import { KEPT_CHANGES, snapshotOf, type ServiceBook, type ServiceRecord } from "./book";
import { excuseOf } from "./dependencies";
import { isNuisance } from "./flapping";
import { changeStatements, dropWordStatement, saveWordStatement, updateStatusStatement } from "./repository";
import { isSameSaid, isSameSource, shownWord, wordsAfter, type StatusWord } from "./words";

/** What a source says; `operational` takes back what it said before. */
export interface Said {
  source: StatusSource;
  status: ServiceStatus;
  /** For people and status pages; may be empty. */
  message: string;
  /** For the journal: who made the source speak. */
  actor: Actor;
}

/** What came of a word. */
export interface StatusChange {
  /** The shown status changed; otherwise at most the source's own word was written down. */
  hasChanged: boolean;
  /** It did not, and a person said something new about it. */
  hasNewWords: boolean;
  previousStatus: ServiceStatus;
  /** As the plan leaves it. */
  service: ServiceRecord;
}

export interface StatusPlanner {
  /**
   * Adds to `plan` only; live state follows after its commit. Call it while the service's turn is held
   * (`ServiceLock`), and commit before the turn ends. Several words in one plan build on each other.
   * When nothing changes, nothing is added; new words of a person about the same status are a change of the
   * service, not of its status.
   */
  say(service: ServiceRecord, said: Said, now: number, plan: Plan): StatusChange;
  /** The service as `plan` leaves it. */
  inPlan(service: ServiceRecord, plan: Plan): ServiceRecord;
  /** Why nobody would be told now of a failure of the service as `plan` leaves it; null: it would be told. */
  silenceOf(service: ServiceRecord, now: number, plan: Plan): UntoldReason | null;
  /**
   * Tells how the service stands, where that was kept back and the reason is over. False, and nothing added,
   * when there is nothing to tell or the reason still holds.
   */
  announce(service: ServiceRecord, now: number, plan: Plan): boolean;
}

export interface StatusPlannerParts {
  book: ServiceBook;
  notifier: Pick<Notifier, "planService">;
  /** Told of each committed change that was kept back: it may have to be told later. */
  onSilenced?: () => void;
}

/** What the planner changes of a service; settings are not among it. */
type StatusFields = Pick<
  ServiceRecord,
  "status" | "message" | "words" | "changes" | "changedAt" | "toldStatus" | "silencedBy"
>;

/** Channels know another status than the one that is shown. */
export const isKeptBack = ({ silencedBy, status, toldStatus }: ServiceRecord): boolean =>
  silencedBy !== null && status !== toldStatus;

export const createStatusPlanner = (parts: StatusPlannerParts): StatusPlanner => {
  const { book, notifier, onSilenced = () => undefined } = parts;
  /** What plans that are not committed yet have made of services. */
  const drafts = new WeakMap<Plan, Map<string, ServiceRecord>>();

  const inPlan = (service: ServiceRecord, plan: Plan): ServiceRecord =>
    drafts.get(plan)?.get(service.id) ?? book.get(service.id) ?? service;

  const keep = (plan: Plan, next: ServiceRecord): void => {
    let ofPlan = drafts.get(plan);
    if (ofPlan === undefined) {
      ofPlan = new Map();
      drafts.set(plan, ofPlan);
    }
    ofPlan.set(next.id, next);
    const { status, message, words, changes, changedAt, toldStatus, silencedBy } = next;
    const fields: StatusFields = {
      status,
      message,
      words,
      changes,
      changedAt,
      toldStatus,
      silencedBy,
    };
    plan.afterCommit.push(() => book.change(next.id, fields));
  };

  const saveWords = (
    id: string,
    before: readonly StatusWord[],
    after: readonly StatusWord[],
    plan: Plan,
  ): void => {
    for (const { source } of before)
      if (!after.some((word) => word.source.kind === source.kind && word.source.id === source.id))
        plan.statements.push(dropWordStatement(id, source));
    for (const word of after) if (!before.includes(word)) plan.statements.push(saveWordStatement(id, word));
  };

  const silenceOf: StatusPlanner["silenceOf"] = (service, now, plan) => {
    const { status, dependsOn, changes } = inPlan(service, plan);
    if (status === "maintenance") return "muted_by_maintenance";
    const excuse = excuseOf(dependsOn, (id) => drafts.get(plan)?.get(id) ?? book.get(id));
    return excuse ?? (isNuisance(changes, now) ? "held_while_flapping" : null);
  };

  /** A failure may be kept back, and then its end is no news either. Maintenance is told. */
  const silenceOfChange = (next: ServiceRecord, plan: Plan): UntoldReason | null => {
    const { status, changes, changedAt: now, dependsOn } = next;
    if (isNuisance(changes, now)) return "held_while_flapping";
    if (status === "maintenance") return null;
    const excuse = excuseOf(dependsOn, (id) => drafts.get(plan)?.get(id) ?? book.get(id));
    if (status === "operational")
      return next.toldStatus === "operational" ? (next.silencedBy ?? excuse) : null;
    return excuse;
  };

  /** Adds everything that a change of the shown status is. */
  const change = (
    before: ServiceRecord,
    next: ServiceRecord,
    { source, actor, isOwnWord }: Said & { isOwnWord: boolean },
    plan: Plan,
  ): ServiceRecord => {
    const silencedBy = silenceOfChange(next, plan);
    const shown: ServiceRecord = {
      ...next,
      silencedBy,
      toldStatus: silencedBy === null ? next.status : next.toldStatus,
    };
    const at = shown.changedAt;
    plan.statements.push(
      updateStatusStatement(shown, before.status),
      // The history says who said what: nobody is given the words of another.
      ...changeStatements(isOwnWord ? shown : { ...shown, message: "" }, before.status, source),
    );
    const service = snapshotOf(shown, before.status);
    const untold = notifier.planService(
      { event: "service.status_changed", service, at, ...(silencedBy === null ? {} : { silencedBy }) },
      plan,
    );
    plan.statements.push(
      journalStatement({
        tenantId: shown.tenantId,
        kind: "service.status_changed",
        data: { service, source, untold },
        subjectId: shown.id,
        actor,
        at,
      }),
    );
    if (isKeptBack(shown)) plan.afterCommit.push(onSilenced);
    return shown;
  };

  const announce: StatusPlanner["announce"] = (service, now, plan) => {
    const before = inPlan(service, plan);
    if (!isKeptBack(before)) return false;
    const reason = before.status === "maintenance" ? null : silenceOf(before, now, plan);
    if (reason !== null) return false;
    const next: ServiceRecord = { ...before, silencedBy: null, toldStatus: before.status };
    const snapshot = snapshotOf(next, before.toldStatus);
    const untold = notifier.planService(
      { event: "service.status_changed", service: snapshot, at: now },
      plan,
    );
    plan.statements.push(
      updateStatusStatement(next, before.status),
      journalStatement({
        tenantId: next.tenantId,
        kind: "service.announced",
        data: { service: snapshot, untold },
        subjectId: next.id,
        actor: SYSTEM,
        at: now,
      }),
    );
    keep(plan, next);
    return true;
  };

  /** A person goes on speaking about a status that stands: no change, and told to nobody, but to be read. */
  const amend = (
    before: ServiceRecord,
    next: ServiceRecord,
    { actor }: Said,
    at: number,
    plan: Plan,
  ): void => {
    const { id, tenantId, name, message } = next;
    const data = { object: "service", id, name, changes: { message } };
    plan.statements.push(
      updateStatusStatement(next, before.status),
      journalStatement({ tenantId, kind: "config.updated", data, subjectId: id, actor, at }),
    );
  };

  const say = (service: ServiceRecord, said: Said, now: number, plan: Plan): StatusChange => {
    const before = inPlan(service, plan);
    // A clock that was set back makes no interval negative.
    const at = Math.max(now, before.changedAt);
    const spoken: StatusWord = { source: said.source, status: said.status, message: said.message, at };
    const words = wordsAfter(before.words, spoken);
    const word = shownWord(words);
    const status = word?.status ?? "operational";
    if (status === before.status) {
      const hasNewWords =
        word === spoken && said.source.kind === "person" && !["", before.message].includes(said.message);
      const unchanged = { hasChanged: false, hasNewWords, previousStatus: before.status };
      if (!hasNewWords && isSameSaid(before.words, words)) return { ...unchanged, service: before };
      const next = hasNewWords ? { ...before, words, message: said.message } : { ...before, words };
      saveWords(before.id, before.words, words, plan);
      if (hasNewWords) amend(before, next, said, at, plan);
      keep(plan, next);
      return { ...unchanged, service: next };
    }
    saveWords(before.id, before.words, words, plan);
    const isOwnWord = word === undefined || isSameSource(word.source, said.source);
    const next = change(
      before,
      {
        ...before,
        words,
        status,
        message: isOwnWord ? said.message : word.message,
        changedAt: at,
        changes: [...before.changes, at].slice(-KEPT_CHANGES),
      },
      { ...said, isOwnWord },
      plan,
    );
    keep(plan, next);
    return { hasChanged: true, hasNewWords: false, previousStatus: before.status, service: next };
  };

  return { say, inPlan, silenceOf, announce };
};
