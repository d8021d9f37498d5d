// In: the store and the first-start options. Out: everything about who may do what: organizations,
// projects, people, sessions, tokens, set-up, and the check that every request passes.
import { type Principal, SYSTEM } from "../core/actor";
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { TenantDirectory } from "../core/tenants";
import type { Authenticate } from "../http/access";
import { createKeyedLock } from "../lib/keyed-lock";
import type { Service } from "../lib/service";
import type { Store } from "../store/store";
import { createAuthenticate } from "./authenticate";
import { AccessBook } from "./book";
import { createOrganizationDesk, type OrganizationDesk } from "./organizations";
import type { AccessParts } from "./parts";
import { createPasswords, type PasswordCost, type Passwords } from "./passwords";
import { createAccessRepository } from "./repository";
import { createSessionDesk, type SessionDesk } from "./sessions";
import { createSetupDesk, type FirstStartOptions, type SetupDesk } from "./setup";
import { createSignInDesk, type SignInDesk } from "./sign-in";
import { createSignInLimits } from "./sign-in-limits";
import { createStillHolds } from "./still-holds";
import { createTenantDirectory } from "./tenants";
import { createTokenDesk, type TokenDesk } from "./tokens";
import { createUserDesk, type UserDesk } from "./users";

export interface AccessOptions {
  store: Store;
  clock: Clock;
  log: Log;
  config: FirstStartOptions;
  /** Cheaper hashes for tests. */
  passwordCost?: PasswordCost;
}

export interface Access extends Service {
  readonly authenticate: Authenticate;
  /** Of a principal from an earlier check: is its session or token still good? Not a use of it. */
  readonly stillHolds: (principal: Principal) => boolean;
  readonly tenants: TenantDirectory;
  readonly organizations: OrganizationDesk;
  readonly users: UserDesk;
  readonly tokens: TokenDesk;
  readonly sessions: SessionDesk;
  readonly signIn: SignInDesk;
  readonly setup: SetupDesk;
  /** One line for all: each check costs memory, whatever the password opens. */
  readonly passwords: Passwords;
  /** Andon itself acting in an organization; for the command line and the demo. */
  system(tenantId: string): Principal;
}

/** Times of last use reach the file so often at most. */
const FLUSH_MS = 60_000;

/**
 * Loads what is stored and applies the first-start options, so that `authenticate` and `tenants` answer
 * at once. Throws StartupError. `start` begins and `stop` ends the flushing of times of last use.
 */
export const createAccess = async (options: AccessOptions): Promise<Access> => {
  const { store, clock, log } = options;
  const repository = createAccessRepository(store);
  const rows = await repository.loadAll();
  const book = new AccessBook(rows);
  const parts: AccessParts = {
    engine: store.engine,
    repository,
    book,
    clock,
    log,
    passwords: createPasswords(options.passwordCost),
    lock: createKeyedLock(),
  };
  const limits = createSignInLimits(rows.attempts, repository);
  const sessions = createSessionDesk(parts);
  const tokens = createTokenDesk(parts);
  const users = createUserDesk(parts);
  const organizations = createOrganizationDesk(parts);
  const setup = createSetupDesk({ ...parts, organizations, users, tokens });
  await setup.prepare(options.config);

  let isRunning = false;
  let cancelFlush: CancelTimer = () => undefined;

  const flush = async (): Promise<void> => {
    const statements = [...tokens.flush(), ...sessions.flush(), ...limits.prune(clock.now())];
    if (statements.length === 0) return;
    try {
      await store.engine.batch(statements);
    } catch (error) {
      // Only times of last use: the next flush brings newer ones.
      log.warn("times of last use could not be stored", { reason: String(error) });
    }
  };

  const scheduleFlush = (): void => {
    cancelFlush = clock.after(FLUSH_MS, () => {
      void flush().then(() => {
        if (isRunning) scheduleFlush();
      });
    });
  };

  return {
    name: "access",
    authenticate: createAuthenticate({ tokens, sessions }),
    stillHolds: createStillHolds({ book, clock }),
    tenants: createTenantDirectory(book),
    organizations,
    users,
    tokens,
    sessions,
    signIn: createSignInDesk({ ...parts, sessions, limits }),
    setup,
    passwords: parts.passwords,
    system: (tenantId) => ({ tenantId, role: "admin", scope: "full", actor: SYSTEM }),
    start: async () => {
      if (isRunning) return;
      isRunning = true;
      scheduleFlush();
    },
    stop: async () => {
      setup.stop();
      if (!isRunning) return;
      isRunning = false;
      cancelFlush();
      await flush();
    },
  };
};
