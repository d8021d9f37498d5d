// In: /api/v1/monitors. Out: monitors created, read, changed, tried and deleted; what was seen of them.
import { Elysia, t } from "elysia";
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, invalid } from "../core/errors";
import { isId } from "../core/ids";
import { isNumberKey, readPage, toPage } from "../core/paging";
import { readTime, readWords } from "../core/query";
import type { AccessPlugin } from "../http/access";
import { JournalEntryWire, pageFields, PageQuery, pageOf } from "../http/models";
import { extendTimeout } from "../http/request-facts";
import { createTokenBuckets, type TokenBuckets } from "../lib/token-bucket";
import type { Monitor, MonitorBook } from "./book";
import type { MonitorDesk } from "./desk";
import type { MonitorRepository } from "./repository";
import { HOUR_SECONDS, MINUTE_SECONDS, MONITOR_STATUSES, MONITOR_TYPES } from "./schema";
import type { Sight } from "./sight";
import { MonitorCreate, MonitorUpdate, readChange, readCreate } from "./request-wire";
import {
  LatencyWire,
  presentLatency,
  presentResult,
  presentTest,
  ResultWire,
  TestWire,
} from "./results-wire";
import { MonitorWire, presentMonitor, type Presentation } from "./wire";

export interface MonitorRouteParts {
  desk: MonitorDesk;
  book: MonitorBook;
  repository: MonitorRepository;
  clock: Clock;
  region: string;
  baseUrl: () => string;
  expectation: Presentation["expectation"];
  /** What happened to it, oldest first. */
  timelineOf(tenantId: string, monitorId: string): Promise<JournalEntryWire[]>;
  /** Looks once; nothing is recorded. Undefined for what is not looked at. */
  look(monitor: Monitor): Promise<Sight> | undefined;
}

const MonitorQuery = t.Object(
  {
    ...pageFields,
    status: t.Optional(t.String({ description: "pending, up, down, paused, or several with commas" })),
    type: t.Optional(t.String({ description: MONITOR_TYPES.join(", ") })),
    group: t.Optional(t.String()),
    project_id: t.Optional(t.String()),
    service_id: t.Optional(t.String()),
  },
  { additionalProperties: false },
);

const LatencyQuery = t.Object(
  {
    from: t.Optional(t.String({ description: "ISO 8601; a day before `to` by default" })),
    to: t.Optional(t.String({ description: "ISO 8601; now by default" })),
    resolution: t.Optional(
      t.String({ description: "minute (kept for two days) or hour; the finer one that fits by default" }),
    ),
  },
  { additionalProperties: false },
);

const TESTS_PER_MINUTE = 6;
/** Per organization. */
const DRAFTS_PER_MINUTE = 30;
const DAY_MS = 86_400_000;
/** Minutes are kept for two days. */
const LONGEST_BY_MINUTE_MS = 2 * DAY_MS;
const LONGEST_SERIES_MS = 400 * DAY_MS;
const SLACK_SECONDS = 10;

/** Give it to the server. */
export const monitorRoutes = (access: AccessPlugin, parts: MonitorRouteParts) => {
  const { desk, book, repository, clock } = parts;
  const tags = ["Monitors"];
  const tests = createTokenBuckets({ perSecond: TESTS_PER_MINUTE / 60, burst: TESTS_PER_MINUTE });
  const drafts = createTokenBuckets({ perSecond: DRAFTS_PER_MINUTE / 60, burst: DRAFTS_PER_MINUTE });

  const present = (monitor: Monitor, principal: Principal): MonitorWire =>
    presentMonitor(monitor, {
      principal,
      region: parts.region,
      baseUrl: parts.baseUrl(),
      expectation: parts.expectation,
    });

  /** Throws `rate_limited`. */
  const takeTurn = (key: string, budget: TokenBuckets, limit: string): void => {
    const waitSeconds = budget.take(key, clock.monotonic());
    if (waitSeconds > 0) throw new AppError("rate_limited", limit, { retryAfterSeconds: waitSeconds });
  };

  const look = async (monitor: Monitor, principal: Principal, request: Request): Promise<TestWire> => {
    extendTimeout(request, monitor.record.timeoutSeconds + SLACK_SECONDS);
    const sight = await parts.look(monitor);
    if (sight === undefined)
      throw new AppError("conflict", "A heartbeat reports by itself: there is nothing to look at.", {
        code: "nothing_to_look_at",
      });
    return presentTest(sight, principal);
  };

  const statusOf = ({ record, state }: Monitor): string => (record.isActive ? state.status : "paused");

  return new Elysia({ prefix: "/api/v1/monitors" })
    .use(access)
    .get(
      "",
      ({ principal, query }) => {
        const page = readPage(query, isId);
        const status = readWords("status", query.status, [...MONITOR_STATUSES, "paused"]);
        const type = readWords("type", query.type, MONITOR_TYPES);
        const found = book.of(principal.tenantId).filter((monitor) => {
          const { record } = monitor;
          return (
            (page.after === null || record.id < page.after) &&
            (status === undefined || status.some((one) => one === statusOf(monitor))) &&
            (type === undefined || type.includes(record.type)) &&
            (!query.group || record.group === query.group) &&
            (!query.project_id || record.projectId === query.project_id) &&
            (!query.service_id || record.serviceId === query.service_id)
          );
        });
        const newest = found
          .toSorted((a, b) => (a.record.id < b.record.id ? 1 : -1))
          .slice(0, page.limit + 1);
        return toPage(
          newest,
          page,
          ({ record }) => record.id,
          (monitor) => present(monitor, principal),
        );
      },
      {
        access: "viewer",
        query: MonitorQuery,
        response: pageOf(MonitorWire),
        detail: { summary: "List monitors", description: "Newest first.", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const { type, input } = readCreate(body);
        const monitor = await desk.create(principal, type, input);
        set.status = 201;
        return present(monitor, principal);
      },
      {
        access: "editor",
        body: MonitorCreate,
        response: { 201: MonitorWire },
        detail: {
          summary: "Create a monitor or heartbeat",
          description:
            "It is looked at within a second, and then at its interval. When it fails so often as `failure_threshold` says, it opens an incident and sets its service; when it works again, it resolves exactly that incident.",
          tags,
        },
      },
    )
    .get("/:id", ({ principal, params }) => present(desk.find(principal.tenantId, params.id), principal), {
      access: "viewer",
      response: MonitorWire,
      detail: { summary: "Read a monitor", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body }) =>
        present(await desk.update(principal, params.id, readChange(body)), principal),
      {
        access: "editor",
        body: MonitorUpdate,
        response: MonitorWire,
        detail: {
          summary: "Change a monitor",
          description:
            "is_active: false pauses it. Pausing it, or making it about something else, resolves its incident. A value that equals its mask leaves the stored one; null removes it.",
          tags,
        },
      },
    )
    .delete(
      "/:id",
      async ({ principal, params, set }) => {
        await desk.remove(principal, params.id);
        set.status = 204;
        return null;
      },
      {
        access: "editor",
        response: { 204: t.Null() },
        detail: {
          summary: "Delete a monitor",
          description: "With its results; its incident is resolved.",
          tags,
        },
      },
    )
    .post(
      "/test",
      async ({ principal, body, request }) => {
        takeTurn(
          principal.tenantId,
          drafts,
          "Monitors can be tried thirty times a minute before they are saved.",
        );
        const { type, input } = readCreate(body);
        return look(await desk.draft(principal, type, input), principal, request);
      },
      {
        access: "editor",
        body: MonitorCreate,
        response: TestWire,
        detail: {
          summary: "Look once at what is not saved yet",
          description: "With the body of a new monitor. Nothing is kept. Thirty a minute.",
          tags,
        },
      },
    )
    .post(
      "/:id/test",
      async ({ principal, params, request }) => {
        const monitor = desk.find(principal.tenantId, params.id);
        takeTurn(monitor.record.id, tests, "A monitor can be tried six times a minute.");
        return look(monitor, principal, request);
      },
      {
        access: "responder",
        response: TestWire,
        detail: {
          summary: "Look once, now, and show what was seen",
          description: "Changes nothing and is not recorded. Six a minute.",
          tags,
        },
      },
    )
    .post(
      "/:id/rotate-address",
      async ({ principal, params }) => present(await desk.rotateAddress(principal, params.id), principal),
      {
        access: "editor",
        response: MonitorWire,
        detail: {
          summary: "Give a heartbeat new addresses",
          description: "Reports to the ones before are unknown from then on.",
          tags,
        },
      },
    )
    .get(
      "/:id/output",
      async ({ principal, params, query }) => {
        const { record } = desk.find(principal.tenantId, params.id);
        const found = await repository.output(record.number, query.result ?? null);
        return {
          result: found?.seq ?? null,
          output: found === undefined ? null : new TextDecoder().decode(found.body),
        };
      },
      {
        access: "editor",
        query: t.Object(
          { result: t.Optional(t.Integer({ minimum: 1, description: "Its number; the newest by default" })) },
          { additionalProperties: false },
        ),
        response: t.Object({
          result: t.Union([t.Integer(), t.Null()]),
          output: t.Union([t.String(), t.Null()]),
        }),
        detail: {
          summary: "Read what a job printed when it reported",
          description: "Of the last 20 reports; null where there is none.",
          tags,
        },
      },
    )
    .get(
      "/:id/results",
      async ({ principal, params, query }) => {
        const { record } = desk.find(principal.tenantId, params.id);
        const page = readPage(query, isNumberKey);
        const rows = await repository.results(record.number, {
          before: page.after === null ? Number.MAX_SAFE_INTEGER : Number(page.after),
          limit: page.limit + 1,
        });
        return toPage(
          rows,
          page,
          ({ seq }) => seq,
          (row) => presentResult(row, principal),
        );
      },
      {
        access: "viewer",
        query: PageQuery,
        response: pageOf(ResultWire),
        detail: {
          summary: "Read what was seen, or reported",
          description: "Newest first; the last 1,000 are kept.",
          tags,
        },
      },
    )
    .get(
      "/:id/timeline",
      async ({ principal: { tenantId }, params }) => ({
        data: await parts.timelineOf(tenantId, desk.find(tenantId, params.id).record.id),
      }),
      {
        access: "viewer",
        response: t.Object({ data: t.Array(JournalEntryWire) }),
        detail: {
          summary: "Read a monitor's timeline",
          description: "When it failed and recovered, and who changed it, oldest first.",
          tags,
        },
      },
    )
    .get(
      "/:id/latency",
      async ({ principal, params, query }) => {
        const { record } = desk.find(principal.tenantId, params.id);
        const to = readTime("to", query.to) ?? clock.now();
        const from = readTime("from", query.from) ?? to - DAY_MS;
        if (from >= to || to - from > LONGEST_SERIES_MS)
          throw invalid("from", "from must lie before to, by 400 days at most.");
        const [wanted] = readWords("resolution", query.resolution, ["minute", "hour"]) ?? [];
        const isByMinute =
          wanted === undefined ? from >= clock.now() - LONGEST_BY_MINUTE_MS : wanted === "minute";
        if (isByMinute && to - from > LONGEST_BY_MINUTE_MS)
          throw invalid("resolution", "By the minute, two days can be read at most.");
        const spanSeconds = isByMinute ? MINUTE_SECONDS : HOUR_SECONDS;
        const summaries = await repository.summaries(record.number, { spanSeconds, from, to });
        return presentLatency(summaries, { from, to, spanSeconds });
      },
      {
        access: "viewer",
        query: LatencyQuery,
        response: LatencyWire,
        detail: {
          summary: "Read latency and availability over time",
          description: "Times without a look have no entry.",
          tags,
        },
      },
    );
};
