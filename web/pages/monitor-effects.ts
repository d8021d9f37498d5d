// In: the draft of a monitor, its faults and where changes go. Out: what its form asks about what must hold, how
// often that is looked at, and what follows when it does not.
import { html, type TemplateResult } from "lit";
import type { Service } from "../api/services";
import { checkField, linesField, selectField, textField } from "../elements/fields";
import { text } from "../text/en";
import { EXPECTED_OF, NEW, type ExpectText } from "./monitor-draft";
import type { MonitorParts } from "./monitor-sections";

const words = text.monitorForm;

interface ExpectLook {
  label: string;
  hint?: string;
  placeholder?: string;
  isNumber?: boolean;
  isMono?: boolean;
  isLines?: boolean;
}

const LOOKS: Readonly<Record<ExpectText, ExpectLook>> = {
  status: { label: words.status, hint: words.statusHint, placeholder: "2xx" },
  body_contains: { label: words.contains },
  body_not_contains: { label: words.notContains },
  json_path: { label: words.jsonPath, placeholder: "data.items[0].state", isMono: true },
  equals: { label: words.equals, hint: words.equalsHint },
  regex: { label: words.regex, isMono: true },
  max_latency_ms: { label: words.maxLatency, isNumber: true },
  tls_days_left: { label: words.tlsDays, isNumber: true },
  values: { label: words.values, hint: words.valuesHint, isMono: true, isLines: true },
};

const expectField = ({ draft, faults, change }: MonitorParts, name: ExpectText): TemplateResult => {
  const { isLines = false, ...look } = LOOKS[name];
  const isCertificate = draft.type === "tls" && name === "tls_days_left";
  const parts = {
    ...look,
    ...(isCertificate ? { placeholder: "14" } : {}),
    name: `expect.${name}`,
    value: draft.expect[name],
    fault: faults[`expect.${name}`],
    set: (value: string) => change({ expect: { ...draft.expect, [name]: value } }),
  };
  return isLines ? linesField(parts) : textField(parts);
};

export const expectSection = (parts: MonitorParts): TemplateResult => {
  const { draft, change } = parts;
  return html`<p class="sub">${words.expectHint}</p>
    <div class="form">
      <div class="pair">${EXPECTED_OF[draft.type].map((name) => expectField(parts, name))}</div>
      ${
        draft.type === "tls"
          ? checkField({
              label: words.tlsTrusted,
              isChecked: draft.tlsTrusted,
              set: (tlsTrusted) => change({ tlsTrusted }),
            })
          : null
      }
    </div>`;
};

const numberField = (
  { draft, faults, change }: MonitorParts,
  {
    name,
    field,
    label,
  }: { name: string; field: "interval" | "timeout" | "failures" | "successes"; label: string },
): TemplateResult =>
  textField({
    name,
    label,
    value: draft[field],
    fault: faults[name],
    isNumber: true,
    set: (value) => change({ [field]: value }),
  });

export const oftenSection = (parts: MonitorParts): TemplateResult => {
  const { draft, faults, change } = parts;
  return html`<div class="pair">
    ${numberField(parts, { name: "interval_seconds", field: "interval", label: words.interval })}
    ${numberField(parts, { name: "timeout_seconds", field: "timeout", label: words.timeout })}
    ${numberField(parts, { name: "failure_threshold", field: "failures", label: words.failures })}
    ${numberField(parts, { name: "success_threshold", field: "successes", label: words.successes })}
    ${textField({
      name: "region",
      label: words.region,
      value: draft.region,
      fault: faults["region"],
      maxLength: 64,
      set: (region) => change({ region }),
    })}
  </div>`;
};

const SERVICE_STATUSES = ["down", "degraded"] as const;

const serviceFields = (
  { draft, faults, change }: MonitorParts,
  services: readonly Service[],
): TemplateResult =>
  html`<div class="pair">
    ${selectField({
      name: "service_id",
      label: words.service,
      value: draft.serviceId,
      fault: faults["service_id"],
      choices: [
        { value: "", label: words.noService },
        ...services.map(({ id, name, group }) => ({
          value: id,
          label: group === null ? name : `${group}: ${name}`,
        })),
        { value: NEW, label: words.newService },
      ],
      set: (serviceId) => change({ serviceId }),
    })}
    ${
      draft.serviceId === NEW
        ? textField({
            name: "new_service",
            label: words.newServiceName,
            value: draft.newService,
            fault: faults["new_service"],
            maxLength: 200,
            set: (newService) => change({ newService }),
          })
        : null
    }
    ${
      draft.serviceId === ""
        ? null
        : selectField({
            name: "service_status",
            label: words.serviceStatus,
            value: draft.serviceStatus,
            fault: faults["service_status"],
            choices: SERVICE_STATUSES.map((value) => ({
              value,
              label: words.serviceStatuses[value] ?? value,
            })),
            set: (serviceStatus) => change({ serviceStatus }),
          })
    }
  </div>`;

export const effectsSection = (parts: MonitorParts, services: readonly Service[]): TemplateResult => {
  const { draft, faults, change } = parts;
  return html`<div class="form">
    ${selectField({
      name: "severity",
      label: words.severity,
      value: draft.severity,
      fault: faults["severity"],
      choices: Object.entries(words.severities).map(([value, label]) => ({ value, label })),
      set: (severity) => change({ severity }),
    })}
    ${serviceFields(parts, services)}
    ${linesField({
      name: "description",
      label: words.description,
      value: draft.description,
      fault: faults["description"],
      maxLength: 2_000,
      set: (description) => change({ description }),
    })}
    ${checkField({
      label: draft.type === "heartbeat" ? words.activeJob : words.active,
      isChecked: draft.isActive,
      set: (isActive) => change({ isActive }),
    })}
  </div>`;
};
