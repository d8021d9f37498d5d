// In: the age of summaries. Out: those that are too old deleted, a monitor at a time. Results need no such care:
// they are kept in rings.
import type { Clock } from "../core/clock";
import type { Engine } from "../store/engine";
import type { MonitorBook } from "./book";
import { pruneSummariesStatement } from "./repository";
import { HOUR_SECONDS, MINUTE_SECONDS } from "./schema";

/** As the API says. */
export const MINUTES_KEPT_DAYS = 2;
const DAY_MS = 86_400_000;
/** In one commit: others must not wait for all of them. */
const AT_ONCE = 50;

/** Durable when it resolves. */
export const pruneSummaries = async (
  { engine, book, clock }: { engine: Engine; book: MonitorBook; clock: Clock },
  { hourDays }: { hourDays: number },
): Promise<void> => {
  const now = clock.now();
  const numbers = Array.from(book.all(), ({ record }) => record)
    .filter(({ type }) => type !== "heartbeat")
    .map(({ number }) => number);
  for (let from = 0; from < numbers.length; from += AT_ONCE)
    await engine.batch(
      numbers
        .slice(from, from + AT_ONCE)
        .flatMap((number) => [
          pruneSummariesStatement(number, MINUTE_SECONDS, now - MINUTES_KEPT_DAYS * DAY_MS),
          pruneSummariesStatement(number, HOUR_SECONDS, now - hourDays * DAY_MS),
        ]),
    );
};
