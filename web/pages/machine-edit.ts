// In: a machine or one of its metrics. Out: the dialogs that change how they are called and shown.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { changeMachine, changeMetric, type Machine, type MetricInfo } from "../api/machines";
import { notify } from "../app/notices";
import { refreshCatalog } from "../app/catalog";
import "../elements/dialog";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { labelLines, machineTitle, metricTitle, readLabels } from "./machine-words";

const words = text.machines;

const textOrNull = (value: FormDataEntryValue | null): string | null => {
  const trimmed = String(value ?? "").trim();
  return trimmed === "" ? null : trimmed;
};

const numberOrNull = (value: FormDataEntryValue | null): number | null => {
  const trimmed = textOrNull(value);
  return trimmed === null ? null : Number(trimmed);
};

/** Fires `saved`. */
@customElement("machine-edit")
export class MachineEdit extends LitElement {
  @state() private machine: Machine | null = null;
  @state() private metric: MetricInfo | null = null;
  @state() private problem = "";
  @state() private isBusy = false;
  @query("form") private readonly form!: HTMLFormElement;

  static override styles = [base, controls, surfaces];

  openMachine(machine: Machine): void {
    this.problem = "";
    this.metric = null;
    this.machine = machine;
  }

  openMetric(machine: Machine, metric: MetricInfo): void {
    this.openMachine(machine);
    this.metric = metric;
  }

  private close(): void {
    this.machine = null;
    this.metric = null;
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const { machine, metric } = this;
    if (machine === null) return;
    const data = new FormData(this.form);
    this.problem = "";
    let run: () => Promise<unknown>;
    if (metric === null) {
      const { labels, wrong } = readLabels(String(data.get("labels")));
      if (wrong !== null) {
        this.problem = words.labelsWrong(wrong);
        return;
      }
      run = () =>
        changeMachine(machine.id, {
          display_name: textOrNull(data.get("display_name")),
          type: textOrNull(data.get("type")) ?? machine.type,
          labels,
          offline_after_seconds: numberOrNull(data.get("offline_after_seconds")),
        });
    } else {
      const low = numberOrNull(data.get("low"));
      const high = numberOrNull(data.get("high"));
      if ((low === null) !== (high === null) || (low !== null && high !== null && low >= high)) {
        this.problem = words.rangeWrong;
        return;
      }
      run = () =>
        changeMetric(machine.id, metric.name, {
          display_name: textOrNull(data.get("display_name")),
          unit: textOrNull(data.get("unit")),
          decimals: numberOrNull(data.get("decimals")),
          range: low === null || high === null ? null : [low, high],
        });
    }
    this.isBusy = true;
    try {
      await run();
      notify(words.saved, { tone: "good" });
      this.close();
      void refreshCatalog();
      this.dispatchEvent(new CustomEvent("saved"));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  private field(
    name: string,
    label: string,
    value: string,
    options: { hint?: string; number?: boolean; step?: string; focus?: boolean } = {},
  ): TemplateResult {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        name=${name}
        .value=${value}
        type=${options.number === true ? "number" : "text"}
        step=${options.step ?? "any"}
        maxlength="200"
        ?autofocus=${options.focus === true}
        aria-describedby="${name}-hint"
      />
      <span class="hint" id="${name}-hint">${options.hint ?? ""}</span>
    </div>`;
  }

  private machineFields(machine: Machine): TemplateResult {
    return html`${this.field("display_name", words.displayName, machine.display_name ?? "", { hint: words.displayNameHint, focus: true })}
      ${this.field("type", words.type, machine.type, { hint: words.typeHint })}
      <div class="field">
        <label for="labels">${words.labels}</label>
        <textarea
          id="labels"
          name="labels"
          class="mono"
          spellcheck="false"
          aria-describedby="labels-hint"
          .value=${labelLines(machine.labels)}
        ></textarea>
        <span class="hint" id="labels-hint">${words.labelsHint}</span>
      </div>
      ${this.field("offline_after_seconds", words.offlineAfter, String(machine.offline_after_seconds ?? ""), {
        hint: words.offlineAfterHint,
        number: true,
        step: "1",
      })}`;
  }

  private metricFields(metric: MetricInfo): TemplateResult {
    return html`<p class="sub">${words.metricName}: <code>${metric.name}</code></p>
      ${this.field("display_name", words.displayName, metric.display_name ?? "", { focus: true })}
      <div class="pair">
        ${this.field("unit", words.unit, metric.unit ?? "", { hint: words.unitHint })}
        ${this.field("decimals", words.decimals, String(metric.decimals ?? ""), { hint: words.decimalsHint, number: true, step: "1" })}
      </div>
      <div class="pair">
        ${this.field("low", words.rangeLow, String(metric.range?.[0] ?? ""), { number: true })}
        ${this.field("high", words.rangeHigh, String(metric.range?.[1] ?? ""), { hint: words.rangeHint, number: true })}
      </div>`;
  }

  override render(): TemplateResult {
    const { machine, metric } = this;
    return html`<andon-dialog
      heading=${metric === null ? words.edit : `${words.metricTitle}: ${metricTitle(metric)}`}
      .open=${machine !== null}
      @dialog-close=${this.close}
    >
      ${
        machine === null
          ? null
          : html`<form class="form" @submit=${this.save} aria-label=${machineTitle(machine)}>
              ${metric === null ? this.machineFields(machine) : this.metricFields(metric)}
              ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
              <div class="actions">
                <button type="submit" class="primary" ?disabled=${this.isBusy}>
                  ${this.isBusy ? text.common.saving : text.common.save}
                </button>
                <button type="button" @click=${this.close}>${text.common.cancel}</button>
              </div>
            </form>`
      }
    </andon-dialog>`;
  }
}
