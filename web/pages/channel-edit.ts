// In: a channel's ID, or "new". Out: its form, made from the type's own description.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import {
  changeChannel,
  createChannel,
  listChannels,
  listChannelTypes,
  readChannel,
  type Channel,
  type ChannelBody,
  type ChannelFilters,
  type ChannelType,
} from "../api/channels";
import { notify } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { Load } from "../controllers/load";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import "./config-fields";
import { isShown, UnreadJson, type ConfigFields, type ConfigValues } from "./config-fields";
import { savedHandshake } from "./handshake";
import { listStyles } from "./list-styles";
import { backLink, stateOf } from "./page-parts";

const words = text.channels;
/** What a person would subscribe to; the API takes the others as well. */
const EVENTS = ["alert.triggered", "alert.acknowledged", "alert.resolved", "alert.escalated"] as const;
const SEVERITIES = ["critical", "warning", "info"] as const;

interface Ground {
  channel: Channel | null;
  channels: Channel[];
  types: ChannelType[];
}

@customElement("page-channel-edit")
export class PageChannelEdit extends LitElement {
  @property() channelId = "";
  @state() private name = "";
  @state() private kind = "";
  @state() private config: ConfigValues = {};
  @state() private isActive = true;
  @state() private events: string[] | null = null;
  @state() private severities: NonNullable<ChannelFilters["severities"]> = [];
  @state() private failureChannelId = "";
  @state() private faults: Record<string, string> = {};
  @state() private problem = "";
  @state() private isBusy = false;

  private readonly ground = new Load<Ground>(this, async () => {
    const [channel, channels, types] = await Promise.all([
      this.channelId === "new" ? null : readChannel(this.channelId),
      listChannels(),
      listChannelTypes(),
    ]);
    this.name = channel?.name ?? "";
    this.kind = channel?.type ?? types.data[0]?.kind ?? "";
    this.config = { ...channel?.config };
    this.isActive = channel?.is_active ?? true;
    this.events = channel?.events ?? null;
    this.severities = channel?.filters?.severities ?? [];
    this.failureChannelId = channel?.failure_channel_id ?? "";
    return { channel, channels, types: types.data };
  });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    css`
      .narrow {
        max-width: 42rem;
      }
      .checks {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: 0.3rem var(--space-4);
      }
      .form {
        gap: var(--space-5);
      }
      fieldset .checks {
        margin-top: var(--space-2);
        padding-left: 1.7rem;
      }
      .last {
        padding-top: var(--space-4);
        border-top: 1px solid var(--line);
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("channelId") && (changed.get("channelId") ?? "") !== "") void this.ground.restart();
    pageTitle.set(
      this.ground.data?.channel == null ? words.newTitle : words.editTitle(this.ground.data.channel.name),
    );
  }

  private body(ground: Ground): ChannelBody {
    const config: Record<string, unknown> = {};
    // What belongs to another dialect is not kept unseen: the API would refuse it.
    const fields = ground.types.find(({ kind }) => kind === this.kind)?.fields ?? [];
    const hidden = fields.filter((field) => !isShown(field, this.config, fields)).map(({ name }) => name);
    for (const [name, value] of Object.entries(this.config))
      if (value !== undefined && !hidden.includes(name)) config[name] = value;
    // On a change null takes a setting away; on creation it is simply left out.
    if (ground.channel !== null)
      for (const name of Object.keys(ground.channel.config)) if (!(name in config)) config[name] = null;
    const headers = config["headers"];
    if (typeof headers === "object" && headers !== null)
      config["headers"] = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== ""));
    const { severities: _severities, ...otherFilters } = ground.channel?.filters ?? {};
    const filters = {
      ...otherFilters,
      ...(this.severities.length === 0 ? {} : { severities: this.severities }),
    };
    return {
      name: this.name.trim(),
      type: this.kind,
      config,
      is_active: this.isActive,
      ...(ground.channel === null && this.events === null ? {} : { events: this.events }),
      ...(ground.channel === null && Object.keys(filters).length === 0
        ? {}
        : { filters: Object.keys(filters).length === 0 ? null : filters }),
      ...(ground.channel === null && this.failureChannelId === ""
        ? {}
        : { failure_channel_id: this.failureChannelId === "" ? null : this.failureChannelId }),
    };
  }

  private findFaults(type: ChannelType | undefined): Record<string, string> {
    const faults: Record<string, string> = {};
    if (this.name.trim() === "") faults["name"] = text.rules.needed;
    for (const field of type?.fields ?? []) {
      const value = this.config[field.name];
      if (value instanceof UnreadJson) faults[field.name] = words.jsonWrong;
      else if (field.required && (value === undefined || value === ""))
        faults[field.name] = text.rules.needed;
      else if (typeof value === "number" && Number.isNaN(value)) faults[field.name] = text.rules.numberNeeded;
    }
    return faults;
  }

  private async focusFault(): Promise<void> {
    await this.updateComplete;
    const own = this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (own !== null) own.focus();
    else this.renderRoot.querySelector<ConfigFields>("config-fields")?.focusFault();
  }

  private async save(event: Event, ground: Ground): Promise<void> {
    event.preventDefault();
    this.problem = "";
    this.faults = this.findFaults(ground.types.find((type) => type.kind === this.kind));
    if (Object.keys(this.faults).length > 0) return this.focusFault();
    this.isBusy = true;
    try {
      const body = this.body(ground);
      const { type: _type, ...changes } = body;
      const saved =
        ground.channel === null ? await createChannel(body) : await changeChannel(ground.channel.id, changes);
      const isUnverified = saved.health === "unverified";
      notify(words.saved(saved.name), {
        tone: isUnverified ? "warning" : "good",
        detail: isUnverified ? words.unverified : "",
      });
      savedHandshake.set(
        saved.attempt === undefined ? null : { channelId: saved.id, attempt: saved.attempt },
      );
      navigate(`/channels/${saved.id}`);
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
      if (error instanceof ApiError && error.field !== null) {
        this.faults = { [error.field.replace(/^config\.([^.]+).*$/, "$1")]: this.problem };
        await this.focusFault();
      }
    }
    this.isBusy = false;
    return undefined;
  }

  private eventFields(type: ChannelType | undefined): TemplateResult {
    const chosen = this.events ?? type?.default_events ?? [];
    const offered = [...new Set<string>([...EVENTS, ...(this.events ?? [])])];
    const choose = (isOwn: boolean): void => {
      this.events = isOwn ? chosen.filter((event) => offered.includes(event)) : null;
    };
    return html`<fieldset>
      <legend>${words.events}</legend>
      <label class="check">
        <input type="radio" name="events" .checked=${this.events === null} @change=${() => choose(false)} />
        <span>${words.eventsDefault}</span>
      </label>
      <label class="check">
        <input type="radio" name="events" .checked=${this.events !== null} @change=${() => choose(true)} />
        <span>${words.eventsOwn}</span>
      </label>
      ${
        this.events === null
          ? null
          : html`<div class="checks">
              ${offered.map(
                (event) =>
                  html`<label class="check">
                    <input
                      type="checkbox"
                      .checked=${chosen.includes(event)}
                      @change=${() => (this.events = chosen.includes(event) ? chosen.filter((each) => each !== event) : [...chosen, event])}
                    />
                    <span>${words.eventNames[event] ?? event}</span>
                  </label>`,
              )}
            </div>`
      }
    </fieldset>`;
  }

  private filterFields(): TemplateResult {
    return html`<fieldset>
      <legend>${words.filters}</legend>
      <div class="actions">
        ${SEVERITIES.map(
          (severity) =>
            html`<label class="check">
              <input
                type="checkbox"
                .checked=${this.severities.includes(severity)}
                @change=${() =>
                  (this.severities = this.severities.includes(severity)
                    ? this.severities.filter((each) => each !== severity)
                    : [...this.severities, severity])}
              />
              <span>${text.severity[severity]}</span>
            </label>`,
        )}
      </div>
      <span class="sub">${words.severitiesAll}</span>
    </fieldset>`;
  }

  private form(ground: Ground): TemplateResult {
    const type = ground.types.find((each) => each.kind === this.kind);
    const others = ground.channels.filter((each) => each.id !== ground.channel?.id);
    const nameFault = this.faults["name"];
    return html`<form
      class="card pad narrow form"
      novalidate
      @submit=${(event: Event) => void this.save(event, ground)}
    >
      <div class="pair">
        <div class="field">
          <label for="name">${words.name}</label>
          <input
            id="name"
            placeholder=${words.namePlaceholder}
            maxlength="200"
            .value=${this.name}
            aria-invalid=${nameFault === undefined ? "false" : "true"}
            aria-describedby="name-hint"
            @input=${(event: InputEvent) => (this.name = (event.target as HTMLInputElement).value)}
          />
          <span id="name-hint" class="error">${nameFault ?? ""}</span>
        </div>
        ${
          ground.types.length < 2 || ground.channel !== null
            ? null
            : html`<div class="field">
                <label for="type">${words.type}</label>
                <select
                  id="type"
                  @change=${(event: Event) => (this.kind = (event.target as HTMLSelectElement).value)}
                >
                  ${ground.types.map((each) => html`<option value=${each.kind} ?selected=${each.kind === this.kind}>${each.label}</option>`)}
                </select>
              </div>`
        }
      </div>
      ${type === undefined ? null : html`<p class="sub">${type.description}</p>`}
      <config-fields
        .fields=${type?.fields ?? []}
        .values=${this.config}
        .faults=${this.faults}
        @values=${(event: CustomEvent<ConfigValues>) => (this.config = event.detail)}
      ></config-fields>
      ${this.eventFields(type)} ${this.filterFields()}
      ${
        others.length === 0
          ? null
          : html`<div class="field">
              <label for="failure">${words.failureChannel}</label>
              <select
                id="failure"
                aria-describedby="failure-hint"
                @change=${(event: Event) => (this.failureChannelId = (event.target as HTMLSelectElement).value)}
              >
                <option value="">${words.noFailureChannel}</option>
                ${others.map((each) => html`<option value=${each.id} ?selected=${each.id === this.failureChannelId}>${each.name}</option>`)}
              </select>
              <span id="failure-hint" class="hint">${words.failureChannelHint}</span>
            </div>`
      }
      <label class="check">
        <input
          type="checkbox"
          .checked=${this.isActive}
          @change=${(event: Event) => (this.isActive = (event.target as HTMLInputElement).checked)}
        />
        <span>${words.active}<br /><span class="sub">${words.activeHint}</span></span>
      </label>
      ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
      <div class="actions last">
        <button type="submit" class="primary" ?disabled=${this.isBusy}>
          ${this.isBusy ? text.common.saving : ground.channel === null ? words.create : text.common.save}
        </button>
        <a class="button" href=${ground.channel === null ? "/channels" : `/channels/${ground.channel.id}`}
          >${text.common.cancel}</a
        >
      </div>
    </form>`;
  }

  override render(): TemplateResult {
    const ground = this.ground.data;
    const channel = ground?.channel ?? null;
    return html`<div class="page">
      <div>
        ${channel === null ? backLink("/channels", words.title) : backLink(`/channels/${channel.id}`, channel.name)}
        <h1>${channel === null ? words.newTitle : words.editTitle(channel.name)}</h1>
      </div>
      ${ground === undefined ? stateOf(this.ground, { failed: words.channelFailed, notFound: words.notFound }) : this.form(ground)}
    </div>`;
  }
}
