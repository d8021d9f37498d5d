// In: a request for the live stream. Out: the journal of the caller's organization as it grows, over a
// WebSocket, or as server-sent events where the request accepts those.
import { Elysia, t } from "elysia";
import { AppError } from "../core/errors";
import type { AccessPlugin } from "./access";
import { isOwnOrigin } from "./origin-guard";
import { extendTimeout, factsOf } from "./request-facts";
import { readSessionCookie } from "./session-cookie";
import { createEventBody } from "./stream/event-sink";
import type { StreamHub } from "./stream/hub";
import { createSocketData } from "./stream/socket-sink";

const StreamQuery = t.Object(
  {
    after: t.Optional(
      t.Integer({ minimum: 0, description: "The last number that the client has; what came since follows." }),
    ),
  },
  { additionalProperties: false },
);

/** More than any plant has screens; a runaway client gets no further. */
const MAX_FOLLOWERS = 2_000;

const wantsEvents = (request: Request): boolean =>
  (request.headers.get("accept") ?? "").includes("text/event-stream");

const wantsSocket = (request: Request): boolean =>
  request.headers.get("upgrade")?.toLowerCase() === "websocket";

/** A browser sends the session along with a connection that a foreign page opens. */
const checkOrigin = (request: Request, publicUrl: string | null): void => {
  if (request.headers.has("authorization") || readSessionCookie(request) === null) return;
  const origin = request.headers.get("origin");
  const isOwn = origin === null ? !wantsSocket(request) : isOwnOrigin(origin, request, publicUrl);
  if (!isOwn)
    throw new AppError("forbidden", "This call must come from Andon's own pages.", {
      code: "foreign_origin",
    });
};

/** `Last-Event-ID` is what a browser adds by itself when it comes back; it is the newer number. */
const readPosition = (request: Request, after: number | undefined): number | null => {
  const last = request.headers.get("last-event-id");
  if (last !== null && /^\d{1,15}$/.test(last)) return Number(last);
  return after ?? null;
};

export interface StreamParts {
  hub: StreamHub;
  publicUrl: string | null;
}

export const streamRoutes = (access: AccessPlugin, { hub, publicUrl }: StreamParts) =>
  new Elysia({ name: "stream", prefix: "/api/v1" }).use(access).get(
    "/stream",
    ({ request, query, principal }) => {
      checkOrigin(request, publicUrl);
      if (hub.size >= MAX_FOLLOWERS)
        throw new AppError("unavailable", "There are too many live streams.", { retryAfterSeconds: 30 });
      const after = readPosition(request, query.after);
      const { server, original } = factsOf(request);
      if (wantsSocket(request)) {
        const data = createSocketData((sink) => hub.follow(principal, after, sink));
        if (server?.upgrade(original, { data }) === true) return undefined;
        throw new AppError("malformed", "This is not a complete WebSocket handshake.");
      }
      if (!wantsEvents(request))
        throw new AppError(
          "malformed",
          "Open a WebSocket here, or send Accept: text/event-stream for server-sent events.",
        );
      // The stream is quiet between pings.
      extendTimeout(request, 0);
      return new Response(
        createEventBody((sink) => hub.follow(principal, after, sink)),
        {
          headers: {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-store",
            "x-accel-buffering": "no",
          },
        },
      );
    },
    {
      access: "viewer",
      query: StreamQuery,
      detail: {
        summary: "Follow what happens, live",
        description:
          "WebSocket, or server-sent events with `Accept: text/event-stream`. The first message is " +
          '`{"kind": "hello", "seq": <newest number>}`; each further one is a journal entry ' +
          "`{seq, kind, subject_id, at, actor, data}`. A client that was away continues with `after` or " +
          "`Last-Event-ID`. Every 15 s there is a ping.",
        tags: ["Live"],
      },
    },
  );
