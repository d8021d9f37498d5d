// In: `limit` and `cursor` of a list request. Out: a checked page request, and the list envelope.
// Lists are newest first; a cursor is opaque to clients.
import { invalid } from "./errors";

/** Rows of a page that asks for no number, and at most. */
export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 500;

/** A checked request for one page. */
export interface PageRequest {
  limit: number;
  /** The sort key of the last row of the page before. */
  after: string | null;
}

/** The envelope of every list. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

const CURSOR_PREFIX = "v1:";

/** What `readPage` reads again. */
export const encodeCursor = (key: string | number): string =>
  Buffer.from(`${CURSOR_PREFIX}${key}`).toString("base64url");

/** For lists that are sorted by a running number. */
export const isNumberKey = (key: string): boolean => /^\d{1,15}$/.test(key);

/** Throws `invalid` on the field `cursor` or `limit`. `isKey` knows the list's sort keys. */
export const readPage = (
  query: { limit?: number | undefined; cursor?: string | undefined },
  isKey: (key: string) => boolean = () => true,
): PageRequest => {
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw invalid("limit", `limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  if (query.cursor === undefined || query.cursor === "") return { limit, after: null };
  const text = Buffer.from(query.cursor, "base64url").toString("utf8");
  const key = text.slice(CURSOR_PREFIX.length);
  if (!text.startsWith(CURSOR_PREFIX) || !isKey(key))
    throw invalid("cursor", "cursor must be a next_cursor of an earlier answer.");
  return { limit, after: key };
};

/** `rows` holds up to limit + 1 rows; the extra one only tells that there is a next page. */
export const toPage = <Row, Out>(
  rows: Row[],
  page: PageRequest,
  keyOf: (row: Row) => string | number,
  present: (row: Row) => Out,
): Page<Out> => {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    data: shown.map(present),
    next_cursor: rows.length > page.limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
};
