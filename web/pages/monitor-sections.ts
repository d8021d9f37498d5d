// In: the draft of a monitor, its faults and where changes go. Out: what its form asks about the thing that is
// looked at, or the job that reports, by type.
import { html, type TemplateResult } from "lit";
import { checkField, linesField, radioField, selectField, textField } from "../elements/fields";
import "../elements/pairs";
import type { Pair } from "../elements/pairs";
import { text } from "../text/en";
import type { MonitorFaults } from "./monitor-body";
import { UNIT_SECONDS, type MonitorDraft, type PeriodUnit } from "./monitor-draft";

const words = text.monitorForm;

export interface MonitorParts {
  draft: MonitorDraft;
  faults: MonitorFaults;
  change: (changes: Partial<MonitorDraft>) => void;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const RECORDS = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "PTR", "CAA", "SOA"] as const;

const sameChoices = (values: readonly string[]): { value: string; label: string }[] =>
  values.map((value) => ({ value, label: value }));

const hostField = ({ draft, faults, change }: MonitorParts): TemplateResult =>
  textField({
    name: "host",
    label: draft.type === "dns" ? words.nameAsked : words.host,
    placeholder: words.hostPlaceholder,
    value: draft.host,
    fault: faults["host"],
    maxLength: 253,
    set: (host) => change({ host }),
  });

const portField = ({ draft, faults, change }: MonitorParts): TemplateResult =>
  textField({
    name: "port",
    label: draft.type === "ping" ? words.portFallback : words.port,
    value: draft.port,
    fault: faults["port"],
    isNumber: true,
    set: (port) => change({ port }),
  });

const caField = ({ draft, faults, change }: MonitorParts): TemplateResult =>
  linesField({
    name: "ca",
    label: words.ca,
    hint: words.caHint,
    value: draft.ca,
    fault: faults["ca"],
    isMono: true,
    set: (ca) => change({ ca }),
  });

const requestDetails = (parts: MonitorParts): TemplateResult => {
  const { draft, faults, change } = parts;
  const { headers, body, ca, followRedirects, verifyTls } = draft;
  const isUsed = headers.length > 0 || body !== "" || ca !== "" || !followRedirects || !verifyTls;
  const isWrong = ["headers", "body", "ca"].some((name) => faults[name] !== undefined);
  return html`<details ?open=${isUsed || isWrong}>
    <summary>${words.more}</summary>
    <div class="form">
      <andon-pairs
        legend=${words.headers}
        hint=${words.headersHint}
        fault=${faults["headers"] ?? ""}
        nameLabel=${words.headerName}
        valueLabel=${words.headerValue}
        addLabel=${words.addHeader}
        namePlaceholder="Authorization"
        .removeLabel=${words.removeHeader}
        .pairs=${headers}
        @pairs=${(event: CustomEvent<readonly Pair[]>) => change({ headers: event.detail })}
      ></andon-pairs>
      ${
        draft.method === "GET" || draft.method === "HEAD"
          ? null
          : linesField({
              name: "body",
              label: words.body,
              value: body,
              fault: faults["body"],
              isMono: true,
              set: (typed) => change({ body: typed }),
            })
      }
      ${checkField({
        label: words.followRedirects,
        isChecked: followRedirects,
        set: (isChecked) => change({ followRedirects: isChecked }),
      })}
      ${checkField({
        label: words.verifyTls,
        isChecked: verifyTls,
        set: (isChecked) => change({ verifyTls: isChecked }),
      })}
      ${caField(parts)}
    </div>
  </details>`;
};

const httpFields = (parts: MonitorParts): TemplateResult => {
  const { draft, faults, change } = parts;
  return html`<div class="request">
      ${selectField({
        name: "method",
        label: words.method,
        value: draft.method,
        fault: faults["method"],
        choices: sameChoices(METHODS),
        set: (method) =>
          change({
            method: method as string,
            ...(method === "GET" || method === "HEAD" ? { body: "" } : {}),
          }),
      })}
      ${textField({
        name: "url",
        label: words.url,
        placeholder: words.urlPlaceholder,
        value: draft.url,
        fault: faults["url"],
        maxLength: 2_000,
        set: (url) => change({ url }),
      })}
    </div>
    ${requestDetails(parts)}`;
};

const tlsFields = (parts: MonitorParts): TemplateResult => {
  const { draft, faults, change } = parts;
  return html`<div class="pair">${hostField(parts)} ${portField(parts)}</div>
    <div class="pair">
      ${textField({
        name: "server_name",
        label: words.serverName,
        hint: words.serverNameHint,
        value: draft.serverName,
        fault: faults["server_name"],
        maxLength: 253,
        set: (serverName) => change({ serverName }),
      })}
      ${caField(parts)}
    </div>`;
};

const dnsFields = (parts: MonitorParts): TemplateResult => {
  const { draft, faults, change } = parts;
  return html`<div class="pair">
    ${hostField(parts)}
    ${selectField({
      name: "record_type",
      label: words.recordType,
      value: draft.recordType,
      fault: faults["record_type"],
      choices: sameChoices(RECORDS),
      set: (recordType) => change({ recordType }),
    })}
    ${textField({
      name: "resolver",
      label: words.resolver,
      hint: words.resolverHint,
      value: draft.resolver,
      fault: faults["resolver"],
      maxLength: 100,
      set: (resolver) => change({ resolver }),
    })}
  </div>`;
};

const unitField = (parts: {
  name: string;
  label: string;
  value: PeriodUnit;
  set: (unit: PeriodUnit) => void;
}): TemplateResult =>
  html`<select
    id=${parts.name}
    aria-label=${parts.label}
    @change=${(event: Event) => parts.set((event.target as HTMLSelectElement).value as PeriodUnit)}
  >
    ${Object.keys(UNIT_SECONDS).map(
      (unit) => html`<option value=${unit} ?selected=${unit === parts.value}>${words.units[unit]}</option>`,
    )}
  </select>`;

/** How a job reports. */
const jobFields = ({ draft, faults, change }: MonitorParts): TemplateResult =>
  html`${radioField({
      name: "schedule",
      label: words.scheduleKind,
      value: draft.scheduleKind,
      choices: [
        { value: "period", label: words.scheduleKinds.period },
        { value: "cron", label: words.scheduleKinds.cron },
      ],
      set: (kind) => change({ scheduleKind: kind as MonitorDraft["scheduleKind"] }),
    })}
    ${
      draft.scheduleKind === "period"
        ? html`<div class="span">
            ${textField({
              name: "period_seconds",
              label: words.period,
              value: draft.period,
              fault: faults["period_seconds"],
              isNumber: true,
              set: (period) => change({ period }),
            })}
            ${unitField({
              name: "period-unit",
              label: `${words.period} ${words.unit}`,
              value: draft.periodUnit,
              set: (periodUnit) => change({ periodUnit }),
            })}
          </div>`
        : html`<div class="pair">
            ${textField({
              name: "cron",
              label: words.cron,
              placeholder: "0 3 * * *",
              hint: words.cronHint,
              value: draft.cron,
              fault: faults["cron"],
              isMono: true,
              maxLength: 200,
              set: (cron) => change({ cron }),
            })}
            ${textField({
              name: "time_zone",
              label: words.timeZone,
              value: draft.timeZone,
              fault: faults["time_zone"],
              maxLength: 100,
              set: (timeZone) => change({ timeZone }),
            })}
          </div>`
    }
    <div class="span">
      ${textField({
        name: "grace_seconds",
        label: words.grace,
        value: draft.grace,
        fault: faults["grace_seconds"],
        isNumber: true,
        set: (grace) => change({ grace }),
      })}
      ${unitField({
        name: "grace-unit",
        label: `${words.grace} ${words.unit}`,
        value: draft.graceUnit,
        set: (graceUnit) => change({ graceUnit }),
      })}
    </div>
    ${textField({
      name: "slug",
      label: words.slug,
      hint: words.slugHint,
      value: draft.slug,
      fault: faults["slug"],
      isMono: true,
      maxLength: 100,
      set: (slug) => change({ slug }),
    })}`;

const targetFields = (parts: MonitorParts): TemplateResult => {
  switch (parts.draft.type) {
    case "http":
      return httpFields(parts);
    case "tls":
      return tlsFields(parts);
    case "dns":
      return dnsFields(parts);
    case "heartbeat":
      return jobFields(parts);
    default:
      return html`<div class="pair">${hostField(parts)} ${portField(parts)}</div>`;
  }
};

export const targetSection = (parts: MonitorParts, groups: readonly string[]): TemplateResult => {
  const { draft, faults, change } = parts;
  return html`<div class="form">
    <div class="pair">
      ${textField({
        name: "name",
        label: words.name,
        placeholder: draft.type === "heartbeat" ? words.jobPlaceholder : words.namePlaceholder,
        value: draft.name,
        fault: faults["name"],
        maxLength: 200,
        set: (name) => change({ name }),
      })}
      ${textField({
        name: "group",
        label: words.group,
        hint: words.groupHint,
        value: draft.group,
        fault: faults["group"],
        maxLength: 200,
        list: groups,
        set: (group) => change({ group }),
      })}
    </div>
    ${targetFields(parts)}
  </div>`;
};
