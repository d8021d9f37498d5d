// In: what was said about a service so far, and the next word. Out: what is said then, and the status
// that is shown. Pure.
//
// Several sources may speak about one service, and each one knows only what it sees. So the last word of
// each source is kept, and what is shown follows from all of them:
//
// 1. Maintenance is declared, not measured. As long as a window is active, or the word of any source is
//    maintenance, maintenance is shown; what others report meanwhile is kept and shown afterwards.
// 2. Otherwise the worst of all last words is shown. So a source that recovers takes back only what it
//    has said itself: with two monitors down, the service is up when both are.
// 3. A person's word corrects everything that was said before (windows aside): it takes the place of the
//    words of all sources. It holds until a source says something new, so that a status set by hand is
//    not left standing when the receiver next reports. Maintenance set by hand holds until a person
//    ends it. Who wants to hold another status against all sources opens an incident that says so:
//    its word stands until the incident is resolved.
//
// Words that say operational need not be kept: they change nothing.
import type { ServiceStatus, StatusSource } from "../core/events";

/** The last word of one source; `at` is server time in ms. */
export interface StatusWord {
  readonly source: StatusSource;
  readonly status: ServiceStatus;
  readonly message: string;
  readonly at: number;
}

/** People speak with one voice: the last one of them counts. */
export const isSameSource = (a: StatusSource, b: StatusSource): boolean =>
  a.kind === b.kind && (a.kind === "person" || a.id === b.id);

const isKeptFor = (word: StatusWord, { source }: StatusWord): boolean => {
  if (isSameSource(word.source, source)) return false;
  if (source.kind === "person") return word.source.kind === "maintenance";
  return word.source.kind !== "person" || word.status === "maintenance" || source.kind === "maintenance";
};

/** In the order in which they were said; none says operational. */
export const wordsAfter = (words: readonly StatusWord[], next: StatusWord): readonly StatusWord[] => {
  const kept = words.filter((word) => isKeptFor(word, next));
  return next.status === "operational" ? kept : [...kept, next];
};

/** Rule 1 puts maintenance above everything, rule 2 orders the rest. */
const RANK = { operational: 0, degraded: 1, down: 2, maintenance: 3 } as const;

/** The word that is shown: of equal ones the latest. Undefined when nobody complains. */
export const shownWord = (words: readonly StatusWord[]): StatusWord | undefined => {
  let shown: StatusWord | undefined;
  for (const word of words) if (shown === undefined || RANK[word.status] >= RANK[shown.status]) shown = word;
  return shown;
};

/** The same words by the same sources: saying it again changes nothing. */
export const isSameSaid = (before: readonly StatusWord[], after: readonly StatusWord[]): boolean =>
  before.length === after.length &&
  before.every(({ source, status }) =>
    after.some((word) => isSameSource(word.source, source) && word.status === status),
  );
