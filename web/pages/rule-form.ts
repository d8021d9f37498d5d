// In: a draft, its faults, and what can be chosen. Out: the form of a rule; every change leaves as a
// new draft. Asks one question about delays instead of showing two fields.
import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { Machine } from "../api/machines";
import type { Monitor } from "../api/monitors";
import type { Project } from "../api/projects";
import type { Operator } from "../api/rules";
import type { Service } from "../api/services";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { machineTitle, metricTitle } from "./machine-words";
import { isRanged, takesClear, type Excursion } from "./rule-draft";

import { RuleFields } from "./rule-fields";
import { STATUS_SELECTORS, statusesFor } from "./rule-status";
import { ruleFormStyles } from "./rule-styles";

const words = text.rules;
const SEVERITIES = ["critical", "warning", "info"] as const;

/** Fires `draft` with the new draft, and `save` on Ctrl+Enter. */
@customElement("rule-form")
export class RuleForm extends RuleFields {
  @property({ attribute: false }) machines: readonly Machine[] = [];
  @property({ attribute: false }) projects: readonly Project[] = [];
  @property({ attribute: false }) services: readonly Service[] = [];
  @property({ attribute: false }) monitors: readonly Monitor[] = [];

  static override styles = [base, controls, surfaces, ruleFormStyles];

  /** Moves to the first field that is wrong. */
  focusFault(): void {
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  private metrics(): { name: string; title: string }[] {
    const known = new Map<string, string>();
    const { selector, machineId, machineType } = this.draft;
    for (const machine of this.machines)
      if (
        (selector !== "machine" || machineId === "" || machine.id === machineId) &&
        (selector !== "type" || machineType === "" || machine.type === machineType)
      )
        for (const metric of machine.metrics) known.set(metric.name, metricTitle(metric));
    return [...known].map(([name, title]) => ({ name, title })).sort((a, b) => a.name.localeCompare(b.name));
  }

  private limitFields(): TemplateResult {
    const { operator } = this.draft;
    const isUpward = operator === ">" || operator === ">=";
    return html`<div class="pair">
        ${this.field("metric", words.metric, { list: "metrics", hint: words.metricHint })}
        ${this.select(
          "operator",
          words.is,
          (Object.keys(words.operators) as Operator[]).map((key) => [key, words.operators[key]] as const),
        )}
      </div>
      <div class="pair">
        ${
          isRanged(operator)
            ? html`${this.field("low", words.low, { isNumber: true })}
              ${this.field("high", words.high, { isNumber: true })}
              ${this.field("deadband", words.deadband, { isNumber: true, optional: true, hint: words.deadbandHint })}`
            : this.field("threshold", words.limit, { isNumber: true })
        }
        ${
          takesClear(operator)
            ? this.draft.deadband === "" || this.draft.clear !== ""
              ? this.field("clear", isUpward ? words.clearBelow : words.clearAbove, {
                  isNumber: true,
                  optional: true,
                  hint: words.clearHint,
                })
              : this.field("deadband", words.deadband, {
                  isNumber: true,
                  optional: true,
                  hint: words.deadbandHint,
                })
            : null
        }
      </div>
      ${this.choices<Excursion>(
        "excursion",
        words.excursion,
        (["atOnce", "hold", "wait"] as const).map((value) => ({
          value,
          label: words.excursions[value],
          hint: words.excursions[`${value}Hint`],
          more: value === "atOnce" ? undefined : this.span("delay", "delayUnit", words.delay),
        })),
      )}`;
  }

  private statusFields(): TemplateResult {
    const { statuses, selector } = this.draft;
    const toggle = (status: string, isOn: boolean): void =>
      this.set({ statuses: isOn ? [...statuses, status] : statuses.filter((one) => one !== status) });
    return html`<fieldset>
        <legend>${words.statuses}</legend>
        <div class="severities">
          ${statusesFor(selector).map(
            (status) =>
              html`<label>
                <input
                  type="checkbox"
                  name="statuses"
                  value=${status}
                  ?disabled=${this.readonly}
                  .checked=${live(statuses.includes(status))}
                  @change=${(event: Event) => toggle(status, (event.target as HTMLInputElement).checked)}
                />${words.statusNames[status]}
              </label>`,
          )}
        </div>
      </fieldset>
      ${this.choices<Excursion>(
        "excursion",
        words.statusExcursion,
        (["atOnce", "wait"] as const).map((value) => ({
          value,
          label: words.statusExcursions[value],
          hint: words.statusExcursions[`${value}Hint`],
          more: value === "atOnce" ? undefined : this.span("delay", "delayUnit", words.delay),
        })),
      )}
      <p class="sub">${words.dependencyNote}</p>`;
  }

  private conditionFields(): TemplateResult {
    if (this.draft.kind === "service_status") return this.statusFields();
    if (this.draft.kind === "threshold") return this.limitFields();
    return html`${
      this.draft.kind === "no_data"
        ? this.field("metric", words.metric, { list: "metrics", hint: words.metricHint })
        : null
    }
    ${this.span("after", "afterUnit", words.after, words.afterHint)}`;
  }

  private statusSelectorFields(): TemplateResult {
    const named = (list: readonly { id: string; name: string }[]): (readonly [string, string])[] =>
      list.map(({ id, name }) => [id, name] as const).toSorted((a, b) => a[1].localeCompare(b[1], "en"));
    const groups = [...new Set(this.services.flatMap(({ group }) => group ?? []))].toSorted();
    const more = {
      all: undefined,
      service: this.select("serviceId", words.service, named(this.services), words.chooseService),
      group: this.field("serviceGroup", words.group, { list: "groups" }),
      project: this.select("projectId", words.project, named(this.projects), "…"),
      monitor: this.select("monitorId", words.monitor, named(this.monitors), words.chooseMonitor),
    };
    return html`${this.choices(
        "selector",
        words.statusSelector,
        STATUS_SELECTORS.map((value) => ({
          value,
          label: words.statusSelectors[value],
          more: more[value],
        })),
      )} <datalist id="groups">${groups.map((group) => html`<option value=${group}></option>`)}</datalist>`;
  }

  private selectorFields(): TemplateResult {
    if (this.draft.kind === "service_status") return this.statusSelectorFields();
    const types = [...new Set(this.machines.map((machine) => machine.type))].sort();
    const machines = this.machines
      .map((machine) => [machine.id, machineTitle(machine)] as const)
      .toSorted((a, b) => a[1].localeCompare(b[1], "en", { numeric: true }));
    return html`${this.choices("selector", words.selector, [
        { value: "all", label: words.selectors.all },
        {
          value: "machine",
          label: words.selectors.machine,
          more: this.select("machineId", words.machine, machines, words.chooseMachine),
        },
        {
          value: "type",
          label: words.selectors.type,
          more: this.field("machineType", words.type, { list: "types" }),
        },
        {
          value: "project",
          label: words.selectors.project,
          more: this.select(
            "projectId",
            words.project,
            this.projects.map((project) => [project.id, project.name] as const),
            "…",
          ),
        },
        {
          value: "label",
          label: words.selectors.label,
          more: this.field("labels", words.labels, {
            long: true,
            hint: words.labelsHint,
            placeholder: "line=2",
          }),
        },
      ])}
      <datalist id="types">${types.map((type) => html`<option value=${type}></option>`)}</datalist>
      <datalist id="metrics">
        ${this.metrics().map((metric) => html`<option value=${metric.name} label=${metric.title}></option>`)}
      </datalist>`;
  }

  private severityField(): TemplateResult {
    return html`<fieldset>
      <legend>${words.severity}</legend>
      <div class="severities">
        ${SEVERITIES.map(
          (severity) =>
            html`<label>
              <input
                type="radio"
                name="severity"
                value=${severity}
                ?disabled=${this.readonly}
                .checked=${this.draft.severity === severity}
                @change=${() => this.set({ severity })}
              />
              <andon-mark kind=${severity}></andon-mark>${text.severity[severity]}
            </label>`,
        )}
      </div>
    </fieldset>`;
  }

  override render(): TemplateResult {
    return html`<form
      class="form"
      @submit=${(event: Event) => {
        event.preventDefault();
        this.dispatchEvent(new CustomEvent("save"));
      }}
    >
      <div class="group">
        ${this.field("name", words.name, { placeholder: words.namePlaceholder })} ${this.severityField()}
      </div>
      <div class="group">
        ${this.choices(
          "kind",
          words.kind,
          (["threshold", "heartbeat", "no_data", "service_status"] as const).map((value) => ({
            value,
            label: words.kinds[value],
          })),
        )}
        ${this.conditionFields()}
      </div>
      <div class="group">${this.selectorFields()}</div>
      ${this.field("message", words.message, { long: true, optional: true, hint: words.messageHint, placeholder: words.messagePlaceholder })}
      <label class="check">
        <input
          type="checkbox"
          ?disabled=${this.readonly}
          .checked=${this.draft.isActive}
          @change=${(event: Event) => this.set({ isActive: (event.target as HTMLInputElement).checked })}
        />
        <span>${words.active}<br /><span class="sub">${words.activeHint}</span></span>
      </label>
      <button type="submit" hidden></button>
    </form>`;
  }
}
