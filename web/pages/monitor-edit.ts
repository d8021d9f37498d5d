// In: a monitor's ID, or "new". Out: for a new one first the cards of its types, then its form; faults stand at their
// fields, and what stands in it can be looked at before it is saved.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import {
  changeMonitor,
  createMonitor,
  listMonitors,
  readMonitor,
  testDraft,
  type Monitor,
  type MonitorType,
  type Sight,
} from "../api/monitors";
import { createNamedService } from "../api/receivers";
import { listServices, type Service } from "../api/services";
import { notify } from "../app/notices";
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
import {
  changesOf,
  createBody,
  findMonitorFaults,
  monitorFaultOf,
  testBody,
  type MonitorFaults,
} from "./monitor-body";
import { blankMonitor, draftOf, NEW, type MonitorDraft } from "./monitor-draft";
import { effectsSection, expectSection, oftenSection } from "./monitor-effects";
import { targetSection, type MonitorParts } from "./monitor-sections";
import "./monitor-sight";
import "./monitor-types";
import { typeWord } from "./monitor-words";
import { backLink, stateOf } from "./page-parts";

const words = text.monitorForm;

interface Ground {
  monitor: Monitor | null;
  services: Service[];
  groups: string[];
}

const isType = (word: string | null): word is MonitorType =>
  word !== null && Object.hasOwn(text.monitors.types, word);

@customElement("page-monitor-edit")
export class PageMonitorEdit extends LitElement {
  @property() monitorId = "";
  @state() private draft: MonitorDraft | null = null;
  @state() private faults: MonitorFaults = {};
  @state() private problem = "";
  @state() private isBusy = false;
  @state() private isLooking = false;
  @state() private sight: Sight | null = null;
  @state() private lookProblem = "";

  private readonly ground = new Load<Ground>(this, async () => {
    const [monitor, monitors, services] = await Promise.all([
      this.monitorId === "new" ? null : readMonitor(this.monitorId),
      listMonitors(),
      listServices(),
    ]);
    if (monitor !== null) this.draft = draftOf(monitor);
    const groups = new Set(
      [...monitors, ...services].flatMap(({ group }) => (group === null ? [] : [group])),
    );
    return {
      monitor,
      services: services.toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })),
      groups: [...groups].toSorted(),
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
      .request {
        display: grid;
        grid-template-columns: 8rem minmax(0, 1fr);
        gap: var(--space-4);
        align-items: start;
      }
      .span {
        display: grid;
        grid-template-columns: minmax(0, 8rem) minmax(0, 10rem);
        gap: var(--space-2);
        align-items: start;
      }
      .span > select {
        /* Beside the field, not beside its label. */
        margin-top: 1.5rem;
      }
      .look {
        align-content: start;
      }
      @media (min-width: 1200px) {
        .look {
          grid-column: 2;
          grid-row: 1 / span 5;
          position: sticky;
          top: var(--space-5);
          max-height: calc(100dvh - 2 * var(--space-5));
          overflow: auto;
        }
      }
      @media (max-width: 479px) {
        .request {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, place);
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("monitorId") && (changed.get("monitorId") ?? "") !== "") {
      this.draft = null;
      void this.ground.restart();
    }
    this.followAddress();
    const { data } = this.ground;
    pageTitle.set(data?.monitor == null ? words.newTitle : words.editTitle(data.monitor.name));
  }

  /** The type of a new monitor stands in the address, so that "back" leads to the cards. */
  private followAddress(): void {
    const { data } = this.ground;
    if (data === undefined || data.monitor !== null) return;
    const { query } = place.value;
    const type = query.get("type");
    const chosen = isType(type) ? type : undefined;
    if (chosen === this.draft?.type) return;
    this.faults = {};
    this.problem = "";
    this.sight = null;
    const service = query.get("service") ?? "";
    const serviceId = data.services.some(({ id }) => id === service) ? service : "";
    this.draft =
      chosen === undefined ? null : { ...blankMonitor(chosen), name: this.draft?.name ?? "", serviceId };
  }

  private async focusFault(): Promise<void> {
    await this.updateComplete;
    const wrong = this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]');
    wrong?.closest("details")?.setAttribute("open", "");
    wrong?.focus();
  }

  /** Made first: the monitor refers to it. */
  private async withService(draft: MonitorDraft): Promise<MonitorDraft> {
    if (draft.serviceId !== NEW) return draft;
    const { id } = await createNamedService(draft.newService.trim());
    const saved = { ...draft, serviceId: id, newService: "" };
    // A second try must not make it again.
    const services = await listServices();
    if (this.ground.data !== undefined) this.ground.data = { ...this.ground.data, services };
    this.draft = saved;
    return saved;
  }

  private refuse(error: unknown): Promise<void> {
    this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    const faults = monitorFaultOf(error instanceof ApiError ? error.field : null, this.problem);
    if (faults === null) return Promise.resolve();
    this.faults = faults;
    return this.focusFault();
  }

  private async save(event: Event, { monitor }: Ground, typed: MonitorDraft): Promise<void> {
    event.preventDefault();
    this.problem = "";
    this.faults = findMonitorFaults(typed);
    if (Object.keys(this.faults).length > 0) return this.focusFault();
    this.isBusy = true;
    try {
      const draft = await this.withService(typed);
      const saved =
        monitor === null
          ? await createMonitor(createBody(draft))
          : await changeMonitor(monitor.id, changesOf(draft, draftOf(monitor)));
      notify(text.monitors.saved(saved.name), { tone: "good" });
      navigate(`/monitors/${saved.id}`);
    } catch (error) {
      await this.refuse(error);
    }
    this.isBusy = false;
    return undefined;
  }

  private async look(draft: MonitorDraft): Promise<void> {
    this.lookProblem = "";
    const { name: _name, new_service: _service, ...faults } = findMonitorFaults(draft);
    this.faults = faults;
    if (Object.keys(faults).length > 0) return this.focusFault();
    this.isLooking = true;
    this.sight = null;
    try {
      this.sight = await testDraft(testBody(draft).body);
    } catch (error) {
      this.lookProblem = error instanceof ApiError ? error.message : text.common.unexpected;
      const found = monitorFaultOf(error instanceof ApiError ? error.field : null, this.lookProblem);
      if (found !== null) {
        this.faults = found;
        await this.focusFault();
      }
    }
    this.isLooking = false;
    return undefined;
  }

  private set(changes: Partial<MonitorDraft>): void {
    if (this.draft === null) return;
    this.draft = { ...this.draft, ...changes };
    // Who corrects something need not read old faults.
    if (Object.keys(this.faults).length === 0) return;
    const left = findMonitorFaults(this.draft);
    this.faults = Object.fromEntries(Object.entries(this.faults).filter(([name]) => name in left));
  }

  private section(
    id: "what" | "job" | "expect" | "often" | "effects",
    content: TemplateResult,
  ): TemplateResult {
    return html`<section class="card pad" aria-labelledby="section-${id}">
      <h2 id="section-${id}">${words[id]}</h2>
      ${content}
    </section>`;
  }

  private lookCard(draft: MonitorDraft): TemplateResult {
    return html`<section class="card pad look" aria-labelledby="look">
      <h2 id="look">${text.monitors.testTitle}</h2>
      <p class="sub">${words.testHint} ${testBody(draft).hasMasked ? words.testMasked : ""}</p>
      <div class="actions">
        <button type="button" ?disabled=${this.isLooking} @click=${() => void this.look(draft)}>
          ${this.isLooking ? text.monitors.testing : words.test}
        </button>
      </div>
      <div aria-live="polite">
        ${this.lookProblem === "" ? null : html`<p class="problem">${text.monitors.testFailed} ${this.lookProblem}</p>`}
        ${this.sight === null ? null : html`<monitor-sight .sight=${this.sight}></monitor-sight>`}
      </div>
    </section>`;
  }

  private form(ground: Ground, draft: MonitorDraft): TemplateResult {
    const { monitor, services, groups } = ground;
    const parts: MonitorParts = { draft, faults: this.faults, change: (changes) => this.set(changes) };
    const isJob = draft.type === "heartbeat";
    const count = Object.keys(this.faults).length;
    return html`<form novalidate @submit=${(event: Event) => void this.save(event, ground, draft)}>
      ${this.section(isJob ? "job" : "what", targetSection(parts, groups))}
      ${isJob ? null : this.section("expect", expectSection(parts))}
      ${isJob ? null : this.section("often", oftenSection(parts))} ${isJob ? null : this.lookCard(draft)}
      ${this.section("effects", effectsSection(parts, services))}
      <div class="bar">
        <div class="actions">
          <button type="submit" class="primary" ?disabled=${this.isBusy}>
            ${this.isBusy ? text.common.saving : monitor === null ? words.create : text.common.save}
          </button>
          <a class="button" href=${monitor === null ? "/monitors" : `/monitors/${monitor.id}`}
            >${text.common.cancel}</a
          >
        </div>
        <p class="problem" role="alert">${this.problem || (count > 0 ? words.problems(count) : "")}</p>
      </div>
    </form>`;
  }

  private head(ground: Ground | undefined): TemplateResult {
    const monitor = ground?.monitor ?? null;
    const type = this.draft?.type;
    const back =
      monitor !== null
        ? backLink(`/monitors/${monitor.id}`, monitor.name)
        : type === undefined
          ? backLink("/monitors", text.monitors.title)
          : backLink("/monitors/new", words.changeType);
    return html`<div>
      ${back}
      <div class="head">
        <div class="title">
          <h1>${monitor === null ? words.newTitle : words.editTitle(monitor.name)}</h1>
          <p class="sub">
            ${type === undefined ? words.chooseIntro : html`<span class="strong">${typeWord(type)}.</span> ${words.about[type]}`}
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
          failed: text.monitors.monitorFailed,
          notFound: text.monitors.notFound,
        });
      return this.draft === null ? html`<monitor-types></monitor-types>` : this.form(ground, this.draft);
    };
    return html`<div class="page">${this.head(ground)} ${content()}</div>`;
  }
}
