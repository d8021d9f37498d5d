// In: /api/v1/ping-keys. Out: the keys of projects, in addresses of heartbeats that are found by their names.
import { Elysia, t } from "elysia";
import type { Principal } from "../../core/actor";
import type { Clock } from "../../core/clock";
import { invalid, notFound } from "../../core/errors";
import type { TenantDirectory } from "../../core/tenants";
import { isoMillis } from "../../core/time";
import type { AccessPlugin } from "../../http/access";
import { journalStatement } from "../../journal/append";
import { randomSecret, sha256Hex } from "../../lib/digest";
import { maskText } from "../../lib/secrets";
import { emptyPlan, type Commit } from "../../notify/plan";
import {
  removePingKeyStatement,
  savePingKeyStatement,
  type HeartbeatDirectory,
  type PingKey,
} from "./directory";

export interface PingKeyRouteParts {
  directory: HeartbeatDirectory;
  tenants: TenantDirectory;
  commit: Commit;
  clock: Clock;
  baseUrl: () => string;
}

const PingKeyWire = t.Object({
  id: t.String({ description: "The project's" }),
  project_id: t.String(),
  key: t.String({ description: "Whole in the answer that made it, else its last characters" }),
  created_at: t.String(),
});

const PingKeyMade = t.Composite([
  PingKeyWire,
  t.Object({ ping_url: t.String({ description: "Put the heartbeat's slug behind it" }) }),
]);

const present = ({ projectId, hint, createdAt }: PingKey) => ({
  id: projectId,
  project_id: projectId,
  key: hint,
  created_at: isoMillis(createdAt),
});

const OBJECT = "ping_key";

/** Give it to the server. */
export const pingKeyRoutes = (access: AccessPlugin, parts: PingKeyRouteParts) => {
  const { directory, tenants, commit, clock } = parts;
  const tags = ["Heartbeats"];

  const nameOf = (tenantId: string, projectId: string): string =>
    tenants.project(tenantId, projectId)?.name ?? projectId;

  const journal = (
    { tenantId, actor }: Principal,
    projectId: string,
    change: "config.created" | "config.deleted",
  ) => {
    const row = { tenantId, subjectId: projectId, actor, at: clock.now() };
    const what = { object: OBJECT, id: projectId, name: nameOf(tenantId, projectId) };
    return change === "config.created"
      ? journalStatement({ ...row, kind: change, data: { ...what, state: {} } })
      : journalStatement({ ...row, kind: change, data: what });
  };

  return new Elysia({ prefix: "/api/v1/ping-keys" })
    .use(access)
    .get("", ({ principal: { tenantId } }) => ({ data: directory.keysOf(tenantId).map(present) }), {
      access: "editor",
      response: t.Object({ data: t.Array(PingKeyWire) }),
      detail: { summary: "List ping keys", description: "One per project at most.", tags },
    })
    .post(
      "",
      async ({ principal, body, set }) => {
        const { tenantId } = principal;
        const projectId = body.project_id ?? tenants.defaultProject(tenantId).id;
        if (tenants.project(tenantId, projectId) === undefined)
          throw invalid("project_id", "There is no project with this ID.");
        const secret = randomSecret();
        const key: PingKey = {
          projectId,
          tenantId,
          keyHash: sha256Hex(secret),
          hint: maskText(secret),
          createdAt: clock.now(),
        };
        const plan = emptyPlan();
        plan.statements.push(savePingKeyStatement(key), journal(principal, projectId, "config.created"));
        plan.afterCommit.push(() => directory.putKey(key));
        await commit(plan);
        set.status = 201;
        return { ...present(key), key: secret, ping_url: `${parts.baseUrl()}/ping/${secret}/` };
      },
      {
        access: "editor",
        body: t.Object(
          { project_id: t.Optional(t.String({ minLength: 1 })) },
          { additionalProperties: false },
        ),
        response: { 201: PingKeyMade },
        detail: {
          summary: "Make a project's ping key",
          description: "Takes the place of the one before, whose addresses are unknown from then on.",
          tags,
        },
      },
    )
    .delete(
      "/:id",
      async ({ principal, params, set }) => {
        const key = directory.keyOf(principal.tenantId, params.id);
        if (key === undefined) throw notFound("ping key");
        const plan = emptyPlan();
        plan.statements.push(
          removePingKeyStatement(key.projectId),
          journal(principal, key.projectId, "config.deleted"),
        );
        plan.afterCommit.push(() => directory.removeKey(key.projectId));
        await commit(plan);
        set.status = 204;
        return null;
      },
      {
        access: "editor",
        response: { 204: t.Null() },
        detail: { summary: "Delete a project's ping key", tags },
      },
    );
};
