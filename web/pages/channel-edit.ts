// In: a channel's ID, or "new". Out: for a new one first the cards of its types, then its form, made from
// the type's own description; faults stand at their fields.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import {
  changeChannel,
  createChannel,
  listChannels,
  listChannelTypes,
  readChannel,
  type Channel,
  type ChannelType,
} from "../api/channels";
import { listProjects, type Project } from "../api/projects";
import { listServices } from "../api/services";
import { catalog } from "../app/catalog";
import { notify } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate, place } from "../app/router";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/channel-icon";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import "./channel-conduct";
import {
  bodyOf,
  draftOf,
  faultOf,
  findChannelFaults,
  type ChannelDraft,
  type ChannelFaults,
} from "./channel-draft";
import { channelEditStyles } from "./channel-edit-styles";
import "./channel-told";
import "./channel-types";
import "./channel-preview";
import "./config-fields";
import { WRONG, type ConfigFields } from "./config-fields";
import { asText, configBody, findConfigFaults, isShown, type ConfigValues } from "./config-values";
import { savedHandshake } from "./handshake";
import { listStyles } from "./list-styles";
import { backLink, stateOf } from "./page-parts";

const words = text.channels;
const form = text.channelForm;
const SECTIONS = ["config-fields", "channel-told", "channel-conduct"] as const;

interface Ground {
  channel: Channel | null;
  channels: Channel[];
  types: ChannelType[];
  projects: Project[];
  /** Of services. */
  groups: string[];
}

@customElement("page-channel-edit")
export class PageChannelEdit extends LitElement {
  @property() channelId = "";
  @state() private draft: ChannelDraft | null = null;
  @state() private faults: ChannelFaults = {};
  @state() private problem = "";
  @state() private isBusy = false;
  /** Beside the form where there is room for it, else on demand. */
  @state() private isPreviewOpen = matchMedia("(min-width: 1200px)").matches;

  private readonly ground = new Load<Ground>(this, async () => {
    const [channel, channels, types, projects, services] = await Promise.all([
      this.channelId === "new" ? null : readChannel(this.channelId),
      listChannels(),
      listChannelTypes(),
      listProjects(),
      listServices(),
    ]);
    if (channel !== null) this.draft = draftOf(channel, channel.type);
    const groups = new Set(services.flatMap(({ group }) => (group === null ? [] : [group])));
    return { channel, channels, types: types.data, projects, groups: [...groups].toSorted() };
  });

  static override styles = [base, controls, surfaces, listStyles, alertStyles, channelEditStyles];

  constructor() {
    super();
    new Watch(this, place, catalog);
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("channelId") && (changed.get("channelId") ?? "") !== "") {
      this.draft = null;
      void this.ground.restart();
    }
    this.followAddress();
    const { data } = this.ground;
    pageTitle.set(data?.channel == null ? words.newTitle : words.editTitle(data.channel.name));
  }

  /** The type of a new channel stands in the address, so that "back" leads to the cards. */
  private followAddress(): void {
    const { data } = this.ground;
    if (data === undefined || data.channel !== null) return;
    const kind = data.types.find((type) => type.kind === place.value.query.get("type"))?.kind;
    if (kind === this.draft?.kind) return;
    this.faults = {};
    this.problem = "";
    this.draft = kind === undefined ? null : { ...draftOf(null, kind), name: this.draft?.name ?? "" };
  }

  private async focusFault(): Promise<void> {
    await this.updateComplete;
    const own = this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (own !== null) return own.focus();
    for (const name of SECTIONS) {
      const section = this.renderRoot.querySelector<LitElement & { focusFault(): void }>(name);
      await section?.updateComplete;
      if (section?.renderRoot.querySelector(WRONG) == null) continue;
      return section.focusFault();
    }
    return undefined;
  }

  private async save(event: Event, ground: Ground, draft: ChannelDraft, type: ChannelType): Promise<void> {
    event.preventDefault();
    this.problem = "";
    this.faults = findChannelFaults(draft, type);
    if (Object.keys(this.faults).length > 0) return this.focusFault();
    this.isBusy = true;
    try {
      const { type: kind, ...changes } = bodyOf(draft, type, ground.channel);
      const saved =
        ground.channel === null
          ? await createChannel({ ...changes, type: kind })
          : await changeChannel(ground.channel.id, changes);
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
      const faults = faultOf(error instanceof ApiError ? error.field : null, this.problem);
      if (faults !== null) {
        this.faults = faults;
        await this.focusFault();
      }
    }
    this.isBusy = false;
    return undefined;
  }

  /** The fields of the sections are in roots of their own, where Enter submits nothing by itself. */
  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.defaultPrevented || event.isComposing) return;
    const [target] = event.composedPath();
    const isLine = target instanceof HTMLInputElement && target.form === null && target.type !== "checkbox";
    if (!isLine && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    (event.currentTarget as HTMLFormElement).requestSubmit();
  }

  private change(draft: ChannelDraft): void {
    // Who corrects a field need not read its old fault.
    if (Object.keys(this.faults).length > 0 && this.draft !== null) this.faults = this.remainingFaults(draft);
    this.draft = draft;
  }

  private remainingFaults(draft: ChannelDraft): ChannelFaults {
    const before = this.draft;
    const isTouched = (name: string): boolean =>
      before !== null &&
      (name === "name"
        ? before.name !== draft.name
        : name === "events"
          ? before.events !== draft.events
          : name === "rate_limit_per_minute"
            ? before.rateLimit !== draft.rateLimit
            : before.config[name] !== draft.config[name]);
    return Object.fromEntries(Object.entries(this.faults).filter(([name]) => !isTouched(name)));
  }

  private nameField(draft: ChannelDraft): TemplateResult {
    const fault = this.faults["name"];
    return html`<div class="field">
      <label for="name">${words.name}</label>
      <input
        id="name"
        placeholder=${words.namePlaceholder}
        maxlength="200"
        autocomplete="off"
        .value=${draft.name}
        aria-invalid=${fault === undefined ? "false" : "true"}
        aria-describedby=${fault === undefined ? nothing : "name-hint"}
        @input=${(event: InputEvent) => this.change({ ...draft, name: (event.target as HTMLInputElement).value })}
      />
      ${fault === undefined ? null : html`<span id="name-hint" class="error">${fault}</span>`}
    </div>`;
  }

  private section(id: "where" | "told" | "conduct", content: unknown): TemplateResult {
    return html`<section class="card pad" aria-labelledby="section-${id}">
      <h2 id="section-${id}">${form.sections[id]}</h2>
      ${content}
    </section>`;
  }

  private preview(draft: ChannelDraft, type: ChannelType, channel: Channel | null): TemplateResult {
    const templates = type.fields.filter(
      (field) => field.type === "template" && isShown(field, draft.config, type.fields),
    );
    const hasTemplate = templates.length > 0;
    const isBlank = hasTemplate && templates.every(({ name }) => asText(draft.config[name]) === "");
    const isIncomplete = isBlank || Object.keys(findConfigFaults(type.fields, draft.config)).length > 0;
    return html`<details
      class="card pad preview"
      ?open=${this.isPreviewOpen || hasTemplate}
      @toggle=${(event: Event) => (this.isPreviewOpen = (event.target as HTMLDetailsElement).open)}
    >
      <summary><h2>${form.preview.title}</h2></summary>
      ${
        this.isPreviewOpen || hasTemplate
          ? html`<channel-preview
              kind=${type.kind}
              channelId=${channel?.id ?? ""}
              ?hasTemplate=${hasTemplate}
              ?incomplete=${isIncomplete}
              .config=${configBody(type.fields, draft.config, channel?.config ?? null)}
              @line=${(event: CustomEvent<{ field: string; line: number }>) =>
                this.renderRoot
                  .querySelector<ConfigFields>("config-fields")
                  ?.focusLine(event.detail.field, event.detail.line)}
            ></channel-preview>`
          : null
      }
    </details>`;
  }

  private form(ground: Ground, draft: ChannelDraft, type: ChannelType): TemplateResult {
    const { channel, channels, projects, groups } = ground;
    const onDraft = (event: CustomEvent<ChannelDraft>): void => this.change(event.detail);
    const count = Object.keys(this.faults).length;
    return html`<form
      novalidate
      @keydown=${this.onKey}
      @submit=${(event: Event) => void this.save(event, ground, draft, type)}
    >
      ${this.section(
        "where",
        html`<div class="form">
          ${this.nameField(draft)}
          <config-fields
            .fields=${type.fields}
            .values=${draft.config}
            .stored=${channel?.config ?? {}}
            .faults=${this.faults}
            signingField=${type.secret_field ?? ""}
            @values=${(event: CustomEvent<ConfigValues>) => this.change({ ...draft, config: event.detail })}
          ></config-fields>
        </div>`,
      )}
      ${this.preview(draft, type, channel)}
      ${this.section(
        "told",
        html`<channel-told
          .draft=${draft}
          .type=${type}
          .faults=${this.faults}
          .machines=${[...catalog.value.machines.values()]}
          .projects=${projects}
          .groups=${groups}
          @draft=${onDraft}
        ></channel-told>`,
      )}
      ${this.section(
        "conduct",
        html`<channel-conduct
          .draft=${draft}
          .type=${type}
          .channel=${channel}
          .others=${channels.filter(({ id }) => id !== channel?.id)}
          .faults=${this.faults}
          @draft=${onDraft}
        ></channel-conduct>`,
      )}
      <div class="bar">
        <div class="actions">
          <button type="submit" class="primary" ?disabled=${this.isBusy}>
            ${this.isBusy ? text.common.saving : channel === null ? words.create : text.common.save}
          </button>
          <a class="button" href=${channel === null ? "/channels" : `/channels/${channel.id}`}
            >${text.common.cancel}</a
          >
        </div>
        <p class="problem" role="alert">${this.problem || (count > 0 ? form.problems(count) : "")}</p>
      </div>
    </form>`;
  }

  private head(ground: Ground | undefined, type: ChannelType | undefined): TemplateResult {
    const channel = ground?.channel ?? null;
    const title = channel === null ? words.newTitle : words.editTitle(channel.name);
    const back =
      channel !== null
        ? backLink(`/channels/${channel.id}`, channel.name)
        : type === undefined
          ? backLink("/channels", words.title)
          : backLink("/channels/new", form.changeType);
    return html`<div>
      ${back}
      <div class="head">
        ${type === undefined ? null : html`<channel-icon tile kind=${type.kind}></channel-icon>`}
        <div class="title">
          <h1>${title}</h1>
          <p class="sub">
            ${type === undefined ? form.chooseIntro : html`<span class="strong">${type.label}.</span> ${type.description}`}
          </p>
        </div>
      </div>
    </div>`;
  }

  override render(): TemplateResult {
    const ground = this.ground.data;
    const { draft } = this;
    const type = ground?.types.find(({ kind }) => kind === draft?.kind);
    const content = (): unknown => {
      if (ground === undefined)
        return stateOf(this.ground, { failed: words.channelFailed, notFound: words.notFound });
      if (draft === null || type === undefined)
        return html`<channel-types .types=${ground.types}></channel-types>`;
      return this.form(ground, draft, type);
    };
    return html`<div class="page">${this.head(ground, type)} ${content()}</div>`;
  }
}
