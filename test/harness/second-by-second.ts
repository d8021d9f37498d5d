// In: what people, monitors and planned work did to a service, as plain facts. Out: how it stood at the end of every
// single second. Shares no code with the product: the rules are written down here a second time, in their simplest
// form, and local dates come from the runtime's calendar, minute by minute.

export type State = "operational" | "degraded" | "down" | "maintenance";

/** Times in ms. */
export type Fact =
  | { kind: "source"; at: number; source: string; state: State }
  | { kind: "person"; at: number; state: State };

export interface Work {
  from: number;
  /** Not worked on from this moment on. */
  to: number;
}

export interface Life {
  created: number;
  deleted: number | null;
  facts: readonly Fact[];
  work: readonly Work[];
}

export type Counted = Record<State | "no_data", number>;

export const nothingCounted = (): Counted => ({
  operational: 0,
  degraded: 0,
  down: 0,
  maintenance: 0,
  no_data: 0,
});

const GRAVITY: readonly State[] = ["operational", "degraded", "down", "maintenance"];

/** Everybody's last word, and what follows from all of them. */
class Words {
  #sources = new Map<string, State>();
  #person: State = "operational";

  take(fact: Fact): void {
    if (fact.kind === "person") {
      this.#sources.clear();
      this.#person = fact.state;
      return;
    }
    // News corrects a person, but not the maintenance that a person declared.
    if (this.#person !== "maintenance") this.#person = "operational";
    this.#sources.set(fact.source, fact.state);
  }

  get worst(): State {
    let worst = this.#person;
    for (const state of this.#sources.values())
      if (GRAVITY.indexOf(state) > GRAVITY.indexOf(worst)) worst = state;
    return worst;
  }
}

/** Index 0 is the second that begins at `from`, a whole second; up to but not including `to`. */
export const standPerSecond = (life: Life, from: number, to: number): (State | "no_data")[] => {
  const facts = life.facts.toSorted((a, b) => a.at - b.at);
  const words = new Words();
  const states: (State | "no_data")[] = [];
  let next = 0;
  for (let second = from; second < to; second += 1_000) {
    const moment = second + 999;
    for (let fact = facts[next]; fact !== undefined && fact.at <= moment; fact = facts[++next])
      words.take(fact);
    if (moment < life.created || (life.deleted !== null && moment >= life.deleted)) states.push("no_data");
    else if (life.work.some((work) => work.from <= moment && moment < work.to)) states.push("maintenance");
    else states.push(words.worst);
  }
  return states;
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-29 02:15` as a clock on the wall shows it. */
export const wallClock = (zone: string, at: number): string => {
  let format = formats.get(zone);
  if (format === undefined) {
    const fields = {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    } as const;
    format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hourCycle: "h23", ...fields });
    formats.set(zone, format);
  }
  return format.format(at);
};

/** The seconds of each local date, or of each `length` first characters of what the wall clock shows. */
export const countByDate = (
  states: readonly (State | "no_data")[],
  { from, zone, length = 10 }: { from: number; zone: string; length?: number },
): Map<string, Counted> => {
  const byDate = new Map<string, Counted>();
  let date = "";
  states.forEach((state, index) => {
    // No zone of our time changes within a minute.
    if (index === 0 || (from / 1_000 + index) % 60 === 0)
      date = wallClock(zone, from + index * 1_000).slice(0, length);
    let counted = byDate.get(date);
    if (counted === undefined) byDate.set(date, (counted = nothingCounted()));
    counted[state]++;
  });
  return byDate;
};

export const countAll = (states: readonly (State | "no_data")[]): Counted => {
  const counted = nothingCounted();
  for (const state of states) counted[state]++;
  return counted;
};
