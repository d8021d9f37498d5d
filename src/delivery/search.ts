// In: filters of deliveries and a place to go on from. Out: the places of those that fit, merged from
// many lines into one order, in small steps: no search holds up what the program is there for.
import type { Engine, SqlValue } from "../store/engine";
import type { DeliveryFilter } from "./filter";
import { rangeOf, sourcesFor, type Direction, type Place, type SearchScope, type Source } from "./sources";

export type { Direction, Place, SearchScope } from "./sources";

export interface Walk {
  direction: Direction;
  /** The place of the last one that is known; null begins. */
  after: Place | null;
  limit: number;
  /** Rows looked at before it ends early. */
  mostExamined?: number;
}

export interface Found {
  /** In order, `limit` at most, fewer where the walk ended early. */
  places: Place[];
  /** Where to go on; null when nothing is left. */
  next: Place | null;
}

/** About 0.2 s: what is rarer than one in so many is given over several pages. */
const MOST_EXAMINED = 100_000;
/** Entries of an index alone cost a fraction of rows. */
const COVERED_PER_ROW = 8;
const LEAST_STEP = 8;
const MOST_STEP = 2_048;
const NOWHERE: Place = { at: Number.MIN_SAFE_INTEGER, seq: 0 };

/** A source and how far it has been read. */
interface Line {
  source: Source;
  /** Everything up to here has been looked at; null before the first read. */
  until: Place | null;
  isOver: boolean;
  step: number;
}

type Compare = (left: Place, right: Place) => number;
const ORDER: Record<Direction, Compare> = {
  newest: (left, right) => right.at - left.at || right.seq - left.seq,
  oldest: (left, right) => left.at - right.at || left.seq - right.seq,
};

/** Lets whatever waits be done first. */
const breathe = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const listOf = (words: readonly string[] | undefined): string | null =>
  words === undefined ? null : JSON.stringify(words);

/** Reads on from one line; what fits is added to `fits`. Gives the number of rows looked at. */
const readOn = async (
  engine: Engine,
  line: Line,
  filter: DeliveryFilter,
  { direction, after }: Walk,
  fits: Place[],
): Promise<number> => {
  const { source, step } = line;
  const place = line.until ?? after;
  const [from, to] = rangeOf(filter);
  const isNewest = direction === "newest";
  const low = isNewest || place === null ? from : Math.max(from, place.at);
  const high = isNewest && place !== null ? Math.min(to, place.at) : to;
  const { at, seq } = place ?? NOWHERE;
  const params: SqlValue[] = [
    low,
    high,
    at,
    seq,
    step,
    listOf(filter.statuses),
    listOf(filter.outcomes),
    filter.machineId ?? null,
    filter.upToSeq ?? Number.MAX_SAFE_INTEGER,
    listOf(filter.events),
    ...source.own,
  ];
  const rows = await engine.query({ sql: source.texts[direction], params });
  for (const row of rows) if (row[2] === 1) fits.push({ at: row[0] as number, seq: row[1] as number });
  const last = rows.at(-1);
  line.isOver = rows.length < step;
  line.step = Math.min(step * 4, MOST_STEP);
  if (last !== undefined) line.until = { at: last[0] as number, seq: last[1] as number };
  return source.isCovered ? rows.length / COVERED_PER_ROW : rows.length;
};

/** Always comes further than `after`, or to the end. */
export const findPlaces = async (
  engine: Engine,
  scope: SearchScope,
  filter: DeliveryFilter,
  walk: Walk,
): Promise<Found> => {
  const { limit, mostExamined = MOST_EXAMINED } = walk;
  const compare = ORDER[walk.direction];
  const sources = await sourcesFor(engine, scope, filter);
  const step = Math.max(LEAST_STEP, Math.ceil((2 * (limit + 1)) / Math.max(sources.length, 1)));
  const lines: Line[] = sources.map((source) => ({
    source,
    until: null,
    isOver: false,
    step: Math.min(step, MOST_STEP),
  }));
  const fits: Place[] = [];
  let examined = 0;
  let rested = 0;
  const read = async (line: Line): Promise<void> => {
    examined += await readOn(engine, line, filter, walk, fits);
    if (examined - rested < MOST_STEP) return;
    rested = examined;
    await breathe();
  };

  for (const line of lines) await read(line);
  for (;;) {
    fits.sort(compare);
    let behind: Line | undefined;
    for (const line of lines) {
      if (line.isOver || line.until === null) continue;
      if (behind?.until == null || compare(line.until, behind.until) < 0) behind = line;
    }
    const until = behind?.until ?? null;
    // Nothing can come before what all lines have passed.
    const sure = until === null ? fits.length : fits.filter((place) => compare(place, until) <= 0).length;
    if (sure > limit) return { places: fits.slice(0, limit), next: fits[limit - 1] ?? null };
    if (behind === undefined || until === null) return { places: fits, next: null };
    if (examined >= mostExamined) return { places: fits.slice(0, sure), next: until };
    await read(behind);
  }
};

/** How many fit now. The whole is read, in small steps: as long as it takes, and nothing waits for it. */
export const countPlaces = async (
  engine: Engine,
  scope: SearchScope,
  filter: DeliveryFilter,
): Promise<number> => {
  let count = 0;
  for (const source of await sourcesFor(engine, scope, filter)) {
    const line: Line = { source, until: null, isOver: false, step: MOST_STEP };
    while (!line.isOver) {
      const fits: Place[] = [];
      await readOn(engine, line, filter, { direction: "oldest", after: null, limit: 0 }, fits);
      count += fits.length;
      await breathe();
    }
  }
  return count;
};
