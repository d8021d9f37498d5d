// In: a sender. Out: the words that are known without saying: Alert24's table, and the sender's own, which come
// before it. Pure.
import type { Meaning, Preset } from "../api/receivers";

/** Alert24's documentation of webhook receivers, "Status Mapping". */
const TABLE: Readonly<Record<Exclude<Meaning, "ignore">, readonly string[]>> = {
  operational: ["operational", "up", "ok", "healthy", "none", "resolved"],
  degraded: ["degraded", "partial", "warning", "minor"],
  down: ["down", "outage", "major", "critical", "error"],
  maintenance: ["maintenance", "scheduled", "under_maintenance"],
};

/** By meaning, the sender's own first; a word of the table that the sender means otherwise is only there. */
export const usualWords = (preset: Preset | undefined): [meaning: string, words: string[]][] => {
  const own = Object.entries(preset?.words ?? {});
  const isOwn = (word: string): boolean => own.some(([each]) => each === word);
  const meanings = [...Object.keys(TABLE), "ignore"];
  return meanings
    .map((meaning): [string, string[]] => {
      const usual = TABLE[meaning as keyof typeof TABLE] ?? [];
      const theirs = own.filter(([, each]) => each === meaning).map(([word]) => word);
      return [meaning, [...theirs, ...usual.filter((word) => !isOwn(word))]];
    })
    .filter(([, known]) => known.length > 0);
};
