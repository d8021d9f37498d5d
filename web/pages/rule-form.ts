// In: a draft, its faults, and what can be chosen. Out: the form of a rule; every change leaves as a
// new draft. Asks one question about delays instead of showing two fields.
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Machine } from "../api/machines";
import type { Project } from "../api/projects";
import type { Operator } from "../api/rules";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { machineTitle, metricTitle } from "./machine-words";
import {
  isRanged,
  takesClear,
  UNIT_SECONDS,
  type Excursion,
  type Faults,
  type RuleDraft,
} from "./rule-draft";

import { ruleFormStyles } from "./rule-styles";

const words = text.rules;
const SEVERITIES = ["critical", "warning", "info"] as const;

/** Fires `draft` with the new draft, and `save` on Ctrl+Enter. */
@customElement("rule-form")
export class RuleForm extends LitElement {
  @property({ attribute: false }) draft!: RuleDraft;
  @property({ attribute: false }) faults: Faults = {};
  @property({ attribute: false }) machines: readonly Machine[] = [];
  @property({ attribute: false }) projects: readonly Project[] = [];
  @property({ type: Boolean }) readonly = false;

  static override styles = [base, controls, surfaces, ruleFormStyles];

  /** Moves to the first field that is wrong. */
  focusFault(): void {
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  private set(changes: Partial<RuleDraft>): void {
    this.dispatchEvent(new CustomEvent("draft", { detail: { ...this.draft, ...changes } }));
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

  private field(
    name: keyof RuleDraft,
    label: string,
    options: {
      hint?: string;
      list?: string;
      placeholder?: string;
      isNumber?: boolean;
      long?: boolean;
      optional?: boolean;
    } = {},
  ): TemplateResult {
    const fault = this.faults[name];
    const value = String(this.draft[name]);
    const change = (event: InputEvent): void =>
      this.set({ [name]: (event.target as HTMLInputElement).value });
    return html`<div class="field">
      <label for=${name}
        >${label}${options.optional === true ? html` <span class="hint">(${text.common.optional})</span>` : null}</label
      >
      ${
        options.long === true
          ? html`<textarea
              id=${name}
              rows="2"
              .value=${value}
              placeholder=${options.placeholder ?? ""}
              ?disabled=${this.readonly}
              aria-invalid=${fault === undefined ? "false" : "true"}
              aria-describedby="${name}-hint"
              @input=${change}
            ></textarea>`
          : html`<input
              id=${name}
              .value=${value}
              inputmode=${options.isNumber === true ? "decimal" : "text"}
              list=${options.list ?? nothing}
              placeholder=${options.placeholder ?? ""}
              autocomplete="off"
              ?disabled=${this.readonly}
              aria-invalid=${fault === undefined ? "false" : "true"}
              aria-describedby="${name}-hint"
              @input=${change}
            />`
      }
      <span id="${name}-hint" class=${fault === undefined ? "hint" : "error"}
        >${fault ?? options.hint ?? ""}</span
      >
    </div>`;
  }

  private select(
    name: keyof RuleDraft,
    label: string,
    options: readonly (readonly [string, string])[],
    placeholder?: string,
  ): TemplateResult {
    const fault = this.faults[name];
    const value = String(this.draft[name]);
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <select
        id=${name}
        ?disabled=${this.readonly}
        aria-invalid=${fault === undefined ? "false" : "true"}
        @change=${(event: Event) => this.set({ [name]: (event.target as HTMLSelectElement).value })}
      >
        ${placeholder === undefined ? null : html`<option value="" ?selected=${value === ""}>${placeholder}</option>`}
        ${options.map(([key, title]) => html`<option value=${key} ?selected=${key === value}>${title}</option>`)}
      </select>
      ${fault === undefined ? null : html`<span class="error">${fault}</span>`}
    </div>`;
  }

  private choices<K extends string>(
    name: keyof RuleDraft,
    legend: string,
    options: readonly { value: K; label: string; hint?: string; more?: TemplateResult | undefined }[],
  ): TemplateResult {
    return html`<fieldset>
      <legend>${legend}</legend>
      <div class="choices">
        ${options.map(
          (each) =>
            html`<label class="choice">
                <input
                  type="radio"
                  name=${name}
                  value=${each.value}
                  ?disabled=${this.readonly}
                  .checked=${this.draft[name] === each.value}
                  @change=${() => this.set({ [name]: each.value })}
                />
                <span>${each.label}</span>
                ${each.hint === undefined ? null : html`<span class="sub">${each.hint}</span>`}
              </label>
              ${this.draft[name] === each.value && each.more !== undefined ? html`<div class="inset">${each.more}</div>` : null}`,
        )}
      </div>
    </fieldset>`;
  }

  private span(
    amount: "after" | "delay",
    unit: "afterUnit" | "delayUnit",
    label: string,
    hint = "",
  ): TemplateResult {
    return html`<div class="span">
      ${this.field(amount, label, { isNumber: true, hint })}
      ${this.select(
        unit,
        text.common.unit,
        Object.keys(UNIT_SECONDS).map((key) => [key, words.units[key as keyof typeof words.units]] as const),
      )}
    </div>`;
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

  private conditionFields(): TemplateResult {
    if (this.draft.kind === "threshold") return this.limitFields();
    return html`${
      this.draft.kind === "no_data"
        ? this.field("metric", words.metric, { list: "metrics", hint: words.metricHint })
        : null
    }
    ${this.span("after", "afterUnit", words.after, words.afterHint)}`;
  }

  private selectorFields(): TemplateResult {
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
          (["threshold", "heartbeat", "no_data"] as const).map((value) => ({
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
