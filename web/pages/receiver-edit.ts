// In: a receiver's ID, or "new". Out: for a new one first the cards of its senders, then its form; faults stand at
// their fields, and payloads can be tried with what is not saved yet.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { listChannels } from "../api/channels";
import { ApiError } from "../api/client";
import {
  changeReceiver,
  createNamedService,
  createReceiver,
  listPresets,
  readReceiver,
  rotateReceiverSecret,
  type Preset,
  type Receiver,
} from "../api/receivers";
import { listServices, type Service } from "../api/services";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate, place } from "../app/router";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import { fieldStyles } from "../elements/field-styles";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import { channelEditStyles } from "./channel-edit-styles";
import { listStyles } from "./list-styles";
import { backLink, stateOf } from "./page-parts";
import {
  blankDraft,
  changesOf,
  createBody,
  draftOf,
  findReceiverFaults,
  NEW,
  receiverFaultOf,
  withPreset,
  type ReceiverDraft,
  type ReceiverFaults,
} from "./receiver-draft";
import { alertsSection, conductSection, incidentsSection, signatureSection } from "./receiver-effects";
import { showOnce } from "./receiver-once";
import "./receiver-presets";
import { aboutSection, readingSection, wordsSection, type SectionParts } from "./receiver-sections";
import "./receiver-trial";

const words = text.receiverForm;

interface Ground {
  receiver: Receiver | null;
  presets: Preset[];
  services: Service[];
  channelNames: ReadonlyMap<string, string>;
}

@customElement("page-receiver-edit")
export class PageReceiverEdit extends LitElement {
  @property() receiverId = "";
  @state() private draft: ReceiverDraft | null = null;
  @state() private faults: ReceiverFaults = {};
  @state() private problem = "";
  @state() private isBusy = false;

  private readonly ground = new Load<Ground>(this, async () => {
    const [receiver, presets, services, channels] = await Promise.all([
      this.receiverId === "new" ? null : readReceiver(this.receiverId),
      listPresets(),
      listServices(),
      listChannels(),
    ]);
    if (receiver !== null)
      this.draft = draftOf(
        receiver,
        presets.data.find(({ name }) => name === receiver.preset),
      );
    return {
      receiver,
      presets: presets.data,
      services: services.toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })),
      channelNames: new Map(channels.map(({ id, name }) => [id, name])),
    };
  });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    channelEditStyles,
    fieldStyles,
    css`
      .words {
        display: grid;
        gap: var(--space-2);
      }
      .word {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(8.5rem, 12rem) auto;
        gap: var(--space-2);
      }
      .fault {
        color: var(--critical);
        font-size: var(--text-s);
      }
      .trial {
        display: block;
        min-width: 0;
      }
      @media (min-width: 1200px) {
        .trial {
          grid-column: 2;
          grid-row: 1 / span 7;
          position: sticky;
          top: var(--space-5);
          max-height: calc(100dvh - 2 * var(--space-5));
          overflow: auto;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, place);
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("receiverId") && (changed.get("receiverId") ?? "") !== "") {
      this.draft = null;
      void this.ground.restart();
    }
    this.followAddress();
    const { data } = this.ground;
    pageTitle.set(data?.receiver == null ? words.newTitle : words.editTitle(data.receiver.name));
  }

  /** The sender of a new receiver stands in the address, so that "back" leads to the cards. */
  private followAddress(): void {
    const { data } = this.ground;
    if (data === undefined || data.receiver !== null) return;
    const preset = data.presets.find(({ name }) => name === place.value.query.get("preset"));
    if (preset?.name === this.draft?.preset) return;
    this.faults = {};
    this.problem = "";
    const serviceId = place.value.query.get("service") ?? "";
    const isKnown = data.services.some(({ id }) => id === serviceId);
    this.draft =
      preset === undefined
        ? null
        : {
            ...blankDraft(preset),
            name: this.draft?.name ?? "",
            ...(isKnown ? { target: "service" as const, serviceId } : {}),
          };
  }

  private async focusFault(): Promise<void> {
    await this.updateComplete;
    const wrong = this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]');
    wrong?.closest("details")?.setAttribute("open", "");
    wrong?.focus();
  }

  /** Made first: the receiver refers to it. */
  private async withService(draft: ReceiverDraft): Promise<ReceiverDraft> {
    if (draft.target !== "service" || draft.serviceId !== NEW) return draft;
    const { id } = await createNamedService(draft.newService.trim());
    const saved = { ...draft, serviceId: id, newService: "" };
    // A second try must not make it again.
    this.draft = saved;
    await this.ground.run();
    return saved;
  }

  private async create(draft: ReceiverDraft, preset: Preset | undefined): Promise<string> {
    const { id, url, name } = await createReceiver(createBody(draft, preset));
    showOnce(id, { url });
    notify(text.receivers.saved(name), { tone: "good" });
    if (draft.signs !== "make" || draft.signatureScheme === "sns") return id;
    try {
      const { secret } = await rotateReceiverSecret(id, { revokesPrevious: true });
      showOnce(id, { secret });
    } catch (error) {
      // The receiver is there: its page sets the secret.
      notifyFailure(text.receivers.signature.failed, error);
    }
    return id;
  }

  private async change(receiver: Receiver, draft: ReceiverDraft, before: ReceiverDraft): Promise<string> {
    const { id, name } = await changeReceiver(receiver.id, changesOf(draft, before));
    notify(text.receivers.saved(name), { tone: "good" });
    return id;
  }

  private async save(event: Event, { receiver, presets }: Ground, typed: ReceiverDraft): Promise<void> {
    event.preventDefault();
    this.problem = "";
    this.faults = findReceiverFaults(typed);
    if (Object.keys(this.faults).length > 0) return this.focusFault();
    this.isBusy = true;
    const presetNamed = (name: string): Preset | undefined => presets.find((preset) => preset.name === name);
    try {
      const draft = await this.withService(typed);
      const id =
        receiver === null
          ? await this.create(draft, presetNamed(draft.preset))
          : await this.change(receiver, draft, draftOf(receiver, presetNamed(receiver.preset)));
      navigate(`/receivers/${id}`);
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
      const faults = receiverFaultOf(error instanceof ApiError ? error.field : null, this.problem);
      if (faults !== null) {
        this.faults = faults;
        await this.focusFault();
      }
    }
    this.isBusy = false;
    return undefined;
  }

  private set(changes: Partial<ReceiverDraft>): void {
    if (this.draft === null) return;
    this.draft = { ...this.draft, ...changes };
    // Who corrects something need not read old faults.
    if (Object.keys(this.faults).length === 0) return;
    const left = findReceiverFaults(this.draft);
    this.faults = Object.fromEntries(Object.entries(this.faults).filter(([name]) => name in left));
  }

  private section(id: keyof typeof words & string, content: TemplateResult): TemplateResult {
    return html`<section class="card pad" aria-labelledby="section-${id}">
      <h2 id="section-${id}">${words[id]}</h2>
      ${content}
    </section>`;
  }

  private trial(ground: Ground, draft: ReceiverDraft, preset: Preset | undefined): TemplateResult | null {
    const { receiver, presets, services, channelNames } = ground;
    if (receiver === null) return null;
    const before = draftOf(
      receiver,
      presets.find(({ name }) => name === receiver.preset),
    );
    const { name: _name, ...settings } = changesOf(draft, before);
    const isComplete = Object.keys(findReceiverFaults({ ...draft, name: "-" })).length === 0;
    const isKnown = draft.serviceId !== NEW || draft.target !== "service";
    return html`<receiver-trial
      class="trial"
      .receiver=${receiver}
      .preset=${preset}
      .settings=${isComplete && isKnown ? settings : {}}
      .channelNames=${channelNames}
      serviceName=${services[0]?.name ?? ""}
    ></receiver-trial>`;
  }

  private form(ground: Ground, draft: ReceiverDraft): TemplateResult {
    const { receiver, presets, services } = ground;
    const preset = presets.find(({ name }) => name === draft.preset);
    const parts: SectionParts = {
      draft,
      preset,
      faults: this.faults,
      change: (changes) => this.set(changes),
    };
    const count = Object.keys(this.faults).length;
    return html`<form novalidate @submit=${(event: Event) => void this.save(event, ground, draft)}>
      ${this.section(
        "what",
        aboutSection({
          ...parts,
          presets,
          services,
          canChangePreset: receiver !== null,
          changePreset: (name) => {
            const chosen = presets.find((each) => each.name === name);
            if (chosen !== undefined && this.draft !== null) this.set(withPreset(this.draft, chosen));
          },
        }),
      )}
      ${this.section("reading", readingSection(parts))} ${this.section("words", wordsSection(parts))}
      ${this.section("signature", signatureSection({ ...parts, isNew: receiver === null }))}
      ${this.section("incidents", incidentsSection(parts))} ${this.section("alerts", alertsSection(parts))}
      ${this.section("conduct", conductSection(parts))} ${this.trial(ground, draft, preset)}
      <div class="bar">
        <div class="actions">
          <button type="submit" class="primary" ?disabled=${this.isBusy}>
            ${this.isBusy ? text.common.saving : receiver === null ? words.create : text.common.save}
          </button>
          <a class="button" href=${receiver === null ? "/receivers" : `/receivers/${receiver.id}`}
            >${text.common.cancel}</a
          >
        </div>
        <p class="problem" role="alert">${this.problem || (count > 0 ? words.problems(count) : "")}</p>
      </div>
    </form>`;
  }

  private head(ground: Ground | undefined): TemplateResult {
    const receiver = ground?.receiver ?? null;
    const preset = ground?.presets.find(({ name }) => name === this.draft?.preset);
    const back =
      receiver !== null
        ? backLink(`/receivers/${receiver.id}`, receiver.name)
        : preset === undefined
          ? backLink("/receivers", text.receivers.title)
          : backLink("/receivers/new", words.changePreset);
    return html`<div>
      ${back}
      <div class="head">
        <div class="title">
          <h1>${receiver === null ? words.newTitle : words.editTitle(receiver.name)}</h1>
          <p class="sub">
            ${preset === undefined ? words.chooseIntro : html`<span class="strong">${preset.label}.</span> ${preset.about}`}
          </p>
        </div>
      </div>
    </div>`;
  }

  override render(): TemplateResult {
    const ground = this.ground.data;
    const content = (): unknown => {
      if (ground === undefined)
        return stateOf(this.ground, {
          failed: text.receivers.receiverFailed,
          notFound: text.receivers.notFound,
        });
      if (this.draft === null) return html`<receiver-presets .presets=${ground.presets}></receiver-presets>`;
      return this.form(ground, this.draft);
    };
    return html`<div class="page">${this.head(ground)} ${content()}</div>`;
  }
}
