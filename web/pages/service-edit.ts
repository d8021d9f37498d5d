// In: a service, or none. Out: the dialog that creates or changes it.
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { changeService, createService, type Service, type ServiceBody } from "../api/services";
import { catalog } from "../app/catalog";
import { notify } from "../app/notices";
import "../elements/check-list";
import "../elements/dialog";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { machineTitle } from "./machine-words";
import { feedDraftOf, readFeeds, type FeedDraft } from "./service-feeds";

const words = text.services.form;

const trimmed = (value: FormDataEntryValue | null): string => String(value ?? "").trim();
const textOrNull = (value: FormDataEntryValue | null): string | null => trimmed(value) || null;
const numberOrNull = (value: FormDataEntryValue | null): number | null =>
  trimmed(value) === "" ? null : Number(value);

interface FieldOptions {
  hint?: string;
  number?: { min: number; max: number; step: string };
  isRequired?: boolean;
  list?: string;
}

/** Fires `saved` with the service. */
@customElement("service-edit")
export class ServiceEdit extends LitElement {
  @state() private isOpen = false;
  /** Null: a new one. */
  @state() private service: Service | null = null;
  @state() private others: readonly Service[] = [];
  @state() private dependsOn: readonly string[] = [];
  @state() private feeds: FeedDraft = feedDraftOf([]);
  @state() private problem = "";
  @state() private fault = "";
  @state() private isBusy = false;
  @query("form") private readonly form!: HTMLFormElement;

  static override styles = [base, controls, surfaces];

  /** `services`: all there are. */
  ask(service: Service | null, services: readonly Service[]): void {
    this.service = service;
    this.others = services.filter(({ id }) => id !== service?.id);
    this.dependsOn = service?.depends_on ?? [];
    this.feeds = feedDraftOf(service?.status_from ?? []);
    this.problem = "";
    this.fault = "";
    this.isOpen = true;
  }

  private close(): void {
    this.isOpen = false;
  }

  private read(): ServiceBody {
    const data = new FormData(this.form);
    return {
      name: trimmed(data.get("name")),
      group: textOrNull(data.get("group")),
      description: trimmed(data.get("description")),
      order: numberOrNull(data.get("order")) ?? 0,
      owner: textOrNull(data.get("owner")),
      depends_on: [...this.dependsOn],
      status_from: readFeeds(this.feeds),
      sla_target: numberOrNull(data.get("sla_target")),
      degraded_weight: numberOrNull(data.get("degraded_weight")),
    };
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const { service } = this;
    this.problem = "";
    this.fault = "";
    this.isBusy = true;
    try {
      const body = this.read();
      const saved = service === null ? await createService(body) : await changeService(service.id, body);
      notify(service === null ? words.created(saved.name) : words.saved(saved.name), { tone: "good" });
      this.close();
      this.dispatchEvent(new CustomEvent<Service>("saved", { detail: saved }));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
      this.fault = (error instanceof ApiError ? error.field : null)?.split(".")[0] ?? "";
    }
    this.isBusy = false;
  }

  private field(name: string, label: string, value: string, options: FieldOptions = {}): TemplateResult {
    const { hint, number, isRequired = false, list } = options;
    return html`<div class="field">
      <label for=${name}
        >${label}${isRequired ? null : html` <span class="sub">${text.common.optional}</span>`}</label
      >
      <input
        id=${name}
        name=${name}
        .value=${value}
        type=${number === undefined ? "text" : "number"}
        min=${number?.min ?? nothing}
        max=${number?.max ?? nothing}
        step=${number?.step ?? nothing}
        maxlength="200"
        list=${list ?? nothing}
        autocomplete="off"
        ?required=${isRequired}
        ?autofocus=${isRequired}
        aria-invalid=${this.fault === name}
        aria-describedby=${hint === undefined ? nothing : `${name}-hint`}
      />
      ${hint === undefined ? null : html`<span class="hint" id="${name}-hint">${hint}</span>`}
    </div>`;
  }

  private feedFields(): TemplateResult | null {
    const machines = [...catalog.value.machines.values()];
    const { machineIds, withAlerts, rest } = this.feeds;
    if (machines.length === 0 && rest.length === 0) return null;
    return html`<andon-check-list
        legend=${words.machines}
        hint=${words.machinesHint}
        fault=${this.fault === "status_from" ? this.problem : ""}
        .choices=${machines.map((machine) => ({ value: machine.id, label: machineTitle(machine) }))}
        .chosen=${machineIds}
        @chosen=${(event: CustomEvent<string[]>) => (this.feeds = { ...this.feeds, machineIds: event.detail })}
      ></andon-check-list>
      ${
        machineIds.length === 0
          ? null
          : html`<label class="check">
              <input
                type="checkbox"
                .checked=${withAlerts}
                @change=${(event: Event) =>
                  (this.feeds = { ...this.feeds, withAlerts: (event.target as HTMLInputElement).checked })}
              />
              <span>${words.withAlerts}<br /><span class="sub">${words.withAlertsHint}</span></span>
            </label>`
      }
      ${rest.length === 0 ? null : html`<p class="sub">${words.otherFeeds(rest.length)}</p>`}`;
  }

  private fields(service: Service | null): TemplateResult {
    const groups = [...new Set(this.others.flatMap(({ group }) => group ?? []))].toSorted();
    return html`${this.field("name", words.name, service?.name ?? "", { isRequired: true })}
      <div class="pair">
        ${this.field("group", words.group, service?.group ?? "", { hint: words.groupHint, list: "groups" })}
        ${this.field("owner", words.owner, service?.owner ?? "", { hint: words.ownerHint })}
      </div>
      <datalist id="groups">${groups.map((group) => html`<option value=${group}></option>`)}</datalist>
      <div class="field">
        <label for="description">${words.description} <span class="sub">${text.common.optional}</span></label>
        <textarea
          id="description"
          name="description"
          maxlength="2000"
          aria-describedby="description-hint"
          .value=${service?.description ?? ""}
        ></textarea>
        <span class="hint" id="description-hint">${words.descriptionHint}</span>
      </div>
      <div class="pair">
        ${this.field("sla_target", words.target, String(service?.sla_target ?? ""), {
          hint: words.targetHint,
          number: { min: 0, max: 100, step: "any" },
        })}
        ${this.field("degraded_weight", words.weight, String(service?.degraded_weight ?? ""), {
          hint: words.weightHint,
          number: { min: 0, max: 1, step: "any" },
        })}
        ${this.field("order", words.order, String(service?.order ?? 0), {
          hint: words.orderHint,
          number: { min: -1_000_000, max: 1_000_000, step: "1" },
        })}
      </div>
      ${
        this.others.length === 0
          ? null
          : html`<andon-check-list
              legend=${words.dependsOn}
              hint=${words.dependsOnHint}
              fault=${this.fault === "depends_on" ? this.problem : ""}
              .choices=${this.others.map(({ id, name, group }) => ({
                value: id,
                label: name,
                ...(group === null ? {} : { detail: group }),
              }))}
              .chosen=${this.dependsOn}
              @chosen=${(event: CustomEvent<string[]>) => (this.dependsOn = event.detail)}
            ></andon-check-list>`
      }
      ${this.feedFields()}`;
  }

  override render(): TemplateResult {
    const { service } = this;
    return html`<andon-dialog
      wide
      heading=${service === null ? words.newTitle : words.editTitle}
      .open=${this.isOpen}
      @dialog-close=${this.close}
    >
      ${
        this.isOpen
          ? html`<form class="form" @submit=${this.save}>
              ${this.fields(service)}
              ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
              <div class="actions">
                <button type="submit" class="primary" ?disabled=${this.isBusy}>
                  ${this.isBusy ? text.common.saving : service === null ? words.create : text.common.save}
                </button>
                <button type="button" @click=${this.close}>${text.common.cancel}</button>
              </div>
            </form>`
          : null
      }
    </andon-dialog>`;
  }
}
