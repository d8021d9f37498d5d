// In: a made-up state. Out: a server on loopback with the real bundle, the real headers and the pinned
// HTTP surface in memory, its stream included. For tests that need states which are hard to bring about.
import type { ServerWebSocket } from "bun";
import { CONTENT_SECURITY_POLICY } from "../../../src/http/assets";
import { bundleWeb } from "../../../src/http/assets/bundle";
import type { AssetFile } from "../../../src/http/assets/pack";
import { answer, type Problem } from "./routes";
import type { FakeState } from "./data";

export interface FakeServer {
  url: string;
  port: number;
  state: FakeState;
  /** Every request's method and path, API only. */
  calls: string[];
  /** Sends one event to all streams. */
  tell(kind: string, subjectId: string, data: Record<string, unknown>): void;
  /** Answers 503 to these paths until cleared. */
  broken: Set<string>;
  /** Drops all streams and refuses new ones while true. */
  setStreamDown(isDown: boolean): void;
  stop(): Promise<void>;
}

let bundle: Promise<Map<string, AssetFile>> | undefined;

export const loadBundle = (): Promise<Map<string, AssetFile>> =>
  (bundle ??= bundleWeb(false).then((files) => new Map(files.map((file) => [file.path, file]))));

const problem = ({ status, detail, field }: Problem): Response =>
  Response.json(
    { title: detail, status, detail, code: "fake", ...(field === undefined ? {} : { field }) },
    { status },
  );

export const startFake = async (state: FakeState, port = 0): Promise<FakeServer> => {
  const files = await loadBundle();
  const sockets = new Set<ServerWebSocket<unknown>>();
  const calls: string[] = [];
  const broken = new Set<string>();
  let isStreamDown = false;
  let seq = 100;

  const page = (request: Request, path: string): Response => {
    const file = files.get(path) ?? files.get("/index.html");
    if (file === undefined) return new Response("no bundle", { status: 500 });
    const isGzip = file.isGzip && (request.headers.get("accept-encoding") ?? "").includes("gzip");
    return new Response(file.isGzip && !isGzip ? Bun.gunzipSync(file.bytes) : file.bytes, {
      headers: {
        "content-type": file.contentType,
        "content-security-policy": CONTENT_SECURITY_POLICY,
        ...(isGzip ? { "content-encoding": "gzip" } : {}),
      },
    });
  };

  const tell = (kind: string, subjectId: string, data: Record<string, unknown>): void => {
    seq += 1;
    const message = JSON.stringify({
      seq,
      kind,
      subject_id: subjectId,
      at: new Date().toISOString(),
      actor: { kind: "system", id: null, name: "Andon" },
      data,
    });
    for (const socket of sockets) socket.send(message);
  };

  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    fetch: async (request, self) => {
      const url = new URL(request.url);
      if (url.pathname === "/api/v1/stream") {
        if (isStreamDown || !state.isSignedIn) return new Response(null, { status: 503 });
        return self.upgrade(request, { data: undefined })
          ? undefined
          : new Response("upgrade", { status: 426 });
      }
      if (!url.pathname.startsWith("/api/")) return page(request, url.pathname);
      calls.push(`${request.method} ${url.pathname}`);
      const path = url.pathname.slice("/api/v1".length);
      if (broken.has(path)) return problem({ status: 503, detail: "The store is not available." });
      const text = await request.text();
      const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
      const result = await answer({
        method: request.method,
        path,
        query: url.searchParams,
        body,
        state,
        tell,
      });
      if (result === undefined) return problem({ status: 404, detail: "There is nothing at this address." });
      if ("problem" in result) return problem(result.problem);
      return result.status === 204
        ? new Response(null, { status: 204 })
        : Response.json(result.body, { status: result.status ?? 200 });
    },
    websocket: {
      open: (socket) => {
        sockets.add(socket);
        socket.send(JSON.stringify({ kind: "hello", seq }));
      },
      close: (socket) => void sockets.delete(socket),
      message: () => undefined,
    },
  });
  const heartbeat = setInterval(() => {
    for (const socket of sockets) socket.send(JSON.stringify({ kind: "heartbeat" }));
  }, 5_000);

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port ?? 0,
    state,
    calls,
    broken,
    tell,
    setStreamDown: (isDown) => {
      isStreamDown = isDown;
      if (isDown) for (const socket of sockets) socket.close(1001, "gone");
    },
    stop: async () => {
      clearInterval(heartbeat);
      for (const socket of sockets) socket.close(1001, "stop");
      await server.stop(true);
    },
  };
};
