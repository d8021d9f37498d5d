// In: /ping/… and /api/push/…. Out: the answers that jobs expect of healthchecks and of Uptime Kuma, once their
// report is durable. Whoever knows the address may report: nobody is asked who he is.
import { Elysia, t } from "elysia";
import type { Clock } from "../../core/clock";
import { AppError } from "../../core/errors";
import type { AccessPlugin } from "../../http/access";
import { readTail } from "../../http/body";
import { factsOf } from "../../http/request-facts";
import { addressGroup } from "../../lib/address-list";
import { cutText } from "../../lib/cut-text";
import { createTokenBuckets } from "../../lib/token-bucket";
import type { Monitor } from "../book";
import type { AcceptPing, Ping } from "./accept";
import type { HeartbeatDirectory, PingKey } from "./directory";

export interface ReportRouteParts {
  directory: HeartbeatDirectory;
  accept: AcceptPing;
  clock: Clock;
  /** A heartbeat of this name in the key's project, new. */
  create(key: PingKey, slug: string): Promise<Monitor>;
}

/** As healthchecks keeps it; of what is longer, the end is kept: that is where it says how it ended. */
const MOST_BODY_BYTES = 100_000;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const EXIT_CODE = /^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/;
const SLUG = /^[a-z0-9][a-z0-9_-]{0,99}$/;
const LONGEST_SOURCE = 200;
const LONGEST_MESSAGE = 500;
/** Of addresses that lead nowhere, per sender: as for receivers. */
const UNKNOWN_RATE = { perSecond: 10, burst: 600 };
/** Heartbeats that come into being by themselves, per project. */
const CREATE_RATE = { perSecond: 1, burst: 100 };

const ONE = "/ping/:address";
const TWO = "/ping/:address/:word";
const THREE = "/ping/:address/:word/:last";
const PUSH = "/api/push/:token";

const TEXT = { "content-type": "text/plain; charset=utf-8", "ping-body-limit": String(MOST_BODY_BYTES) };

const answer = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, { status, headers: { ...TEXT, ...headers } });

/** Null when it is none of the words. */
const kindOf = (word: string): Pick<Ping, "kind" | "exitCode"> | null => {
  if (word === "") return { kind: "success", exitCode: null };
  if (word === "start" || word === "fail" || word === "log") return { kind: word, exitCode: null };
  if (!EXIT_CODE.test(word)) return null;
  const exitCode = Number(word);
  return { kind: exitCode === 0 ? "success" : "fail", exitCode };
};

/** Give it to the server. */
export const reportRoutes = (access: AccessPlugin, parts: ReportRouteParts) => {
  const { directory, accept, clock } = parts;
  const unknown = createTokenBuckets(UNKNOWN_RATE);
  const creations = createTokenBuckets(CREATE_RATE);
  const tags = ["Heartbeats"];

  /** 0, or seconds to wait: somebody tries addresses. */
  const missed = (request: Request): number =>
    unknown.take(addressGroup(factsOf(request).address), clock.monotonic());

  const notFound = (request: Request): Response => {
    const wait = missed(request);
    return wait > 0 ? answer(429, "rate limited", { "retry-after": String(wait) }) : answer(404, "not found");
  };

  const sourceOf = (request: Request): string => {
    const agent = request.headers.get("user-agent") ?? "";
    const plain = agent.replace(/[^\x20-\x7e]/g, "");
    return cutText(`${factsOf(request).address} ${plain}`.trim(), LONGEST_SOURCE);
  };

  const take = async (
    request: Request,
    monitor: Monitor,
    said: Pick<Ping, "kind" | "exitCode"> & Partial<Ping>,
  ): Promise<void> => {
    const body = request.method === "POST" ? await readTail(request, MOST_BODY_BYTES) : null;
    await accept(monitor, {
      run: null,
      message: null,
      durationMs: null,
      source: sourceOf(request),
      body,
      ...said,
    });
  };

  /** By UUID, or by key and slug; what follows is the word. */
  const report = async (request: Request, segments: readonly string[]): Promise<Response> => {
    const [first = "", second = "", third = ""] = segments;
    const query = new URL(request.url).searchParams;
    const rid = query.get("rid");
    if (rid !== null && !UUID.test(rid)) return answer(400, "invalid uuid format");
    const isById = UUID.test(first);
    const said = kindOf(isById ? second : third);
    if (said === null || (isById && segments.length > 2)) return notFound(request);
    if (isById) {
      const monitor = directory.byPingId(first.toLowerCase());
      if (monitor === undefined) return notFound(request);
      await take(request, monitor, { ...said, run: rid });
      return answer(200, "OK");
    }
    const key = segments.length > 1 && SLUG.test(second) ? directory.byKey(first) : undefined;
    if (key === undefined) return notFound(request);
    const known = directory.bySlug(key.projectId, second);
    if (known === undefined && query.get("create") !== "1") return notFound(request);
    if (known === undefined && creations.take(key.projectId, clock.monotonic()) > 0)
      return answer(429, "rate limited", { "retry-after": "1" });
    const monitor = known ?? (await parts.create(key, second));
    await take(request, monitor, { ...said, run: rid });
    return known === undefined ? answer(201, "Created") : answer(200, "OK");
  };

  const push = async (request: Request, token: string): Promise<Response> => {
    const monitor = directory.byPushToken(token);
    if (monitor === undefined || !monitor.record.isActive) {
      const wait = monitor === undefined ? missed(request) : 0;
      const headers: Record<string, string> = wait > 0 ? { "retry-after": String(wait) } : {};
      const msg = wait > 0 ? "Too many requests" : "Monitor not found or not active.";
      return Response.json({ ok: false, msg }, { status: wait > 0 ? 429 : 404, headers });
    }
    const query = new URL(request.url).searchParams;
    // As Uptime Kuma reads it: whatever is not "up" is down.
    const isUp = (query.get("status") ?? "up") === "up";
    const message = query.get("msg")?.trim() ?? "";
    const ping = query.get("ping") ?? "";
    const durationMs = Number.parseFloat(ping);
    try {
      await take(request, monitor, {
        kind: isUp ? "success" : "fail",
        exitCode: null,
        message: message === "" || message === "OK" ? null : cutText(message, LONGEST_MESSAGE),
        durationMs: Number.isFinite(durationMs) ? durationMs : null,
      });
      return Response.json({ ok: true });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return Response.json({ ok: false, msg: error.message }, { status: 503 });
    }
  };

  const plain = { access: "public", parse: "none" } as const;
  const hidden = { ...plain, detail: { hide: true } };
  const described = (summary: string, description: string) => ({
    ...plain,
    response: t.String(),
    detail: { summary, description, tags },
  });
  const pushed = (summary: string) => ({
    ...plain,
    response: t.Object({ ok: t.Boolean(), msg: t.Optional(t.String()) }),
    detail: {
      summary,
      description: "`status` up (the default) or down, `msg` and `ping` (ms) as there.",
      tags,
    },
  });

  const WELL = "A job has ended well";
  const HOW = "How a job goes, or that the one of this name has ended well";
  const NAMED = "How the job of this name goes";
  const AS_TEXT = " By POST with what it printed: up to 100 kB are kept, of more the end.";
  const BY_ADDRESS = "The address is the heartbeat's `ping_url`. Answers `OK`, or 404 `not found`.";
  const WORDS =
    "start: it begins. fail: it failed. log: a remark. 0 to 255: it ended with this exit code. With the project's ping key in front, the second part is the heartbeat's slug; `?create=1` makes one that is not there yet (daily, with an hour of grace) and answers 201 `Created`.";

  return new Elysia()
    .use(access)
    .get(ONE, ({ request, params }) => report(request, [params.address]), described(WELL, BY_ADDRESS))
    .head(ONE, ({ request, params }) => report(request, [params.address]), hidden)
    .post(
      ONE,
      ({ request, params }) => report(request, [params.address]),
      described(`${WELL}, with its output`, BY_ADDRESS + AS_TEXT),
    )
    .get(TWO, ({ request, params }) => report(request, [params.address, params.word]), described(HOW, WORDS))
    .head(TWO, ({ request, params }) => report(request, [params.address, params.word]), hidden)
    .post(
      TWO,
      ({ request, params }) => report(request, [params.address, params.word]),
      described(`${HOW}, with its output`, WORDS + AS_TEXT),
    )
    .get(
      THREE,
      ({ request, params }) => report(request, [params.address, params.word, params.last]),
      described(NAMED, WORDS),
    )
    .head(THREE, ({ request, params }) => report(request, [params.address, params.word, params.last]), hidden)
    .post(
      THREE,
      ({ request, params }) => report(request, [params.address, params.word, params.last]),
      described(`${NAMED}, with its output`, WORDS + AS_TEXT),
    )
    .get(
      PUSH,
      ({ request, params }) => push(request, params.token),
      pushed("Report in the style of Uptime Kuma"),
    )
    .post(
      PUSH,
      ({ request, params }) => push(request, params.token),
      pushed("Report in the style of Uptime Kuma, by POST"),
    );
};
