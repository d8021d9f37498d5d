// In: a running product and the secrets planted in it. Out: its API, with every answer written down
// as somebody on the wire would see it, apart from a secret that is shown this once on purpose.
import { expect } from "bun:test";
import type { Canaries } from "./canaries";

type Fields = Record<string, unknown>;

export interface Seen {
  where: string;
  text: string;
  /** It shows where a channel sends to, path included. */
  mayShowUrl: boolean;
}

export interface Asked {
  body?: unknown;
  /** Sent as it is. */
  text?: string;
  headers?: Record<string, string>;
  /** Null: none. Default: the administrator's. */
  token?: string | null;
}

export interface ObservedApi {
  readonly seen: readonly Seen[];
  record(where: string, text: string, mayShowUrl?: boolean): void;
  ask(method: string, path: string, asked?: Asked): Promise<{ status: number; body: Fields }>;
  /** `path` begins after /api/v1; anything but 201 throws. */
  create(path: string, body: unknown): Promise<Fields>;
  /** The first 500 rows. */
  list(path: string): Promise<Fields[]>;
  /** The new token, which is a secret from now on. */
  makeToken(name: string, body: Fields): Promise<string>;
  /** The session cookie's value, which is a secret from now on. */
  signIn(email: string, password: string): Promise<string>;
  /** The live stream from its beginning to its present end. */
  readStream(): Promise<void>;
  /** Asks for each GET of the OpenAPI document, with every ID that its list knows; how many it were. */
  walk(headers: Record<string, string>, bearer: string | null): Promise<number>;
}

export interface ObservedApiParts {
  url: () => string;
  token: string;
  secrets: Canaries;
}

/** Answers that show where a channel sends to: the channel itself, and what its endpoint answered. */
const SHOWS_URL =
  /^\/api\/v1\/(?:notification-channels(?:\/[^/]+)?(?:\/test)?|deliveries\/[^/]+\/attempts)(?:\?.*)?$/;

export const createObservedApi = ({ url, token, secrets }: ObservedApiParts): ObservedApi => {
  const seen: Seen[] = [];

  const record = (where: string, text: string, mayShowUrl = false): void =>
    void seen.push({ where, text, mayShowUrl });

  const ask = async (
    method: string,
    path: string,
    asked: Asked = {},
  ): Promise<{ status: number; body: Fields }> => {
    const body = asked.text ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
    const bearer = asked.token === undefined ? token : asked.token;
    const response = await fetch(`${url()}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...asked.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const headers = JSON.stringify([...response.headers]);
    // The cookie is how a session's secret reaches the browser.
    const shown = `${response.status} ${headers}\n${text}`.replace(
      /andon_session=[^;"]+/g,
      "andon_session=(shown once)",
    );
    record(`${method} ${path}`, shown, response.ok && SHOWS_URL.test(path));
    const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return { status: response.status, body: isJson ? (JSON.parse(text) as Fields) : {} };
  };

  const create = async (path: string, body: unknown): Promise<Fields> => {
    const answer = await ask("POST", `/api/v1${path}`, { body });
    if (answer.status !== 201) throw new Error(`POST ${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  };

  const makeToken = async (name: string, body: Fields): Promise<string> => {
    const response = await fetch(`${url()}/api/v1/api-tokens`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ name, ...body }),
    });
    expect(response.status).toBe(201);
    const made = (await response.json()) as { token: string };
    record(`POST /api-tokens ${name}`, JSON.stringify({ ...made, token: "(shown once)" }));
    return secrets.adopt(`API token ${name}`, made.token);
  };

  const signIn = async (email: string, password: string): Promise<string> => {
    const response = await fetch(`${url()}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    expect(response.status).toBe(200);
    record("POST /session", await response.text());
    const cookie = /andon_session=([^;]+)/.exec(response.headers.get("set-cookie") ?? "")?.[1] ?? "";
    expect(cookie.length).toBeGreaterThan(20);
    return secrets.adopt("session cookie", cookie);
  };

  const list = async (path: string): Promise<Fields[]> =>
    ((await ask("GET", `/api/v1${path}${path.includes("?") ? "&" : "?"}limit=500`)).body["data"] ??
      []) as Fields[];

  const readStream = async (): Promise<void> => {
    const latest = new AbortController();
    const response = await fetch(`${url()}/api/v1/stream?after=0`, {
      headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" },
      signal: latest.signal,
    });
    expect(response.status).toBe(200);
    let text = "";
    let target = Number.POSITIVE_INFINITY;
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const hello = /"kind":"hello","seq":(\d+)|"seq":(\d+),"kind":"hello"/.exec(text);
        if (hello !== null) target = Number(hello[1] ?? hello[2]);
        if ([...text.matchAll(/"seq":(\d+)/g)].filter(([, seq]) => Number(seq) === target).length > 1) break;
      }
    } finally {
      latest.abort();
    }
    record("live stream", text, true);
  };

  /** Each GET of the OpenAPI document, with every ID that its list knows. */
  const walk = async (headers: Record<string, string>, bearer: string | null): Promise<number> => {
    const { body } = await ask("GET", "/docs/json");
    const documented = Object.entries(body["paths"] as Record<string, Fields>)
      .filter(([path, methods]) => "get" in methods && !path.endsWith("/stream"))
      .map(([path]) => path);
    /** By the path of a list. */
    const ids = new Map<string, string[]>();
    const expand = (path: string): string[] => {
      const start = path.indexOf("/{");
      if (start === -1) return [path];
      const [parameter] = /\{\w+\}/.exec(path) ?? [""];
      const values = parameter === "{metric}" ? ["temperature"] : (ids.get(path.slice(0, start)) ?? []);
      return values.flatMap((value) => expand(path.replace(parameter, value)));
    };
    let count = 0;
    for (const path of documented.toSorted((a, b) => a.split("{").length - b.split("{").length))
      for (const address of expand(path)) {
        const query = address.endsWith("/readings") ? "?metric=temperature" : "";
        const { body: answer } = await ask("GET", address + query, { headers, token: bearer });
        count++;
        if (Array.isArray(answer["data"]))
          ids.set(
            address,
            (answer["data"] as Fields[]).flatMap(({ id }) => (typeof id === "string" ? [id] : [])),
          );
      }
    return count;
  };

  return { seen, record, ask, create, list, makeToken, signIn, readStream, walk };
};
