// In: a rule's ID, or "new" with a machine and metric from the address. Out: the page that creates or
// changes the rule, with its sentence in plain words beside it.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { listMachines, type Machine } from "../api/machines";
import { listMonitors, type Monitor } from "../api/monitors";
import { listProjects, type Project } from "../api/projects";
import { changeRule, createRule, deleteRule, readRule, type Rule } from "../api/rules";
import { listServices, type Service } from "../api/services";
import { catalog, refreshCatalog } from "../app/catalog";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate, place } from "../app/router";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { ruleSentence } from "../text/rule-words";
import { alertStyles } from "./alert-styles";
import { listStyles } from "./list-styles";
import { machineTitle } from "./machine-words";
import { backLink, stateOf } from "./page-parts";
import {
  draftOf,
  emptyDraft,
  FIELD_OF,
  previewOf,
  readDraft,
  type Faults,
  type RuleDraft,
} from "./rule-draft";
import "./rule-form";
import { ruleStyles } from "./rule-styles";
import { namesOf, wordsContext } from "./rule-context";

const words = text.rules;

interface Ground {
  rule: Rule | null;
  machines: Machine[];
  projects: Project[];
  services: Service[];
  monitors: Monitor[];
}

@customElement("page-rule")
export class PageRule extends LitElement {
  @property() ruleId = "";
  @state() private draft: RuleDraft = emptyDraft();
  @state() private faults: Faults = {};
  @state() private problem = "";
  @state() private isBusy = false;
  @state() private warnings: readonly string[] = [];
  @query("andon-confirm") private readonly confirm!: AndonConfirm;

  private readonly ground = new Load<Ground>(this, async () => {
    const [rule, machines, projects, services, monitors] = await Promise.all([
      this.ruleId === "new" ? null : readRule(this.ruleId),
      listMachines(),
      listProjects(),
      listServices(),
      listMonitors(),
    ]);
    this.begin(rule, { machines, services, monitors });
    return { rule, machines, projects, services, monitors };
  });

  static override styles = [base, controls, surfaces, listStyles, alertStyles, ruleStyles];

  constructor() {
    super();
    new Watch(this, catalog);
  }

  /** A new rule may come with what it is about in its address. */
  private begin(
    rule: Rule | null,
    { machines, services, monitors }: Pick<Ground, "machines" | "services" | "monitors">,
  ): void {
    this.warnings = rule?.warnings ?? [];
    if (rule !== null) {
      this.draft = draftOf(rule);
      return;
    }
    const machineId = place.value.query.get("machine") ?? "";
    const isKnown = machines.some((machine) => machine.id === machineId);
    const serviceId = place.value.query.get("service") ?? "";
    const monitorId = place.value.query.get("monitor") ?? "";
    if (services.some(({ id }) => id === serviceId)) {
      this.draft = { ...emptyDraft(), kind: "service_status", selector: "service", serviceId };
      return;
    }
    if (monitors.some(({ id }) => id === monitorId)) {
      this.draft = { ...emptyDraft(), kind: "service_status", selector: "monitor", monitorId };
      return;
    }
    this.draft = {
      ...emptyDraft(),
      metric: place.value.query.get("metric") ?? "",
      ...(isKnown ? { selector: "machine", machineId } : {}),
    };
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("ruleId") && changed.get("ruleId") !== undefined) void this.ground.restart();
    const rule = this.ground.data?.rule;
    pageTitle.set(rule === null || rule === undefined ? words.newTitle : rule.name);
  }

  /** What was wrong and no longer is need not be said until the next save. */
  private change(draft: RuleDraft): void {
    this.draft = draft;
    const { faults } = readDraft(draft);
    const still = Object.entries(faults).filter(([field]) => field in this.faults);
    this.faults = Object.fromEntries(still);
  }

  private async save(): Promise<void> {
    const { body, faults } = readDraft(this.draft);
    this.faults = faults;
    this.problem = "";
    if (Object.keys(faults).length > 0) {
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement & { focusFault(): void }>("rule-form")?.focusFault();
      return;
    }
    this.isBusy = true;
    const rule = this.ground.data?.rule ?? null;
    try {
      const saved = rule === null ? await createRule(body) : await changeRule(rule.id, body);
      void refreshCatalog();
      notify(words.saved(saved.name), {
        tone: saved.warnings.length > 0 ? "warning" : "good",
        detail: saved.warnings.length > 0 ? `${words.warned} ${saved.warnings.join(" ")}` : "",
        href: `/rules/${saved.id}`,
      });
      navigate("/rules");
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
      const field = error instanceof ApiError && error.field !== null ? FIELD_OF[error.field] : undefined;
      if (field !== undefined) this.faults = { [field]: this.problem };
    }
    this.isBusy = false;
  }

  private async deleteRule(rule: Rule): Promise<void> {
    if (
      !(await this.confirm.ask({
        heading: words.deleteTitle(rule.name),
        detail: words.deleteDetail,
        confirm: words.deleteConfirm,
      }))
    )
      return;
    try {
      await deleteRule(rule.id);
      void refreshCatalog();
      notify(words.deleted(rule.name));
      navigate("/rules");
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
  }

  private matching(machines: readonly Machine[]): Machine[] {
    const { selector } = previewOf(this.draft);
    return machines.filter(
      (machine) =>
        (selector.machine_id === undefined || machine.id === selector.machine_id) &&
        (selector.machine_type === undefined || machine.type === selector.machine_type) &&
        (selector.project_id === undefined || machine.project_id === selector.project_id) &&
        Object.entries(selector.labels ?? {}).every(([name, value]) => machine.labels[name] === value),
    );
  }

  private fitting(ground: Ground): TemplateResult | null {
    const { selector, condition } = previewOf(this.draft);
    if (condition.type !== "service_status") {
      const machines = this.matching(ground.machines);
      const count = machines.length === 0 ? words.matchesNone : words.matches(machines.length);
      return this.examples(count, machines.map(machineTitle));
    }
    if (selector.monitor_id !== undefined) return null;
    const services = ground.services.filter(
      (service) =>
        (selector.service_id === undefined || service.id === selector.service_id) &&
        (selector.service_group === undefined || service.group === selector.service_group) &&
        (selector.project_id === undefined || service.project_id === selector.project_id),
    );
    return this.examples(
      services.length === 0 ? words.matchesNoService : words.matchesServices(services.length),
      services.map(({ name }) => name),
    );
  }

  private examples(count: string, names: readonly string[]): TemplateResult {
    return html`<p class="sub">
      ${count} ${names.slice(0, 6).map((name) => html`<span class="tag">${name}</span> `)}
    </p>`;
  }

  private preview(ground: Ground): TemplateResult {
    const preview = previewOf(this.draft);
    const sentence = ruleSentence(preview, wordsContext(preview, namesOf(ground)));
    return html`<aside class="card pad preview" aria-label=${words.preview}>
      <h2 class="sub">${words.preview}</h2>
      <p class="sentence">
        ${sentence.when}
        <span class="then"><andon-mark kind=${this.draft.severity}></andon-mark>${sentence.then}</span>
      </p>
      <p class="sub">${sentence.ends}</p>
      ${this.fitting(ground)}
      ${
        this.warnings.length === 0
          ? null
          : html`<div class="note-box warning">
              <andon-mark kind="warning"></andon-mark>
              <div>
                ${this.warnings.map((warning) => html`<p>${warning}</p>`)}<a href="/channels"
                  >${text.channels.title}</a
                >
              </div>
            </div>`
      }
    </aside>`;
  }

  private content(ground: Ground): TemplateResult {
    const { rule } = ground;
    return html`<div class="rule-columns">
      <div class="card pad">
        <rule-form
          .draft=${this.draft}
          .faults=${this.faults}
          .machines=${ground.machines}
          .projects=${ground.projects}
          .services=${ground.services}
          .monitors=${ground.monitors}
          .readonly=${!can("editor")}
          @draft=${(event: CustomEvent<RuleDraft>) => this.change(event.detail)}
          @save=${() => void this.save()}
        ></rule-form>
        ${this.problem === "" ? null : html`<p class="note-box critical problem" role="alert">${this.problem}</p>`}
        ${
          can("editor")
            ? html`<div class="actions last">
                <button class="primary" ?disabled=${this.isBusy} @click=${() => void this.save()}>
                  ${this.isBusy ? text.common.saving : rule === null ? words.create : text.common.save}
                </button>
                <a class="button" href="/rules">${text.common.cancel}</a>
                ${
                  rule === null
                    ? null
                    : html`<button class="quiet danger push" @click=${() => void this.deleteRule(rule)}>
                        ${words.delete}
                      </button>`
                }
              </div>`
            : null
        }
      </div>
      ${this.preview(ground)}
    </div>`;
  }

  override render(): TemplateResult {
    const ground = this.ground.data;
    const state = stateOf(this.ground, { failed: words.ruleFailed, notFound: words.notFound });
    return html`<div class="page">
      <div>
        ${backLink("/rules", words.title)}
        <h1>${ground?.rule === null ? words.newTitle : (ground?.rule.name ?? words.title)}</h1>
      </div>
      ${ground === undefined ? state : this.content(ground)}
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
