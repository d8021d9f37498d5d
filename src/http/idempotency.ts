// In: a write call with an Idempotency-Key. Out: its answer; the same call again within 24 hours gets
// that answer and is not carried out twice, at the same moment or after a restart either.
// What is kept is sealed with the caller's own credential: the file alone shows no secret of an answer.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Clock } from "../core/clock";
import { AppError } from "../core/errors";
import type { Log } from "../core/log";
import { sha256Hex } from "../lib/digest";
import type { Engine } from "../store/engine";
import type { Authenticate } from "./access";
import { pathOf } from "./address-guard";
import { BODY_LIMIT_BYTES, readBytes } from "./body";
import { problemOf, problemResponse } from "./problem";
import { factsOf, rememberFacts } from "./request-facts";
import type { RouteTable } from "./route-table";
import { readSessionCookie } from "./session-cookie";

export interface IdempotencyParts {
  engine: Engine;
  clock: Clock;
  log: Log;
  authenticate: Authenticate;
  routes: RouteTable;
}

export type Execute = (request: Request) => Promise<Response>;

interface Answer {
  status: number;
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
}

interface Call {
  tenantId: string;
  /** Digest: people put order numbers and worse into keys. */
  key: string;
  /** Changes with the method, the path, the body and the caller. */
  fingerprint: string;
  seal: Uint8Array;
}

const KEPT_MS = 24 * 60 * 60 * 1000;
const KEY = /^[\x21-\x7e]{1,255}$/;
const UNSAFE_METHODS = new Set(["POST", "PUT", "PATCH", "DELETE"]);
/** The status of a call that has begun and not ended. */
const BEGUN = 0;
const IV_BYTES = 12;
const TAG_BYTES = 16;

const FIND =
  "SELECT request_hash, status, content_type, body FROM idempotency_keys WHERE tenant_id = ? AND key = ? AND created_at > ?";
const FORGET_OLD = "DELETE FROM idempotency_keys WHERE created_at <= ?";
const BEGIN =
  "INSERT INTO idempotency_keys (tenant_id, key, request_hash, status, content_type, body, created_at) VALUES (?, ?, ?, 0, '', '', ?)";
const FINISH =
  "UPDATE idempotency_keys SET status = ?, content_type = ?, body = ? WHERE tenant_id = ? AND key = ?";
const FORGET = "DELETE FROM idempotency_keys WHERE tenant_id = ? AND key = ?";

const sealBody = (key: Uint8Array, body: Uint8Array): string => {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const sealed = Buffer.concat([cipher.update(body), cipher.final()]);
  return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString("base64");
};

const openBody = (key: Uint8Array, text: string): Uint8Array<ArrayBuffer> => {
  const bytes = Buffer.from(text, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
};

const keyed = (secret: string, purpose: string): Bun.CryptoHasher =>
  new Bun.CryptoHasher("sha256", secret).update(purpose);

const replay = (answer: Answer): Response =>
  new Response(answer.status === 204 ? null : answer.body, {
    status: answer.status,
    headers: {
      ...(answer.contentType === "" ? {} : { "content-type": answer.contentType }),
      "idempotency-replayed": "true",
    },
  });

const reused = (): AppError =>
  new AppError("invalid", "This Idempotency-Key was used for another request. Take a new one.", {
    code: "idempotency_key_reused",
    field: "Idempotency-Key",
  });

const interrupted = (): AppError =>
  new AppError(
    "conflict",
    "Andon was restarted while it carried out this request. Look whether it happened, then use a new key.",
    { code: "idempotency_interrupted" },
  );

/** Carries out `execute` for everything that the rule does not concern: reads, ingest, public calls. */
export const createIdempotency = ({ engine, clock, log, authenticate, routes }: IdempotencyParts) => {
  /** Calls that are being carried out; resolves to null when nothing was kept. */
  const running = new Map<string, { fingerprint: string; answer: Promise<Answer | null> }>();

  const identify = async (request: Request): Promise<{ tenantId: string } | null> => {
    const route = routes.find(request.method, pathOf(request.url));
    if (route?.access === undefined || route.access === "public" || route.access === "ingest") return null;
    try {
      return await authenticate(request, route.access);
    } catch {
      // The route itself gives the refusal.
      return null;
    }
  };

  const describeCall = (request: Request, tenantId: string, key: string, body: Uint8Array): Call => {
    const secret = request.headers.get("authorization") ?? readSessionCookie(request) ?? "";
    const target = request.url.slice(request.url.indexOf("/", 8));
    return {
      tenantId,
      key: sha256Hex(key),
      fingerprint: keyed(secret, "request")
        .update(`${request.method} ${target}\n`)
        .update(body)
        .digest("hex"),
      seal: keyed(secret, "answer").digest(),
    };
  };

  const find = async (call: Call): Promise<Answer | null> => {
    const [row] = await engine.query({ sql: FIND, params: [call.tenantId, call.key, clock.now() - KEPT_MS] });
    if (row === undefined) return null;
    const [fingerprint, status, contentType, body] = row;
    if (fingerprint !== call.fingerprint) throw reused();
    if (status === BEGUN) throw interrupted();
    return {
      status: Number(status),
      contentType: String(contentType),
      body: openBody(call.seal, String(body)),
    };
  };

  const keep = async (call: Call, response: Response): Promise<Answer | null> => {
    const params = [call.tenantId, call.key];
    try {
      // A refusal has changed nothing: the corrected request may use the same key.
      if (response.status >= 300) {
        await engine.batch([{ sql: FORGET, params }]);
        return null;
      }
      const answer: Answer = {
        status: response.status,
        contentType: response.headers.get("content-type") ?? "",
        body: new Uint8Array(await response.clone().arrayBuffer()),
      };
      const sealed = sealBody(call.seal, answer.body);
      await engine.batch([{ sql: FINISH, params: [answer.status, answer.contentType, sealed, ...params] }]);
      return answer;
    } catch (error) {
      // The call itself is done: its answer must reach the client.
      log.warn("an answer could not be kept for its idempotency key", { reason: String(error) });
      return null;
    }
  };

  const perform = async (
    call: Call,
    run: () => Promise<Response>,
    settle: (answer: Answer | null) => void,
  ) => {
    let answer: Answer | null = null;
    try {
      answer = await find(call);
      if (answer !== null) return replay(answer);
      const now = clock.now();
      await engine.batch([
        { sql: FORGET_OLD, params: [now - KEPT_MS] },
        { sql: BEGIN, params: [call.tenantId, call.key, call.fingerprint, now] },
      ]);
      const response = await run();
      answer = await keep(call, response);
      return response;
    } finally {
      settle(answer);
    }
  };

  const carryOut = async (call: Call, run: () => Promise<Response>): Promise<Response> => {
    const id = `${call.tenantId} ${call.key}`;
    for (let other = running.get(id); other !== undefined; other = running.get(id)) {
      if (other.fingerprint !== call.fingerprint) throw reused();
      const answer = await other.answer;
      if (answer !== null) return replay(answer);
    }
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    running.set(id, { fingerprint: call.fingerprint, answer: promise });
    return perform(call, run, (answer) => {
      running.delete(id);
      resolve(answer);
    });
  };

  const withKey = async (request: Request, key: string, execute: Execute): Promise<Response> => {
    const principal = await identify(request);
    if (principal === null) return execute(request);
    if (!KEY.test(key))
      throw new AppError("invalid", "Idempotency-Key takes 1 to 255 visible ASCII characters.", {
        field: "Idempotency-Key",
      });
    const body = await readBytes(request, BODY_LIMIT_BYTES);
    const copy = new Request(request.url, {
      method: request.method,
      headers: request.headers,
      ...(body.byteLength === 0 ? {} : { body }),
    });
    rememberFacts(copy, factsOf(request));
    return carryOut(describeCall(request, principal.tenantId, key, body), () => execute(copy));
  };

  return async (request: Request, key: string, execute: Execute): Promise<Response> => {
    if (!UNSAFE_METHODS.has(request.method)) return execute(request);
    try {
      return await withKey(request, key, execute);
    } catch (error) {
      if (error instanceof AppError) return problemResponse(problemOf(error), factsOf(request).requestId);
      throw error;
    }
  };
};

export type RunOnce = ReturnType<typeof createIdempotency>;
