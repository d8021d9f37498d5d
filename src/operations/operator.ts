// In: a command of the machine's operator. Out: it carried out by the access slice, in the name of
// Andon itself: whoever can read the data directory needs no other permission.
import type { Access } from "../access/access";
import { AppError } from "../core/errors";
import type { AdminCommand, AdminResult, PerformAdminCommand } from "./admin-command";

export interface OperatorParts {
  access: Pick<Access, "organizations" | "users" | "tokens" | "setup" | "system" | "tenants">;
}

/** Rejects with AppError whose message is for the operator. */
export const createOperator = ({ access }: OperatorParts): PerformAdminCommand => {
  const findOrganization = async (slug: string | null): Promise<{ id: string; name: string }> => {
    // On a fresh instance a token or user sets it up, as the wizard would.
    if (slug === null) return access.setup.ensureOrganization();
    for (const organization of access.tenants.organizations())
      if (organization.slug === slug) return organization;
    throw new AppError("not_found", `There is no organization with the slug ${slug}.`);
  };

  const perform = async (command: AdminCommand): Promise<AdminResult> => {
    switch (command.kind) {
      case "create_token": {
        const { id, name } = await findOrganization(command.organization);
        const { token, secret } = await access.tokens.create(access.system(id), {
          name: command.name,
          scope: command.scope,
          expiresAt: command.expiresAt,
          ...(command.scope === "full" ? { role: command.role } : {}),
        });
        return { done: `Token "${token.name}" for ${name}. It is not shown again:`, token: secret };
      }
      case "create_user": {
        const { id, name } = await findOrganization(command.organization);
        const user = await access.users.create(access.system(id), {
          email: command.email,
          name: command.name,
          role: command.role,
          password: command.password,
        });
        return { done: `User ${user.email} (${user.role}) in ${name}.` };
      }
      case "reset_password": {
        const user = access.users.findByEmail(command.email);
        if (user === undefined) throw new AppError("not_found", `There is no user ${command.email}.`);
        await access.users.update(access.system(user.tenantId), user.id, { password: command.password });
        return { done: `${user.email} has a new password and is signed out everywhere.` };
      }
    }
  };
  return perform;
};
