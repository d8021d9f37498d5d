// In: a running application, IDs of one tenant, and a token of another. Out: every route with an ID
// that answers the other tenant differently than for an ID that nobody has.
import { listRoutes } from "../../src/http/route-table";
import type { TestServer } from "./server";
import type { TestStore } from "./store";

/** Time-ordered like a real one, but nobody's. */
export const UNKNOWN_ID = "01990000-0000-7000-8000-000000000000";

/** A second organization on the same instance, with an administrator's token. */
export const createOtherTenant = async (
  run: Pick<TestServer, "access"> & { opened: Pick<TestStore, "store"> },
): Promise<{ tenantId: string; token: string }> => {
  const { row, statements, put } = run.access.organizations.prepare("Other");
  await run.opened.store.engine.batch(statements);
  put();
  const { secret } = await run.access.tokens.create(run.access.system(row.id), {
    name: "other",
    role: "admin",
  });
  return { tenantId: row.id, token: secret };
};

export interface IsolationCheck {
  /** Of the tenant that must not see anything. */
  token: string;
  /** By route path up to its first parameter, that parameter included: an existing ID. */
  ids: Readonly<Record<string, string>>;
  /** By method: a body that the route's model accepts. Default: `{}`. */
  bodies?: Readonly<Record<string, unknown>>;
}

export interface IsolationResult {
  /** `METHOD path: status and text` where the two answers differ or are not 404. */
  differences: string[];
  /** Routes with an ID that the check has no ID for. */
  unknownRoutes: string[];
  count: number;
}

const withoutRequestId = (text: string): string => text.replace(/"request_id":"[^"]*"/, "");

export const checkTenantIsolation = async (
  run: Pick<TestServer, "server" | "call">,
  { token, ids, bodies = {} }: IsolationCheck,
): Promise<IsolationResult> => {
  const result: IsolationResult = { differences: [], unknownRoutes: [], count: 0 };
  for (const { method, path, access } of listRoutes(run.server.app)) {
    const end = /^[^:]*:\w+/.exec(path)?.[0];
    if (end === undefined || access === "public" || method === "WS") continue;
    const id = ids[end];
    if (id === undefined) {
      result.unknownRoutes.push(`${method} ${path}`);
      continue;
    }
    result.count++;
    const body = method === "GET" || method === "DELETE" ? undefined : (bodies[method] ?? {});
    const ask = async (value: string) => {
      const target = path.replace(/:\w+/, value).replace(/:\w+/g, UNKNOWN_ID);
      const answer = await run.call(method, target, { token, ...(body === undefined ? {} : { body }) });
      return { status: answer.status, text: withoutRequestId(answer.text) };
    };
    const foreign = await ask(id);
    const unknown = await ask(UNKNOWN_ID);
    if (foreign.status !== 404 || foreign.text !== unknown.text)
      result.differences.push(`${method} ${path}: ${foreign.status} ${foreign.text} / ${unknown.text}`);
  }
  return result;
};
