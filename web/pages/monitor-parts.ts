// In: a monitor, its incidents and what happened to it. Out: the parts of its page that only show.
import { html, type TemplateResult } from "lit";
import type { Incident } from "../api/incidents";
import type { Monitor, MonitorEvent } from "../api/monitors";
import "../elements/mark";
import type { MarkKind } from "../elements/mark";
import "../elements/since";
import "../elements/timeline";
import type { TimelineItem } from "../elements/timeline";
import { text } from "../text/en";
import { formatMillis, formatSeconds, formatTime } from "../text/format";
import { incidentMark, isOpen } from "./incident-words";
import { expectationWords, isHeartbeat, typeWord } from "./monitor-words";

const words = text.monitors.page;

export const monitorIncidents = (incidents: readonly Incident[]): TemplateResult =>
  html`<section class="card" aria-labelledby="incidents">
    <div class="card-head"><h2 id="incidents">${words.incidents}</h2></div>
    ${
      incidents.length === 0
        ? html`<p class="card-body sub">${words.noIncidents}</p>`
        : html`<ul class="incidents">
            ${incidents.map(
              (incident) =>
                html`<li>
                  <andon-mark
                    kind=${isOpen(incident) ? incidentMark[incident.severity] : "good"}
                    ?outlined=${!isOpen(incident)}
                  ></andon-mark>
                  <div>
                    <a class="name" href="/incidents/${incident.code}">${incident.title}</a>
                    <span class="sub"
                      >${incident.code} · ${text.incidents.statuses[incident.status]} ·
                      ${formatTime(incident.opened_at)}</span
                    >
                  </div>
                  <span class="sub"
                    ><andon-since .at=${incident.opened_at} .to=${incident.resolved_at}></andon-since
                  ></span>
                </li>`,
            )}
          </ul>`
    }
  </section>`;

const KIND_MARKS: Record<string, MarkKind> = { down: "critical", up: "good", pending: "stale" };

/** Newest first. */
export const monitorItems = (events: readonly MonitorEvent[]): TimelineItem[] =>
  events
    .map(({ kind, at, actor, data }) => {
      const status = kind === "monitor.status_changed" ? String(data["status"]) : "";
      const { reason, previous_status: before } = data as { reason?: unknown; previous_status?: unknown };
      const isFirst = status === "up" && before === "pending";
      return {
        at,
        what: isFirst ? words.firstUp : (words.kinds[status === "" ? kind : status] ?? kind),
        who: actor.kind === "system" ? "" : text.alert.by(actor.name),
        words: typeof reason === "string" ? reason : "",
        mark: KIND_MARKS[status] ?? ("plain" as const),
        isOutlined: true,
      };
    })
    .toReversed();

export const monitorTimeline = (events: readonly MonitorEvent[]): TemplateResult =>
  html`<section class="card" aria-labelledby="timeline">
    <div class="card-head"><h2 id="timeline">${words.timeline}</h2></div>
    <div class="card-body">
      ${
        events.length === 0
          ? html`<p class="sub">${words.noTimeline}</p>`
          : html`<andon-timeline .items=${monitorItems(events)}></andon-timeline>`
      }
    </div>
  </section>`;

const jobRows = (monitor: Monitor): [string, unknown][] => {
  const { cron, period_seconds: period, grace_seconds: grace, expected_at: expected } = monitor;
  return [
    [
      words.schedule,
      cron != null
        ? words.byCron(cron, monitor.time_zone ?? "")
        : period == null
          ? null
          : words.everySpan(formatSeconds(period)),
    ],
    [words.grace, grace === undefined ? null : formatSeconds(grace)],
    [words.expected, expected == null ? null : formatTime(expected)],
    [
      words.lastPing,
      monitor.last_ping_at == null
        ? text.monitors.neverReported
        : html`<andon-since mode="ago" .at=${monitor.last_ping_at}></andon-since>`,
    ],
    [words.duration, monitor.last_duration_ms == null ? null : formatMillis(monitor.last_duration_ms)],
  ];
};

const lookRows = (monitor: Monitor): [string, unknown][] => {
  const expected = expectationWords(monitor);
  return [
    [words.endpoint, html`<code>${monitor.endpoint}</code>`],
    [words.method, monitor.method === undefined || monitor.method === "GET" ? null : monitor.method],
    [words.record, monitor.record_type ?? null],
    [words.resolver, monitor.resolver ?? null],
    [words.expects, expected.length === 0 ? words.usual : expected.join("; ")],
    [words.every, formatSeconds(monitor.interval_seconds)],
    [words.timeout, formatSeconds(monitor.timeout_seconds)],
    [words.failsAfter, words.inARow(monitor.failure_threshold)],
    [words.worksAfter, words.inARow(monitor.success_threshold)],
    [words.region, monitor.region],
    [
      words.next,
      monitor.next_check_at === null
        ? null
        : html`<andon-since mode="until" .at=${monitor.next_check_at}></andon-since>`,
    ],
  ];
};

export const monitorFacts = (monitor: Monitor, serviceName: string | null): TemplateResult => {
  const rows: [string, unknown][] = [
    [words.type, typeWord(monitor.type)],
    [words.group, monitor.group],
    ...(isHeartbeat(monitor) ? jobRows(monitor) : lookRows(monitor)),
    [
      words.service,
      monitor.service_id === null
        ? null
        : html`<a href="/services/${monitor.service_id}">${serviceName ?? monitor.service_id}</a>
            <span class="sub"
              >${words.becomes(text.monitorForm.serviceStatuses[monitor.service_status] ?? monitor.service_status)}</span
            >`,
    ],
    [words.severity, text.monitorForm.severities[monitor.severity] ?? monitor.severity],
    [words.description, monitor.description === "" ? null : monitor.description],
  ];
  return html`<section class="card pad" aria-labelledby="settings">
    <h2 id="settings" class="settings">${words.settings}</h2>
    <dl class="facts">
      ${rows.map(([name, value]) =>
        value === null
          ? null
          : html`<dt>${name}</dt>
              <dd>${value}</dd>`,
      )}
    </dl>
  </section>`;
};
