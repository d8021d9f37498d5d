// In: an alert and its journal. Out: the parts of its page that only show.
import { html, type TemplateResult } from "lit";
import type { Alert, TimelineEntry } from "../api/alerts";
import type { Rule } from "../api/rules";
import type { MarkKind } from "../elements/mark";
import type { TimelineItem } from "../elements/timeline";
import { hasValue, metricTitle, showValue, type AlertContext } from "../text/alert-words";
import { text } from "../text/en";
import { formatFullTime, formatTime } from "../text/format";
import { conditionWords } from "../text/rule-words";

const words = text.alert;

/** What comes if nobody acts; nothing once somebody has. */
export const alertNext = (alert: Alert): TemplateResult | null => {
  if (alert.status !== "triggered") return null;
  const next = alert.next_escalation;
  return html`<section class="card pad next">
    <h2 class="sub">${words.next}</h2>
    ${
      next === null
        ? html`<p>${words.nobody}</p>`
        : html`<p class="countdown num"><andon-since mode="until" .at=${next.due_at}></andon-since></p>
            <p>${next.channel_name} <span class="sub">${next.policy_name}</span></p>`
    }
  </section>`;
};

const time = (at: string): TemplateResult =>
  html`<time datetime=${at} title=${formatFullTime(at)}>${formatTime(at)}</time>`;

const ending = (alert: Alert): string => {
  if (alert.resolve_reason === "rule_removed") return words.ruleRemoved;
  return alert.resolve_reason === "resolved_by_person" ? words.by(alert.resolved_by ?? "") : words.itself;
};

const PAGES: Record<string, string> = { service: "/services", monitor: "/monitors" };

/** The machine, or what stands in for one. */
const subject = (alert: Alert): TemplateResult => {
  const isStandIn = alert.machine_number === 0;
  const page = isStandIn ? PAGES[alert.machine_type] : "/machines";
  const name = alert.machine_name;
  return html`<dt>${isStandIn ? (words.standIns[alert.machine_type] ?? words.standIn) : words.machine}</dt>
    <dd>${page === undefined ? name : html`<a href="${page}/${alert.machine_id}">${name}</a>`}</dd>`;
};

export const alertFacts = (alert: Alert, context: AlertContext, rule: Rule | undefined): TemplateResult => {
  const labels = Object.entries(alert.labels);
  return html`<section class="card pad" aria-labelledby="facts">
    <h2 id="facts" class="unseen">${words.facts}</h2>
    <dl class="facts">
      ${subject(alert)}
      <dt>${words.rule}</dt>
      <dd>
        ${alert.rule_number === 0 ? alert.name : html`<a href="/rules/${alert.rule_id}">${alert.name}</a>`}
        ${rule === undefined ? null : html`<span class="sub">${conditionWords(rule.condition, { unit: alert.unit, metricTitle: metricTitle(alert, context) })}</span>`}
      </dd>
      ${
        !hasValue(alert, context)
          ? null
          : html`<dt>${words.valueAtStart}</dt>
              <dd>${showValue(alert, alert.metric_value)}</dd>
              <dt>${words.limit}</dt>
              <dd>${showValue(alert, alert.threshold_value)}</dd>`
      }
      <dt>${words.began}</dt>
      <dd>${time(alert.triggered_at)}</dd>
      ${
        Math.abs(Date.parse(alert.created_at) - Date.parse(alert.triggered_at)) > 10_000
          ? html`<dt>${words.decided}</dt>
              <dd>${time(alert.created_at)}</dd>`
          : null
      }
      ${
        alert.acknowledged_at === null
          ? null
          : html`<dt>${words.acknowledged}</dt>
              <dd>
                ${time(alert.acknowledged_at)}
                <span class="sub">${words.by(alert.acknowledged_by ?? "")}</span>
              </dd>`
      }
      ${
        alert.resolved_at === null
          ? null
          : html`<dt>${words.resolved}</dt>
              <dd>${time(alert.resolved_at)} <span class="sub">${ending(alert)}</span></dd>
              <dt>${words.lasted}</dt>
              <dd><andon-since .at=${alert.triggered_at} .to=${alert.resolved_at}></andon-since></dd>`
      }
      ${
        labels.length === 0
          ? null
          : html`<dt>${words.labels}</dt>
              <dd class="tags">
                ${labels.map(([name, value]) => html`<span class="tag">${name}=${value}</span>`)}
              </dd>`
      }
    </dl>
  </section>`;
};

const ENTRY_MARKS: Record<string, { mark: MarkKind; isOutlined: boolean }> = {
  "alert.resolved": { mark: "good", isOutlined: true },
  "alert.noted": { mark: "plain", isOutlined: true },
  "alert.updated": { mark: "plain", isOutlined: true },
  "escalation.cancelled": { mark: "plain", isOutlined: true },
  "escalation.moved_on": { mark: "plain", isOutlined: true },
};

const readString = (data: Record<string, unknown>, ...path: string[]): string => {
  let value: unknown = data;
  for (const key of path)
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof value === "string" ? value : "";
};

export const timelineItems = (alert: Alert, entries: readonly TimelineEntry[]): TimelineItem[] =>
  entries
    .map((entry) => {
      const policy = readString(entry.data, "escalation", "policy_name");
      const reason = readString(entry.data, "reason");
      const said = readString(entry.data, "note") || readString(entry.data, "text");
      const look = ENTRY_MARKS[entry.kind] ?? {
        mark: alert.severity,
        isOutlined: entry.kind === "alert.acknowledged",
      };
      return {
        at: entry.at,
        what: words.kinds[entry.kind] ?? entry.kind,
        who:
          policy !== ""
            ? words.escalatedTo(policy)
            : reason !== ""
              ? words.stopped(reason)
              : entry.actor.kind === "system"
                ? ""
                : words.by(entry.actor.name),
        words: said,
        ...look,
      };
    })
    .toReversed();
