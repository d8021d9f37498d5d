// In: words of senders that were not known when they came. Out: a list of them for people, and what becomes of a
// receiver's mapping when somebody says what one means.
import type { Engine, Statement } from "../store/engine";
import type { CompiledSettings } from "./compile";
import { commonMeaning } from "./presets/common-words";
import type { Report } from "./report";
import type { Meaning, StatusMapping } from "./schema";
import { entriesOf, wordKeyOf } from "./words";

/** Times in server ms. */
export interface UnknownWord {
  word: string;
  count: number;
  firstAt: number;
  lastAt: number;
  /** The last request that held it. */
  deliveryId: string;
  /** What it means in most systems; null where that is not known either. */
  suggestion: Meaning | null;
}

/** Of one receiver: whoever writes sentences where a status should be shows no more. */
const MOST_WORDS = 200;

const SAVE = `INSERT INTO webhook_receiver_unknown_words (receiver_id, word, count, first_at, last_at, delivery_id)
  VALUES (?1, ?2, 1, ?3, ?3, ?4) ON CONFLICT DO UPDATE SET count = count + 1, last_at = excluded.last_at,
  delivery_id = excluded.delivery_id`;
const LIST = `SELECT word, count, first_at, last_at, delivery_id FROM webhook_receiver_unknown_words
  WHERE receiver_id = ? ORDER BY last_at DESC, word LIMIT ${MOST_WORDS}`;
const FORGET = "DELETE FROM webhook_receiver_unknown_words WHERE receiver_id = ? AND word = ?";
const FORGET_OLD = `DELETE FROM webhook_receiver_unknown_words WHERE (receiver_id, word) IN
  (SELECT receiver_id, word FROM (SELECT receiver_id, word, row_number() OVER (PARTITION BY receiver_id
  ORDER BY last_at DESC, word) AS place FROM webhook_receiver_unknown_words) WHERE place > ${MOST_WORDS})`;

/** One for each of the reports whose word was not known. */
export const saveUnknownStatements = (
  reports: readonly Report[],
  { receiverId, deliveryId, at }: { receiverId: string; deliveryId: string; at: number },
): Statement[] =>
  reports
    .filter(({ isUnknown, raw }) => isUnknown && raw !== null)
    .map(({ raw }) => ({ sql: SAVE, params: [receiverId, wordKeyOf(raw ?? ""), at, deliveryId] }));

/** It is known from now on. */
export const forgetUnknownStatement = (receiverId: string, word: string): Statement => ({
  sql: FORGET,
  params: [receiverId, wordKeyOf(word)],
});

/** Beyond `MOST_WORDS` the oldest go. */
export const pruneUnknownStatement: Statement = { sql: FORGET_OLD };

/** Newest first; without those that the present settings know. */
export const listUnknownWords = async (
  engine: Pick<Engine, "query">,
  receiverId: string,
  { ownMeaning, knownMeaning }: Pick<CompiledSettings, "ownMeaning" | "knownMeaning">,
): Promise<UnknownWord[]> =>
  (await engine.query({ sql: LIST, params: [receiverId] }))
    .map((row) => ({
      word: String(row[0]),
      count: Number(row[1]),
      firstAt: Number(row[2]),
      lastAt: Number(row[3]),
      deliveryId: String(row[4]),
      suggestion: commonMeaning(String(row[0])) ?? null,
    }))
    .filter(({ word }) => ownMeaning(word) === undefined && knownMeaning(word) === undefined);

/**
 * The mapping with one more word, which takes the place of what was said of it before. It stays in the spelling
 * in which it was written, as far as one spelling was used.
 */
export const withWord = (mapping: StatusMapping | null, word: string, meaning: Meaning): StatusMapping => {
  const key = wordKeyOf(word);
  const others = entriesOf(mapping ?? {}).filter(([other]) => wordKeyOf(other) !== key);
  const entries: [string, Meaning][] = [...others, [key, meaning]];
  const isByStatus = Object.values(mapping ?? {}).some((value) => typeof value !== "string");
  if (!isByStatus) return Object.fromEntries(entries);
  const byStatus = Map.groupBy(entries, ([, status]) => status);
  return Object.fromEntries(Array.from(byStatus, ([status, words]) => [status, words.map(([one]) => one)]));
};
