// In: the journal. Out: what channels were or could have been told lately, as messages again.
import type { PastEvents } from "../channels/preview";
import { readLatest, readNewest, readOne } from "../journal/repository";
import type { Engine } from "../store/engine";
import { messageOf, TOLD_KINDS, type MessageSurroundings } from "./message-of";

/** Rows of the journal that are looked at for one page: what is older is not found in this way. */
const REACH = 50_000;

export const createPastEvents = (
  store: { engine: Engine },
  surroundings: MessageSurroundings,
): PastEvents => ({
  find: async (tenantId, seq) => {
    const row = await readOne(store.engine, tenantId, seq);
    return row === undefined ? null : messageOf(row, surroundings);
  },
  recent: async (tenantId, { before, limit }) => {
    const rows = await readNewest(store.engine, {
      tenantId,
      kinds: TOLD_KINDS,
      before: before ?? (await readLatest(store.engine)) + 1,
      reach: REACH,
      limit,
    });
    return rows.flatMap((row) => {
      const message = messageOf(row, surroundings);
      return message === null ? [] : [{ seq: row.seq, message }];
    });
  },
});
