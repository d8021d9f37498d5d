// In: the text of a handler as a document prints it. Out: that very text, running behind a loopback
// port: Express' over a stand-in of the few calls that it makes, Flask's in a Python process, over Flask
// itself where it is installed and else over a stand-in.
import { join } from "node:path";
import { removeDirectory, temporaryDirectory } from "./store";

export interface PrintedReceiver {
  url: string;
  /** `host:port`, for the allow list. */
  listener: string;
  /** What the handler printed, in order. */
  printed: readonly string[];
  /** Statuses of its answers, in order. */
  answers: readonly number[];
  /** Resolves when it has answered `count` requests; rejects after 15 s. */
  answered(count: number): Promise<void>;
  close(): Promise<void>;
}

const LIMIT_MS = 15_000;

class Waiters {
  readonly #checks = new Set<() => void>();

  until(isReached: () => boolean, explain: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!isReached()) return;
        clearTimeout(limit);
        this.#checks.delete(check);
        resolve();
      };
      const limit = setTimeout(() => {
        this.#checks.delete(check);
        reject(new Error(explain()));
      }, LIMIT_MS);
      this.#checks.add(check);
      check();
    });
  }

  wake(): void {
    for (const check of this.#checks) check();
  }
}

interface ExpressRequest {
  headers: Record<string, string>;
  body: unknown;
}

interface ExpressResponse {
  status(code: number): ExpressResponse;
  json(value: unknown): ExpressResponse;
}

type ExpressHandler = (request: ExpressRequest, response: ExpressResponse) => unknown;

/** Runs the text with `require("express")` and `console.log` replaced; nothing else of it is changed. */
const loadExpress = (text: string, print: (line: string) => void): ReadonlyMap<string, ExpressHandler> => {
  const routes = new Map<string, ExpressHandler>();
  const express = Object.assign(
    () => ({
      use: () => undefined,
      post: (path: string, handler: ExpressHandler) => void routes.set(path, handler),
      listen: () => undefined,
    }),
    { json: () => undefined },
  );
  // The printed text is the thing under test: it has to run as it stands.
  // oxlint-disable-next-line no-new-func, no-implied-eval
  const run = new Function("require", "console", text) as (
    require: (name: string) => unknown,
    console: { log: (line: string) => void },
  ) => void;
  run(() => express, { log: print });
  return routes;
};

export const openExpressReceiver = (text: string): PrintedReceiver => {
  const printed: string[] = [];
  const answers: number[] = [];
  const waiters = new Waiters();
  const routes = loadExpress(text, (line) => printed.push(line));
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const handler = routes.get(new URL(request.url).pathname);
      if (handler === undefined) return new Response(null, { status: 404 });
      let status = 200;
      let body: unknown = null;
      const response: ExpressResponse = {
        status: (code) => {
          status = code;
          return response;
        },
        json: (value) => {
          body = value;
          return response;
        },
      };
      try {
        handler({ headers: Object.fromEntries(request.headers), body: await request.json() }, response);
      } catch (error) {
        // What Express does with a handler that throws.
        status = 500;
        body = { error: String(error) };
      }
      answers.push(status);
      queueMicrotask(() => waiters.wake());
      return Response.json(body, { status });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    listener: `127.0.0.1:${server.port}`,
    printed,
    answers,
    answered: (count) =>
      waiters.until(
        () => answers.length >= count,
        () => `the Express handler answered ${answers.length} of ${count} requests`,
      ),
    close: () => server.stop(true),
  };
};

/** Depth of each line of Haltless' handler: the document has lost its indentation. */
const HALTLESS_DEPTHS = [0, 0, 0, 0, 0, 1, 1, 2, 1, 1, 1, 2, 2, 2, 1, 2, 2, 2, 1];

/** `depths`: one for each line of the text. */
export const indentFlask = (text: string, depths: readonly number[] = HALTLESS_DEPTHS): string => {
  const lines = text.trimEnd().split("\n");
  if (lines.length !== depths.length)
    throw new Error(`The Flask handler has ${lines.length} lines, not ${depths.length}.`);
  return lines.map((line, index) => "    ".repeat(depths[index] ?? 0) + line).join("\n");
};

const SERVE_FLASK = `
try:
    from flask import make_server
except ImportError:
    from werkzeug.serving import make_server
server = make_server("127.0.0.1", 0, app)
print("PORT", server.server_port)
server.serve_forever()
`;

const STAND_IN = join(import.meta.dir, "flask-stand-in");

/** Null when handlers written for Flask can be run, else why they can't. */
export const findFlaskObstacle = (): string | null =>
  Bun.which("python3") === null ? "python3 is not installed" : null;

const hasFlask = (): boolean =>
  Bun.spawnSync(["python3", "-c", "import flask"], { stderr: "ignore", stdout: "ignore" }).exitCode === 0;

/** werkzeug's access log: `127.0.0.1 - - [date] "POST /haltless-webhook HTTP/1.1" 200 -`. */
const ACCESS = /" (\d{3}) -$/;

export interface FlaskOptions {
  /** Default: those of Haltless' handler. Null: the text is indented as it stands. */
  depths?: readonly number[] | null;
  /** Runs before the text: what the document takes for granted. */
  before?: string;
  env?: Record<string, string>;
  /** Also where Flask is installed. */
  usesStandIn?: boolean;
}

export const openFlaskReceiver = async (
  text: string,
  { depths, before = "", env = {}, usesStandIn = !hasFlask() }: FlaskOptions = {},
): Promise<PrintedReceiver> => {
  const directory = temporaryDirectory("andon-flask-");
  const script = join(directory, "handler.py");
  await Bun.write(script, `${before}\n${depths === null ? text : indentFlask(text, depths)}\n${SERVE_FLASK}`);
  const printed: string[] = [];
  const answers: number[] = [];
  const failures: string[] = [];
  const waiters = new Waiters();
  let port = 0;
  const child = Bun.spawn(["python3", "-u", script], {
    cwd: directory,
    env: { ...process.env, ...env, ...(usesStandIn ? { PYTHONPATH: STAND_IN } : {}) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });

  const readLines = async (
    stream: ReadableStream<Uint8Array>,
    take: (line: string) => void,
  ): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
      waiters.wake();
    }
  };
  void readLines(child.stdout, (line) => {
    if (line.startsWith("PORT ")) port = Number(line.slice("PORT ".length));
    else printed.push(line);
  });
  void readLines(child.stderr, (line) => {
    const status = ACCESS.exec(line)?.[1];
    if (status === undefined) failures.push(line);
    else answers.push(Number(status));
  });
  await waiters.until(
    () => port !== 0,
    () => `the Flask handler did not start:\n${failures.join("\n")}`,
  );
  return {
    url: `http://127.0.0.1:${port}`,
    listener: `127.0.0.1:${port}`,
    printed,
    answers,
    answered: (count) =>
      waiters.until(
        () => answers.length >= count,
        () => `the Flask handler answered ${answers.length} of ${count} requests:\n${failures.join("\n")}`,
      ),
    close: async () => {
      child.kill();
      await child.exited;
      removeDirectory(directory);
    },
  };
};
