// In: /api/v1/webhook-receivers/{id}/… . Out: what a payload would lead to; a receiver that learns from the next
// payload; words that nobody knew; and requests of the log decided again.
import { Elysia, t } from "elysia";
import { AppError, invalid } from "../core/errors";
import { readTime, readWords } from "../core/query";
import type { AccessPlugin } from "../http/access";
import type { Engine } from "../store/engine";
import type { ReceiverDesk } from "./desk";
import { keptHeaders } from "./kept-headers";
import type { DeliveryFilter } from "./log";
import { DeliveryWire, presentDelivery } from "./log-wire";
import type { Rehearse } from "./rehearse";
import type { Reprocess } from "./reprocess";
import { DELIVERY_RESULTS } from "./schema";
import type { Teachings } from "./teaching";
import {
  DryRun,
  presentRehearsal,
  presentTeaching,
  presentUnknownWord,
  RehearsalWire,
  ReprocessMany,
  TeachApplied,
  TeachApply,
  TeachingWire,
  UnknownWordsWire,
  WordMapping,
} from "./try-wire";
import { listUnknownWords } from "./unknown-words";
import { presentReceiver, readReceiverChange, ReceiverWire } from "./wire";
import { wordKeyOf } from "./words";

export interface TryRouteParts {
  desk: ReceiverDesk;
  engine: Pick<Engine, "query">;
  rehearse: Rehearse;
  reprocess: Reprocess;
  teachings: Teachings;
  /** Where people reach the UI, without a slash at the end. */
  baseUrl: () => string;
}

const readFilter = (body: typeof ReprocessMany.static): DeliveryFilter => {
  const results = readWords("result", body.result, DELIVERY_RESULTS);
  const from = readTime("from", body.from);
  const to = readTime("to", body.to);
  return {
    ...(results === undefined ? {} : { results }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
};

/** Give it to the server. */
export const tryRoutes = (access: AccessPlugin, parts: TryRouteParts) => {
  const { desk, engine, rehearse, reprocess, teachings, baseUrl } = parts;
  const tags = ["Webhook receivers"];

  return new Elysia({ prefix: "/api/v1/webhook-receivers" })
    .use(access)
    .post(
      "/:id/dry-run",
      async ({ principal: { tenantId }, params, body }) => {
        const { record } = desk.find(tenantId, params.id);
        if (body.payload === undefined) throw invalid("payload", "payload is missing.");
        const change = readReceiverChange(body.settings ?? {}, record.hmacSecret);
        const headers = keptHeaders(new Headers(body.headers ?? {}));
        return presentRehearsal(
          await rehearse(desk.draft(tenantId, params.id, change), { payload: body.payload, headers }),
        );
      },
      {
        access: "editor",
        body: DryRun,
        response: RehearsalWire,
        detail: {
          summary: "Try a payload",
          description:
            "What it would lead to, with the present settings or with others. Nothing is written, and nobody is told.",
          tags,
        },
      },
    )
    .get(
      "/:id/unknown-words",
      async ({ principal, params }) => {
        const { record, settings } = desk.find(principal.tenantId, params.id);
        const words = await listUnknownWords(engine, record.id, settings);
        return { data: words.map(presentUnknownWord), next_cursor: null };
      },
      {
        access: "viewer",
        response: UnknownWordsWire,
        detail: {
          summary: "List words that a receiver did not know",
          description:
            "Newest first, with what they mean in most systems. POST …/mapping says what they mean here.",
          tags,
        },
      },
    )
    .post(
      "/:id/mapping",
      async ({ principal, params, body }) => {
        const { word, status: meaning } = body;
        if (word.trim() === "") throw invalid("word", "word must not be blank.");
        // As in status_mapping itself: no object of JSON has such a field that everybody reads alike.
        if (wordKeyOf(word) === "__proto__") throw invalid("word", "__proto__ cannot be mapped.");
        const receiver = await desk.mapWord(principal, params.id, { word, meaning });
        return presentReceiver(receiver, { baseUrl: baseUrl() });
      },
      {
        access: "editor",
        body: WordMapping,
        response: ReceiverWire,
        detail: { summary: "Say what a word means", description: "Adds it to status_mapping.", tags },
      },
    )
    .post(
      "/:id/teach",
      async ({ principal, params }) => {
        const { record } = desk.find(principal.tenantId, params.id);
        return presentTeaching(await teachings.start(record.id));
      },
      {
        access: "editor",
        response: TeachingWire,
        detail: {
          summary: "Wait for the next payload",
          description:
            "The next genuine request within 15 minutes is kept, so that fields can be chosen from it, and changes nothing.",
          tags,
        },
      },
    )
    .get(
      "/:id/teach",
      ({ principal, params }) =>
        presentTeaching(teachings.of(desk.find(principal.tenantId, params.id).record.id)),
      {
        access: "editor",
        response: TeachingWire,
        detail: {
          summary: "Read the payload that was waited for",
          description: "With every place in it that may be a field, and a guess which ones are.",
          tags,
        },
      },
    )
    .delete(
      "/:id/teach",
      async ({ principal, params, set }) => {
        await teachings.end(desk.find(principal.tenantId, params.id).record.id);
        set.status = 204;
        return null;
      },
      {
        access: "editor",
        response: { 204: t.Null() },
        detail: { summary: "Wait no longer", tags },
      },
    )
    .post(
      "/:id/teach/apply",
      async ({ principal, params, body }) => {
        const { record } = desk.find(principal.tenantId, params.id);
        const captured = teachings.of(record.id)?.captured ?? null;
        if (captured === null)
          throw new AppError("conflict", "No payload has come yet.", { code: "nothing_captured" });
        const { save = false, ...settings } = body;
        const change = readReceiverChange(settings, record.hmacSecret);
        const { payload, headers } = captured;
        const trial = { payload, headers };
        const rehearsal = await rehearse(desk.draft(principal.tenantId, record.id, change), trial);
        if (!save) return { rehearsal: presentRehearsal(rehearsal), receiver: null };
        const receiver = await desk.update(principal, record.id, change);
        await teachings.end(record.id);
        return {
          rehearsal: presentRehearsal(rehearsal),
          receiver: presentReceiver(receiver, { baseUrl: baseUrl() }),
        };
      },
      {
        access: "editor",
        body: TeachApply,
        response: TeachApplied,
        detail: {
          summary: "Choose fields from the payload",
          description: "Shows what would come of it; with save, the settings are saved and the waiting ends.",
          tags,
        },
      },
    )
    .post(
      "/:id/deliveries/:delivery_id/reprocess",
      async ({ principal, params }) =>
        presentDelivery(
          await reprocess.one(desk.find(principal.tenantId, params.id), params.delivery_id),
          principal,
        ),
      {
        access: "editor",
        response: DeliveryWire,
        detail: {
          summary: "Process a request again",
          description:
            "With the present settings; the result is a new entry of the log that names the first one.",
          tags,
        },
      },
    )
    .post(
      "/:id/reprocess",
      async ({ principal, params, body }) => {
        const receiver = desk.find(principal.tenantId, params.id);
        const ids = body?.delivery_ids;
        const which = ids === undefined ? { filter: readFilter(body ?? {}) } : { ids };
        const deliveries = await reprocess.several(receiver, which);
        return { data: deliveries.map((one) => presentDelivery(one, principal)), next_cursor: null };
      },
      {
        access: "editor",
        body: t.Optional(ReprocessMany),
        response: t.Object({ data: t.Array(DeliveryWire), next_cursor: t.Null() }),
        detail: {
          summary: "Process several requests again",
          description:
            "Those named, or those that failed and that no later attempt has mended: oldest first, at most 500 at once.",
          tags,
        },
      },
    );
};
