// In: a receiver. Out: how it is set, in words: its sender, what is read from where, and what it leads to.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Preset, Receiver } from "../api/receivers";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { meaningWord, pathsOf } from "./receiver-words";

const words = text.receivers.settings;

/** The slot holds what else can be done with it. */
@customElement("receiver-settings")
export class ReceiverSettings extends LitElement {
  @property({ attribute: false }) receiver!: Receiver;
  @property({ attribute: false }) preset: Preset | undefined;
  @property({ attribute: false }) services: ReadonlyMap<string, string> = new Map();

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
      }
      section {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  private paths(paths: string | readonly string[] | null): TemplateResult | string {
    const list = pathsOf(paths);
    return list.length === 0
      ? words.byPreset
      : html`${list.map((path, index) => html`${index === 0 ? "" : ", "}<code>${path}</code>`)}`;
  }

  private service(): TemplateResult | string {
    const { service_id: id, service_name_field: name, create_missing_services: creates } = this.receiver;
    const { services, preset } = this;
    if (id !== null)
      return html`<a href="/services/${id}">${services.get(id) ?? text.receivers.deletedService}</a>`;
    if (this.receiver.alerts?.sets_status === false) return text.receivers.alertsOnly;
    const where =
      name === null
        ? words.namedBy(preset?.service_from ?? words.byPreset)
        : words.nameAt(pathsOf(name).join(", "));
    return creates ? `${where}, ${words.creates}` : where;
  }

  private incidents(): string {
    const { auto_create_incidents: opens, auto_resolve_incidents: resolves } = this.receiver;
    if (opens) return resolves ? words.opensAnd : words.opens;
    return resolves ? words.resolves : words.noIncidents;
  }

  override render(): TemplateResult {
    const { receiver, preset } = this;
    const unmapped = receiver.unmapped_status;
    const rows: [string, unknown][] = [
      [words.sender, preset?.label ?? receiver.preset],
      [words.service, this.service()],
      [words.status, this.paths(receiver.status_field)],
      [words.message, this.paths(receiver.message_field)],
      [words.unmapped, unmapped === null ? words.refused : meaningWord(unmapped)],
      [words.incidents, this.incidents()],
      [words.alerts, receiver.alerts === null ? null : words.raises],
      [
        words.rate,
        receiver.rate_limit_per_minute === null ? null : words.perMinute(receiver.rate_limit_per_minute),
      ],
    ];
    return html`<section class="card pad" aria-labelledby="settings">
      <h2 id="settings">${words.title}</h2>
      <dl class="facts">
        ${rows.map(([name, value]) =>
          value === null
            ? null
            : html`<dt>${name}</dt>
                <dd>${value}</dd>`,
        )}
      </dl>
      <slot></slot>
    </section>`;
  }
}
