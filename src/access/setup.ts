// In: a fresh instance. Out: its first organization and administrator, exactly once: from the
// environment (a token, or address and password), or by a person with the one-time link in the log.
import { type Actor, SYSTEM } from "../core/actor";
import type { CancelTimer } from "../core/clock";
import { AppError, EXIT_CODE, StartupError } from "../core/errors";
import { equalSecrets, randomSecret, sha256Hex } from "../lib/digest";
import type { Statement } from "../store/engine";
import { DEFAULT_NAME, type OrganizationDesk } from "./organizations";
import { type AccessParts, recorded } from "./parts";
import type { OrganizationRow, TokenRow, UserRow } from "./repository";
import type { TokenDesk } from "./tokens";
import type { UserDesk } from "./users";

export interface FirstStartOptions {
  adminEmail: string | null;
  adminPassword: string | null;
  bootstrapToken: string | null;
}

export interface SetupRequest {
  token: string;
  email: string;
  password: string;
  name?: string | undefined;
  /** Default: Default. */
  organization?: string | undefined;
}

export interface SetupDesk {
  /** Nobody can administer this instance yet. */
  readonly isNeeded: boolean;
  /** The one-time token; null when set-up is done, or while a new one is not due yet. */
  readonly token: string | null;
  /** Called with each new token: once at first, and again after five wrong tries. */
  onToken(listener: (token: string) => void): void;
  /** Throws `forbidden` for a wrong token, `conflict` when set-up was done. */
  complete(request: SetupRequest): Promise<{ user: UserRow; organization: OrganizationRow }>;
  /** Applies the environment; without it makes the one-time token. Throws StartupError. */
  prepare(options: FirstStartOptions): Promise<void>;
  /** The oldest organization; made with its default project when there is none. */
  ensureOrganization(): Promise<OrganizationRow>;
  stop(): void;
}

export interface SetupParts extends AccessParts {
  organizations: OrganizationDesk;
  users: UserDesk;
  tokens: TokenDesk;
}

const MAX_TRIES = 5;
/** Between a token that was tried too often and the next: keeps a guesser from filling the log. */
const RENEW_AFTER_MS = 60_000;
const SHORTEST_BOOTSTRAP_TOKEN = 32;

export const createSetupDesk = (parts: SetupParts): SetupDesk => {
  const { engine, repository, book, clock, log, organizations, users, tokens } = parts;
  const listeners = new Set<(token: string) => void>();
  let token: string | null = null;
  let triesLeft = MAX_TRIES;
  let isBeingCompleted = false;
  let cancelRenewal: CancelTimer = () => undefined;

  const issueToken = (): void => {
    if (book.hasAdministrator) return;
    token = randomSecret();
    triesLeft = MAX_TRIES;
    for (const listener of listeners) listener(token);
  };

  const countWrongTry = (): void => {
    triesLeft--;
    if (triesLeft > 0 || token === null) return;
    token = null;
    log.warn("the set-up link was tried too often; a new one follows", {
      after_seconds: RENEW_AFTER_MS / 1000,
    });
    cancelRenewal = clock.after(RENEW_AFTER_MS, issueToken);
  };

  const checkToken = (presented: string): void => {
    if (book.hasAdministrator || isBeingCompleted)
      throw new AppError("conflict", "Andon is set up already. Sign in.", { code: "already_set_up" });
    if (token !== null && equalSecrets(presented, token)) return;
    countWrongTry();
    throw new AppError("forbidden", "This set-up link is not valid. Take the newest one from the log.", {
      code: "setup_token",
    });
  };

  const home = (name: string): { row: OrganizationRow; statements: Statement[]; put: () => void } => {
    const row = organizations.first();
    return row === undefined ? organizations.prepare(name) : { row, statements: [], put: () => undefined };
  };

  const asPerson = (row: UserRow): Actor => ({ kind: "user", id: row.id, name: row.name });

  /** The first user and, where there is none, the organization, in one commit. */
  const createAdministrator = async (request: Omit<SetupRequest, "token">) => {
    const { row: organization, statements, put } = home(request.organization ?? DEFAULT_NAME);
    const doer = { tenantId: organization.id, actor: SYSTEM };
    const { email, password, name } = request;
    const made = await users.prepare(doer, { email, password, name, role: "admin" });
    const data = { id: made.row.id, name: made.row.name };
    await engine.batch([
      ...statements,
      ...made.statements,
      recorded(
        "access.setup_completed",
        { tenantId: organization.id, actor: asPerson(made.row) },
        organization.id,
        data,
        clock.now(),
      ),
    ]);
    put();
    book.putUser(made.row);
    return { user: made.row, organization };
  };

  const applyBootstrapToken = async (secret: string): Promise<void> => {
    if (secret.length < SHORTEST_BOOTSTRAP_TOKEN)
      throw new StartupError(
        EXIT_CODE.usage,
        `ANDON_BOOTSTRAP_TOKEN must have at least ${SHORTEST_BOOTSTRAP_TOKEN} characters.`,
      );
    const present = book.tokenByHash(sha256Hex(secret));
    if (present !== undefined) return;
    const { row: organization, statements, put } = home(DEFAULT_NAME);
    const doer = { tenantId: organization.id, actor: SYSTEM };
    const made = tokens.prepareBootstrap(doer, secret);
    const replaced: TokenRow[] = [...book.tokens.values()]
      .map(({ row }) => row)
      .filter((row) => row.isBootstrap);
    await engine.batch([
      ...statements,
      ...replaced.flatMap((row) => [
        repository.deleteToken(row.id),
        recorded(
          "config.deleted",
          { tenantId: row.tenantId, actor: SYSTEM },
          row.id,
          { object: "api_token", id: row.id, name: row.name },
          clock.now(),
        ),
      ]),
      ...made.statements,
    ]);
    put();
    for (const row of replaced) book.removeToken(row);
    book.putToken(made.row);
    log.info(replaced.length > 0 ? "bootstrap token replaced" : "bootstrap token accepted", {
      hint: made.row.hint,
    });
  };

  const applyAdministrator = async (email: string, password: string): Promise<void> => {
    // Later starts leave the people alone: they may have changed their address or password.
    if (book.users.size > 0) return;
    try {
      await createAdministrator({ email, password });
    } catch (error) {
      if (error instanceof AppError && error.kind === "invalid")
        throw new StartupError(
          EXIT_CODE.usage,
          `ANDON_ADMIN_${error.context.field === "email" ? "EMAIL" : "PASSWORD"}: ${error.message}`,
          error,
        );
      throw error;
    }
    log.info("first administrator created from the environment");
  };

  return {
    get isNeeded() {
      return !book.hasAdministrator;
    },
    get token() {
      return token;
    },
    onToken: (listener) => {
      listeners.add(listener);
      if (token !== null) listener(token);
    },
    complete: async ({ token: presented, ...request }) => {
      checkToken(presented);
      isBeingCompleted = true;
      try {
        const done = await createAdministrator(request);
        token = null;
        return done;
      } finally {
        isBeingCompleted = false;
      }
    },
    prepare: async ({ adminEmail, adminPassword, bootstrapToken }) => {
      if (bootstrapToken !== null) await applyBootstrapToken(bootstrapToken);
      if ((adminEmail === null) !== (adminPassword === null))
        throw new StartupError(
          EXIT_CODE.usage,
          "ANDON_ADMIN_EMAIL and ANDON_ADMIN_PASSWORD belong together. Set both or neither.",
        );
      if (adminEmail !== null && adminPassword !== null) await applyAdministrator(adminEmail, adminPassword);
      issueToken();
    },
    ensureOrganization: async () => {
      const { row, statements, put } = home(DEFAULT_NAME);
      if (statements.length > 0) await engine.batch(statements);
      put();
      return row;
    },
    stop: () => cancelRenewal(),
  };
};
