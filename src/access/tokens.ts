// In: wishes for API tokens. Out: tokens, each shown once at its creation and kept as a hash.
// A token of scope `ingest` can send readings and heartbeats and nothing else.
import type { Role, TokenScope } from "../core/actor";
import { AppError, invalid, notFound } from "../core/errors";
import { newId } from "../core/ids";
import { isoMillisOrNull } from "../core/time";
import { randomSecret, sha256Hex } from "../lib/digest";
import type { Statement } from "../store/engine";
import type { LiveToken } from "./book";
import { type AccessParts, type Doer, recorded } from "./parts";
import type { TokenRow } from "./repository";

export const TOKEN_PREFIX = "andon_";
const HINT_LENGTH = 4;

export interface TokenInput {
  name: string;
  scope?: TokenScope | undefined;
  /** Default: editor; tokens of scope `ingest` have no role of their own. */
  role?: Role | undefined;
  /** Milliseconds; null never. */
  expiresAt?: number | null | undefined;
}

export interface TokenChange {
  name?: string | undefined;
  expiresAt?: number | null | undefined;
}

export interface TokenDesk {
  /** `secret` is the only time that the token is shown. */
  create(doer: Doer, input: TokenInput): Promise<{ token: TokenRow; secret: string }>;
  update(doer: Doer, id: string, change: TokenChange): Promise<TokenRow>;
  remove(doer: Doer, id: string): Promise<void>;
  of(tenantId: string): TokenRow[];
  find(tenantId: string, id: string): TokenRow;
  /** The token behind what was presented, unless unknown or expired; counts as use. */
  present(secret: string): LiveToken | undefined;
  /** Row and statements of an administrator's token with a given secret; for the bootstrap token. */
  prepareBootstrap(doer: Doer, secret: string): { row: TokenRow; statements: Statement[] };
  /** Statements for the times of last use since the last call. */
  flush(): Statement[];
}

const describeToken = (row: TokenRow): Record<string, unknown> => ({
  name: row.name,
  scope: row.scope,
  role: row.role,
  hint: row.hint,
  expires_at: isoMillisOrNull(row.expiresAt),
});

export const createTokenDesk = ({ engine, repository, book, clock, lock }: AccessParts): TokenDesk => {
  const used = new Set<LiveToken>();

  const find = (tenantId: string, id: string): TokenRow => {
    const token = book.tokens.get(id);
    if (token === undefined || token.row.tenantId !== tenantId) throw notFound("API token");
    return token.row;
  };

  const compose = (
    doer: Doer,
    secret: string,
    values: Pick<TokenRow, "name" | "scope" | "role" | "expiresAt" | "isBootstrap">,
  ): { row: TokenRow; statements: Statement[] } => {
    const now = clock.now();
    const row: TokenRow = {
      id: newId(),
      tenantId: doer.tenantId,
      tokenHash: sha256Hex(secret),
      hint: secret.slice(-HINT_LENGTH),
      createdBy: doer.actor.id ?? doer.actor.name,
      createdAt: now,
      lastUsedAt: null,
      ...values,
    };
    const data = { object: "api_token", id: row.id, name: row.name, state: describeToken(row) };
    return {
      row,
      statements: [repository.insertToken(row), recorded("config.created", doer, row.id, data, now)],
    };
  };

  const checkExpiry = (expiresAt: number | null): void => {
    if (expiresAt !== null && expiresAt <= clock.now())
      throw invalid("expires_at", "expires_at must lie in the future.");
  };

  const checkNotLastAdministrator = (row: TokenRow): void => {
    if (book.users.size > 0 || row.role !== "admin" || row.scope !== "full") return;
    for (const { row: other } of book.tokens.values())
      if (other.id !== row.id && other.role === "admin" && other.scope === "full") return;
    throw new AppError("conflict", "This token is the only administrator. Create a user first.", {
      code: "last_administrator",
    });
  };

  return {
    create: async (doer, input) => {
      const expiresAt = input.expiresAt ?? null;
      checkExpiry(expiresAt);
      const scope = input.scope ?? "full";
      if (scope === "ingest" && input.role !== undefined)
        throw invalid("role", "A token of scope ingest has no role.");
      const secret = `${TOKEN_PREFIX}${randomSecret()}`;
      const role = scope === "ingest" ? "viewer" : (input.role ?? "editor");
      const { row, statements } = compose(doer, secret, {
        name: input.name,
        scope,
        role,
        expiresAt,
        isBootstrap: false,
      });
      await engine.batch(statements);
      book.putToken(row);
      return { token: row, secret };
    },
    update: (doer, id, change) =>
      lock.run(doer.tenantId, async () => {
        const before = find(doer.tenantId, id);
        const after: TokenRow = {
          ...before,
          name: change.name ?? before.name,
          expiresAt: change.expiresAt === undefined ? before.expiresAt : change.expiresAt,
        };
        if (after.expiresAt !== before.expiresAt) checkExpiry(after.expiresAt);
        const changes = {
          ...(after.name === before.name ? {} : { name: after.name }),
          ...(after.expiresAt === before.expiresAt ? {} : { expires_at: isoMillisOrNull(after.expiresAt) }),
        };
        const data = { object: "api_token", id, name: after.name, changes };
        await engine.batch([
          repository.updateToken(after),
          recorded("config.updated", doer, id, data, clock.now()),
        ]);
        book.putToken(after);
        return after;
      }),
    remove: (doer, id) =>
      lock.run(doer.tenantId, async () => {
        const row = find(doer.tenantId, id);
        checkNotLastAdministrator(row);
        const data = { object: "api_token", id, name: row.name };
        await engine.batch([
          repository.deleteToken(id),
          recorded("config.deleted", doer, id, data, clock.now()),
        ]);
        book.removeToken(row);
      }),
    of: (tenantId) => [...book.tokensOf(tenantId)].map(({ row }) => row),
    find,
    present: (secret) => {
      const token = book.tokenByHash(sha256Hex(secret));
      if (token === undefined) return undefined;
      const now = clock.now();
      const { row } = token;
      if (row.expiresAt !== null && row.expiresAt <= now) return undefined;
      row.lastUsedAt = now;
      used.add(token);
      return token;
    },
    prepareBootstrap: (doer, secret) =>
      compose(doer, secret, {
        name: "ANDON_BOOTSTRAP_TOKEN",
        scope: "full",
        role: "admin",
        expiresAt: null,
        isBootstrap: true,
      }),
    flush: () => {
      const statements = [...used].map(({ row }) =>
        repository.touchToken(row.id, row.lastUsedAt ?? clock.now()),
      );
      used.clear();
      return statements;
    },
  };
};
