// In: a channel, its type and the names of what it refers to. Out: its settings as they are stored, in
// the type's own words; secrets as the server masks them.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Channel, ChannelField, ChannelType } from "../api/channels";
import { catalog } from "../app/catalog";
import { Watch } from "../controllers/store";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatSeconds } from "../text/format";
import { eventWords } from "./channel-words";

const words = text.channels;
const page = text.channelPage.settings;

interface Fact {
  label: string;
  value: TemplateResult | string;
  /** Written as code. */
  isCode?: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const signatureWords = (value: unknown): string => {
  const rows = (Array.isArray(value) ? value : [value]).filter(isRecord);
  return rows.length === 0
    ? text.channelForm.signatures.modes.none
    : rows.map(({ header, format }) => `${String(header)}: ${String(format)}`).join("\n");
};

const valueWords = (value: unknown, field: ChannelField | undefined): Fact["value"] => {
  if (typeof value === "boolean") return value ? text.common.yes : text.common.no;
  const option = field?.options.find((each) => each.value === String(value));
  if (option !== undefined) return option.label;
  if (field?.type === "headers" && isRecord(value))
    return Object.entries(value)
      .map(([name, content]) => `${name}: ${String(content)}`)
      .join("\n");
  if (field?.type === "signatures") return signatureWords(value);
  // A schedule of one's own.
  if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "number"))
    return value.map((seconds: number) => formatSeconds(seconds)).join(", ");
  if (Array.isArray(value) && value.every((each) => typeof each === "string" || typeof each === "number"))
    return value.join(field?.type === "json" ? ", " : "\n");
  return typeof value === "string" || typeof value === "number"
    ? String(value)
    : JSON.stringify(value, null, 1);
};

const isCode = (field: ChannelField | undefined): boolean =>
  field !== undefined && ["headers", "signatures", "json", "template", "url", "secret"].includes(field.type);

@customElement("channel-settings")
export class ChannelSettings extends LitElement {
  @property({ attribute: false }) channel!: Channel;
  @property({ attribute: false }) type: ChannelType | undefined;
  @property({ attribute: false }) channelNames: ReadonlyMap<string, string> = new Map();
  @property({ attribute: false }) projectNames: ReadonlyMap<string, string> = new Map();

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
      h3 {
        font-size: var(--text-s);
        color: var(--ink-2);
        padding-top: var(--space-3);
        border-top: 1px solid var(--line);
      }
      dl.facts {
        grid-template-columns: minmax(0, 7.5rem) minmax(0, 1fr);
      }
      dd {
        white-space: pre-line;
      }
      dd.mono {
        white-space: pre-wrap;
        font-size: var(--text-s);
        max-height: 14rem;
        overflow: auto;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, catalog);
  }

  private facts(facts: readonly Fact[]): TemplateResult {
    return html`<dl class="facts">
      ${facts.map(
        ({ label, value, isCode: code }) =>
          html`<dt>${label}</dt>
            <dd class=${code === true ? "mono" : ""}>${value}</dd>`,
      )}
    </dl>`;
  }

  private ownSettings(): Fact[] {
    const fields = this.type?.fields ?? [];
    const { config } = this.channel;
    // In the order of the form; what the form does not know comes last.
    const names = [
      ...new Set([
        ...fields.map(({ name }) => name).filter((name) => name in config),
        ...Object.keys(config),
      ]),
    ];
    return names.flatMap((name) => {
      const value = config[name];
      const field = fields.find((each) => each.name === name);
      // The secret has a card of its own.
      if (value === null || value === undefined || value === "" || name === this.type?.secret_field)
        return [];
      return [{ label: field?.label ?? name, value: valueWords(value, field), isCode: isCode(field) }];
    });
  }

  private told(): Fact[] {
    const { events, subscribed_events: subscribed, filters } = this.channel;
    const names = eventWords(events ?? subscribed);
    const machineName = (id: string): string => {
      const machine = catalog.value.machines.get(id);
      return machine?.display_name ?? machine?.name ?? id;
    };
    const labels = Object.entries(filters?.labels ?? {}).map(([name, value]) => `${name} = ${value}`);
    const listed: [string, readonly string[]][] = [
      [page.severities, (filters?.severities ?? []).map((word) => text.channelForm.severities[word] ?? word)],
      [page.groups, filters?.groups ?? []],
      [page.projects, (filters?.project_ids ?? []).map((id) => this.projectNames.get(id) ?? id)],
      [page.machines, (filters?.machine_ids ?? []).map(machineName)],
      [page.labels, labels],
    ];
    return [
      {
        label: page.events,
        value: names.length === 0 ? text.common.none : names.join("\n"),
      },
      ...listed
        .filter(([, values]) => values.length > 0)
        .map(([label, values]) => ({ label, value: values.join("\n") })),
    ];
  }

  private conduct(): Fact[] {
    const { channel } = this;
    const limit = channel.rate_limit_per_minute ?? channel.rate_limit_per_minute_default;
    const failureId = channel.failure_channel_id;
    return [
      {
        label: words.failureChannel,
        value:
          failureId === null
            ? words.noFailureChannel
            : html`<a href="/channels/${failureId}">${this.channelNames.get(failureId) ?? failureId}</a>`,
      },
      { label: page.rate, value: limit === null ? page.noLimit : page.perMinute(limit) },
      ...(this.type?.audience === "people"
        ? [{ label: page.staleAfter, value: formatSeconds(channel.stale_after_seconds) }]
        : []),
      { label: page.weeklyTest, value: channel.weekly_test ? text.common.on : text.common.off },
      {
        label: page.lastTest,
        value:
          channel.last_test_at === null
            ? text.common.never
            : html`<andon-since mode="ago" .at=${channel.last_test_at}></andon-since>${
                  channel.last_test_success === null
                    ? null
                    : html`, ${channel.last_test_success ? page.testDelivered : page.testFailed}`
                }`,
      },
    ];
  }

  override render(): TemplateResult {
    return html`<section class="card pad" aria-labelledby="settings">
      <h2 id="settings">${words.settings}</h2>
      ${this.facts(this.ownSettings())}
      <h3>${page.told}</h3>
      ${this.facts(this.told())}
      <h3>${page.conduct}</h3>
      ${this.facts(this.conduct())}
      <p class="sub">${words.noSecretsShown}</p>
      <slot></slot>
    </section>`;
  }
}
