// In: a name, a role and a scope. Out: a new API token on standard output, and nothing else there, so
// that a script can take it. It is shown this once.
import { ROLES } from "../core/actor";
import { EXIT_CODE, StartupError } from "../core/errors";
import { isRole } from "../operations/admin-command";
import type { Command } from "./command";
import { runAdminCommand, type WithStoppedInstance } from "./operator";

const DAY_MS = 86_400_000;

const usageError = (message: string): StartupError => new StartupError(EXIT_CODE.usage, message);

const readExpiry = (days: string | undefined, now: number): number | null => {
  if (days === undefined) return null;
  const count = Number(days);
  if (!Number.isInteger(count) || count < 1 || count > 36_500)
    throw usageError("--expires-in-days must be a whole number from 1 to 36500.");
  return now + count * DAY_MS;
};

export const createTokenCommand = (withStopped: WithStoppedInstance, now: () => number): Command => ({
  name: "token create",
  summary: "Create an API token and print it",
  flags: {
    name: { value: "text", help: "what it is for" },
    role: { value: ROLES.join("|"), help: "what it may do; default admin" },
    scope: { value: "full|ingest", help: "ingest: only readings and heartbeats; default full" },
    organization: { value: "slug", help: "default: the first organization" },
    "expires-in-days": { value: "number", help: "default: never" },
  },
  run: async ({ loaded, flags, out, note }) => {
    const role = flags["role"] ?? "admin";
    const scope = flags["scope"] ?? "full";
    if (!isRole(role)) throw usageError(`--role must be one of ${ROLES.join(", ")}.`);
    if (scope !== "full" && scope !== "ingest") throw usageError("--scope must be full or ingest.");
    const result = await runAdminCommand(
      loaded.config,
      {
        kind: "create_token",
        name: flags["name"] ?? "created on the command line",
        role,
        scope,
        organization: flags["organization"] ?? null,
        expiresAt: readExpiry(flags["expires-in-days"], now()),
      },
      withStopped,
    );
    note(result.done);
    if (result.token !== undefined) out(result.token);
    return 0;
  },
});
