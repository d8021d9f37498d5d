// In: an e-mail address and, by standard input or made here, a password. Out: a new user, or an old
// one with a new password and no open sessions. A password that was made here is printed once.
import { ROLES } from "../core/actor";
import { EXIT_CODE, StartupError } from "../core/errors";
import { randomSecret } from "../lib/digest";
import { isRole } from "../operations/admin-command";
import type { Command, CommandContext, FlagSpec } from "./command";
import { runAdminCommand, type WithStoppedInstance } from "./operator";

const usageError = (message: string): StartupError => new StartupError(EXIT_CODE.usage, message);

/** Of 43 characters these are enough: 120 bits. */
const MADE_PASSWORD_LENGTH = 20;

const PASSWORD_FLAG: Readonly<Record<string, FlagSpec>> = {
  "password-stdin": { value: null, help: "read the password from standard input; else one is made" },
};

/** Not taken as a flag: other users of the machine see the flags of a program. */
const takePassword = async (context: CommandContext): Promise<{ password: string; isMade: boolean }> => {
  if (context.flags["password-stdin"] !== "true")
    return { password: randomSecret().slice(0, MADE_PASSWORD_LENGTH), isMade: true };
  const password = await context.readInput();
  if (password === "") throw usageError("--password-stdin is given but standard input is empty.");
  return { password, isMade: false };
};

const takeEmail = (context: CommandContext): string => {
  const email = context.flags["email"];
  if (email === undefined) throw usageError("--email is missing.");
  return email;
};

export const createUserCommands = (withStopped: WithStoppedInstance): Command[] => [
  {
    name: "user create",
    summary: "Create a user; prints the password when it was made here",
    flags: {
      email: { value: "address", help: "what the user logs in with" },
      name: { value: "text", help: "default: the e-mail address" },
      role: { value: ROLES.join("|"), help: "default admin" },
      organization: { value: "slug", help: "default: the first organization" },
      ...PASSWORD_FLAG,
    },
    run: async (context) => {
      const { flags, loaded, out, note } = context;
      const email = takeEmail(context);
      const role = flags["role"] ?? "admin";
      if (!isRole(role)) throw usageError(`--role must be one of ${ROLES.join(", ")}.`);
      const { password, isMade } = await takePassword(context);
      const result = await runAdminCommand(
        loaded.config,
        {
          kind: "create_user",
          email,
          name: flags["name"] ?? email,
          role,
          password,
          organization: flags["organization"] ?? null,
        },
        withStopped,
      );
      note(result.done);
      if (isMade) out(password);
      return 0;
    },
  },
  {
    name: "user reset-password",
    summary: "Give a user a new password and end the user's sessions",
    flags: { email: { value: "address", help: "whose password" }, ...PASSWORD_FLAG },
    run: async (context) => {
      const email = takeEmail(context);
      const { password, isMade } = await takePassword(context);
      const result = await runAdminCommand(
        context.loaded.config,
        { kind: "reset_password", email, password },
        withStopped,
      );
      context.note(result.done);
      if (isMade) context.out(password);
      return 0;
    },
  },
];
