// In: a draft of a channel, and what its filters can name. Out: the events that it is told, by what they
// are about, and the filters. Every change leaves as a new draft.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChannelType } from "../api/channels";
import type { Machine } from "../api/machines";
import type { Project } from "../api/projects";
import "../elements/check-list";
import type { CheckChoice } from "../elements/check-list";
import "../elements/pairs";
import type { Pair } from "../elements/pairs";
import { base, controls, folds, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { countFilters, usualEvents, type ChannelDraft, type ChannelFaults } from "./channel-draft";
import { eventWords } from "./channel-words";
import { machineTitle } from "./machine-words";

const words = text.channelForm.told;

type EventGroup = keyof typeof words.groups;

const EVENTS: Readonly<Record<Exclude<EventGroup, "others">, readonly string[]>> = {
  alerts: ["alert.triggered", "alert.acknowledged", "alert.resolved", "alert.escalated"],
  incidents: ["incident.opened", "incident.updated", "incident.resolved"],
  services: ["service.status_changed"],
  channels: [
    "channel.paused",
    "channel.failed",
    "channel.disabled",
    "channel.resumed",
    "channel.delivery_failed",
    "channel.test_failed",
  ],
};

const FILTERS = ["severities", "groups", "project_ids", "machine_ids", "labels"] as const;

const nameOf = (event: string): string => text.channels.eventNames[event] ?? event;

const toggled = (list: readonly string[], value: string): string[] =>
  list.includes(value) ? list.filter((each) => each !== value) : [...list, value];

/** Fires `draft` with the new draft. */
@customElement("channel-told")
export class ChannelTold extends LitElement {
  @property({ attribute: false }) draft!: ChannelDraft;
  @property({ attribute: false }) type!: ChannelType;
  @property({ attribute: false }) faults: ChannelFaults = {};
  @property({ attribute: false }) machines: readonly Machine[] = [];
  @property({ attribute: false }) projects: readonly Project[] = [];
  /** Groups that some service belongs to. */
  @property({ attribute: false }) groups: readonly string[] = [];
  /** The filters, as their reader left them. */
  @state() private isOpen = false;

  static override styles = [
    base,
    controls,
    surfaces,
    folds,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      .groups {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
        gap: var(--space-4);
        margin-top: var(--space-3);
      }
      .groups .check,
      .severities .check {
        padding-block: 0.1rem;
      }
      legend + .check {
        margin-bottom: var(--space-2);
      }
      .severities {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
        gap: 0.15rem var(--space-4);
      }
      details .form {
        margin-top: var(--space-3);
        gap: var(--space-5);
      }
      .error {
        color: var(--critical);
        font-size: var(--text-s);
      }
      @media (pointer: coarse) {
        .check {
          min-height: var(--target);
          align-items: center;
        }
        .check input {
          margin-top: 0;
        }
      }
    `,
  ];

  focusFault(): void {
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  private set(changes: Partial<ChannelDraft>): void {
    this.dispatchEvent(new CustomEvent("draft", { detail: { ...this.draft, ...changes } }));
  }

  private eventGroup(
    group: EventGroup,
    events: readonly string[],
    chosen: readonly string[],
  ): TemplateResult {
    return html`<fieldset>
      <legend>${words.groups[group]}</legend>
      ${events.map(
        (event) =>
          html`<label class="check">
            <input
              type="checkbox"
              aria-invalid=${this.faults["events"] === undefined ? "false" : "true"}
              .checked=${chosen.includes(event)}
              @change=${() => this.set({ events: toggled(chosen, event) })}
            />
            <span>${nameOf(event)}</span>
          </label>`,
      )}
    </fieldset>`;
  }

  private events(): TemplateResult {
    const { events } = this.draft;
    const usual = usualEvents(this.type, this.draft.config);
    const known = Object.values(EVENTS).flat();
    // Names of a dialect's own, as a program wrote them.
    const others = (events ?? []).filter((event) => !known.includes(event));
    return html`<fieldset>
      <legend>${text.channels.events}</legend>
      <label class="check">
        <input
          type="radio"
          name="events"
          .checked=${events === null}
          @change=${() => this.set({ events: null })}
        />
        <span
          >${words.usual}<br /><span class="sub"
            >${usual.length === 0 ? words.usualNone : words.usualAre(eventWords(usual).join(", "))}</span
          ></span
        >
      </label>
      <label class="check">
        <input
          type="radio"
          name="events"
          .checked=${events !== null}
          @change=${() => this.set({ events: [...usual] })}
        />
        <span>${words.own}</span>
      </label>
      ${
        events === null
          ? null
          : html`<div class="groups">
              ${Object.entries(EVENTS).map(([group, list]) => this.eventGroup(group as EventGroup, list, events))}
              ${others.length === 0 ? null : this.eventGroup("others", others, events)}
            </div>`
      }
      ${this.faults["events"] === undefined ? null : html`<p class="error" role="alert">${this.faults["events"]}</p>`}
    </fieldset>`;
  }

  private severities(): TemplateResult {
    const { severities } = this.draft;
    return html`<fieldset>
      <legend>${words.severities}</legend>
      <div class="severities">
        ${Object.entries(text.channelForm.severities).map(
          ([word, label]) =>
            html`<label class="check">
              <input
                type="checkbox"
                .checked=${severities.includes(word)}
                @change=${() => this.set({ severities: toggled(severities, word) })}
              />
              <span>${label} <span class="sub">${text.channelForm.severityOf[word]}</span></span>
            </label>`,
        )}
      </div>
      <span class="sub">${words.severitiesHint}</span>
    </fieldset>`;
  }

  private list(
    name: "groups" | "projectIds" | "machineIds",
    parts: {
      legend: string;
      hint: string;
      choices: readonly CheckChoice[];
      isOpen?: boolean;
      fault?: string | undefined;
    },
  ): TemplateResult {
    return html`<andon-check-list
      legend=${parts.legend}
      hint=${parts.hint}
      fault=${parts.fault ?? ""}
      ?open=${parts.isOpen === true}
      .choices=${parts.choices}
      .chosen=${this.draft[name]}
      @chosen=${(event: CustomEvent<readonly string[]>) => this.set({ [name]: event.detail })}
    ></andon-check-list>`;
  }

  private filters(): TemplateResult {
    const { machines, projects, faults } = this;
    const labelNames = [...new Set(machines.flatMap((machine) => Object.keys(machine.labels)))].toSorted();
    const machineChoices = machines
      .map((machine) => ({ value: machine.id, label: machineTitle(machine), detail: machine.type }))
      .toSorted((left, right) => left.label.localeCompare(right.label, "en", { numeric: true }));
    return html`<div class="form">
      <p class="sub">${words.filtersHint}</p>
      ${this.severities()}
      ${
        machines.length === 0 && this.draft.machineIds.length === 0
          ? null
          : this.list("machineIds", {
              legend: words.machines,
              hint: words.machinesHint,
              choices: machineChoices,
              fault: faults["machine_ids"],
            })
      }
      <andon-pairs
        legend=${words.labels}
        hint=${words.labelsHint}
        fault=${faults["labels"] ?? ""}
        nameLabel=${words.labelName}
        valueLabel=${words.labelValue}
        addLabel=${words.addLabel}
        .removeLabel=${words.removeLabel}
        .names=${labelNames}
        .pairs=${this.draft.labels}
        @pairs=${(event: CustomEvent<readonly Pair[]>) => this.set({ labels: event.detail })}
      ></andon-pairs>
      ${this.list("groups", {
        legend: words.groupsLabel,
        hint: words.groupsHint,
        choices: this.groups.map((group) => ({ value: group, label: group })),
        isOpen: true,
        fault: faults["groups"],
      })}
      ${
        projects.length < 2 && this.draft.projectIds.length === 0
          ? null
          : this.list("projectIds", {
              legend: words.projects,
              hint: words.projectsHint,
              choices: projects.map(({ id, name }) => ({ value: id, label: name })),
              fault: faults["project_ids"],
            })
      }
    </div>`;
  }

  override willUpdate(changed: PropertyValues): void {
    const hasFault = FILTERS.some((name) => this.faults[name] !== undefined);
    const isFirst = !this.hasUpdated && countFilters(this.draft) > 0;
    if (isFirst || (changed.has("faults") && hasFault)) this.isOpen = true;
  }

  override render(): TemplateResult {
    const count = countFilters(this.draft);
    return html`${this.events()}
      <details
        ?open=${this.isOpen}
        @toggle=${(event: Event) => (this.isOpen = (event.target as HTMLDetailsElement).open)}
      >
        <summary>${words.filtersSet(count)}</summary>
        ${this.filters()}
      </details>`;
  }
}
