// In: /api/v1/alerts. Out: alerts listed, read, acknowledged, resolved and commented on.
import { Elysia, t } from "elysia";
import { ALERT_STATUSES, type AlertSnapshot } from "../core/events";
import type { MachineDirectory } from "../core/machine";
import { isNumberKey, readPage, toPage } from "../core/paging";
import { readTime, readWords } from "../core/query";
import { SEVERITIES } from "../core/severity";
import { isoMillis } from "../core/time";
import type { PolicyBook } from "../escalation/policies";
import type { EscalationRepository } from "../escalation/repository";
import type { AccessPlugin } from "../http/access";
import { JournalEntryWire, pageFields, pageOf } from "../http/models";
import type { JournalFeed } from "../journal/feed";
import type { ReadTold } from "../notify/read-told";
import { NotificationsWire, presentNotifications } from "../notify/wire";
import { snapshotOf } from "./book";
import type { AlertDesk } from "./desk";
import type { AlertRepository } from "./repository";
import {
  AlertCounts,
  AlertWire,
  NoteBody,
  NoteCreate,
  presentAlert,
  presentJournalEvent,
  type NextEscalation,
} from "./wire";

export interface AlertRouteParts {
  desk: AlertDesk;
  repository: AlertRepository;
  machines: MachineDirectory;
  escalations: EscalationRepository;
  policies: PolicyBook;
  channelName: (tenantId: string, channelId: string) => string | undefined;
  journal: JournalFeed;
  /** Messages about one subject, as the deliveries API shows them, oldest first. */
  deliveriesOf: (tenantId: string, subjectId: string) => Promise<Record<string, unknown>[]>;
  /** Who was told of a subject, and why others were not. */
  told: ReadTold;
}

const AlertQuery = t.Object(
  {
    ...pageFields,
    status: t.Optional(
      t.String({ description: "triggered, acknowledged, resolved, or several with commas" }),
    ),
    severity: t.Optional(t.String({ description: "info, warning, critical, or several with commas" })),
    machine_id: t.Optional(t.String()),
    rule_id: t.Optional(t.String()),
    from: t.Optional(t.String({ description: "created_at from, ISO 8601" })),
    to: t.Optional(t.String({ description: "created_at to, ISO 8601" })),
  },
  { additionalProperties: false },
);

/** Give it to the server; IDs in paths may be running numbers. */
export const alertRoutes = (access: AccessPlugin, parts: AlertRouteParts) => {
  const { desk, repository, machines, escalations, policies, channelName, journal, deliveriesOf, told } =
    parts;
  const tags = ["Alerts"];

  /** The earliest step that comes if nobody acts, per alert. */
  const nextEscalations = async (
    tenantId: string,
    alerts: readonly AlertSnapshot[],
  ): Promise<Map<string, NextEscalation>> => {
    const waiting = alerts.filter((alert) => alert.status === "triggered").map((alert) => alert.id);
    const next = new Map<string, NextEscalation>();
    const runs = (await escalations.runsOfAlerts(waiting)).filter(({ status }) => status === "pending");
    // The earliest one is set last, and stays.
    for (const run of runs.toSorted((a, b) => b.dueAt - a.dueAt)) {
      const policy = policies.find(tenantId, run.policyId);
      const channelId = policy?.steps[run.step]?.channel_id;
      if (policy === undefined || channelId === undefined) continue;
      next.set(run.alertId, {
        policy_id: policy.id,
        policy_name: policy.name,
        channel_id: channelId,
        channel_name: channelName(tenantId, channelId) ?? "",
        due_at: isoMillis(run.dueAt),
      });
    }
    return next;
  };

  const presentOne = async (alert: AlertSnapshot, occurrences: number): Promise<AlertWire> =>
    presentAlert(alert, occurrences, (await nextEscalations(alert.tenantId, [alert])).get(alert.id) ?? null);

  const afterVerb = async (alert: AlertSnapshot): Promise<AlertWire> => {
    const { occurrences } = await desk.find(alert.tenantId, alert.id);
    return presentOne(alert, occurrences);
  };

  return new Elysia({ prefix: "/api/v1/alerts" })
    .use(access)
    .get(
      "",
      async ({ principal, query }) => {
        const page = readPage(query, isNumberKey);
        const status = readWords("status", query.status, ALERT_STATUSES);
        const severity = readWords("severity", query.severity, SEVERITIES);
        const from = readTime("from", query.from);
        const to = readTime("to", query.to);
        const rows = await repository.list(
          principal.tenantId,
          {
            ...(status === undefined ? {} : { status }),
            ...(severity === undefined ? {} : { severity }),
            ...(!query.machine_id ? {} : { machineId: query.machine_id }),
            ...(!query.rule_id ? {} : { ruleId: query.rule_id }),
            ...(from === undefined ? {} : { from }),
            ...(to === undefined ? {} : { to }),
          },
          page,
        );
        const shown = rows.map((row) => ({ row, alert: snapshotOf(row, machines) }));
        const next = await nextEscalations(
          principal.tenantId,
          shown.slice(0, page.limit).map(({ alert }) => alert),
        );
        return toPage(
          shown,
          page,
          ({ row }) => row.number,
          ({ row, alert }) => presentAlert(alert, row.occurrences, next.get(alert.id) ?? null),
        );
      },
      {
        access: "viewer",
        query: AlertQuery,
        response: pageOf(AlertWire),
        detail: { summary: "List alerts", description: "Newest first.", tags },
      },
    )
    .get(
      "/counts",
      async ({ principal }) => {
        const counts = {
          triggered: 0,
          acknowledged: 0,
          open_by_severity: { critical: 0, warning: 0, info: 0 },
        };
        for (const { status, severity, count } of await repository.counts(principal.tenantId)) {
          if (status === "triggered" || status === "acknowledged") counts[status] += count;
          counts.open_by_severity[severity] += count;
        }
        return counts;
      },
      {
        access: "viewer",
        response: AlertCounts,
        detail: { summary: "Count open alerts", tags },
      },
    )
    .get(
      "/:id",
      async ({ principal, params }) => {
        const { alert, occurrences } = await desk.find(principal.tenantId, params.id);
        return presentOne(alert, occurrences);
      },
      {
        access: "viewer",
        response: AlertWire,
        detail: { summary: "Read an alert", description: "By ID or running number.", tags },
      },
    )
    .get(
      "/:id/timeline",
      async ({ principal, params }) => {
        const { alert } = await desk.find(principal.tenantId, params.id);
        const [entries, deliveries] = await Promise.all([
          journal.timelineOf(principal.tenantId, alert.id),
          deliveriesOf(principal.tenantId, alert.id),
        ]);
        return { data: entries.map(presentJournalEvent), deliveries };
      },
      {
        access: "viewer",
        response: t.Object({
          data: t.Array(JournalEntryWire),
          deliveries: t.Array(t.Record(t.String(), t.Any())),
        }),
        detail: {
          summary: "Read an alert's timeline",
          description: "Everything that happened to it, and every message about it, oldest first.",
          tags,
        },
      },
    )
    .get(
      "/:id/notifications",
      async ({ principal, params }) => {
        const { alert } = await desk.find(principal.tenantId, params.id);
        return presentNotifications(await told(principal.tenantId, alert.id));
      },
      {
        access: "viewer",
        response: NotificationsWire,
        detail: {
          summary: "Read who was told of an alert, and why others were not",
          description:
            "For each thing that happened to it, oldest first: every channel of the organization at that moment, with how its message stands, or the rule that kept it away.",
          tags,
        },
      },
    )
    .post(
      "/:id/acknowledge",
      async ({ principal, params, body }) =>
        afterVerb(await desk.acknowledge(principal, params.id, body?.note ?? null)),
      {
        access: "responder",
        body: NoteBody,
        response: AlertWire,
        detail: {
          summary: "Acknowledge an alert",
          description: "Stops its escalations. 409 when somebody already has.",
          tags,
        },
      },
    )
    .post(
      "/:id/resolve",
      async ({ principal, params, body }) =>
        afterVerb(await desk.resolve(principal, params.id, body?.note ?? null)),
      {
        access: "responder",
        body: NoteBody,
        response: AlertWire,
        detail: {
          summary: "Resolve an alert",
          description: "The rule triggers again only after its condition has cleared in between.",
          tags,
        },
      },
    )
    .post(
      "/:id/notes",
      async ({ principal, params, body, set }) => {
        await desk.addNote(principal, params.id, body.text);
        set.status = 201;
        return { text: body.text };
      },
      {
        access: "responder",
        body: NoteCreate,
        response: { 201: t.Object({ text: t.String() }) },
        detail: { summary: "Add a note to an alert", tags },
      },
    );
};
