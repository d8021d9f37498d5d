// In: a rule's ID, or "new" with a machine and metric from the address. Out: the page that creates or
// changes the rule, with its sentence in plain words beside it.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { listMachines, type Machine } from "../api/machines";
import { listProjects, type Project } from "../api/projects";
import { changeRule, createRule, deleteRule, readRule, type Rule } from "../api/rules";
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
import { wordsContext } from "./rule-context";

const words = text.rules;

interface Ground {
  rule: Rule | null;
  machines: Machine[];
  projects: Project[];
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
    const [rule, machines, projects] = await Promise.all([
      this.ruleId === "new" ? null : readRule(this.ruleId),
      listMachines(),
      listProjects(),
    ]);
    this.begin(rule, machines);
    return { rule, machines, projects };
  });

  static override styles = [base, controls, surfaces, listStyles, alertStyles, ruleStyles];

  constructor() {
    super();
    new Watch(this, catalog);
  }

  private begin(rule: Rule | null, machines: readonly Machine[]): void {
    this.warnings = rule?.warnings ?? [];
    if (rule !== null) {
      this.draft = draftOf(rule);
      return;
    }
    const machineId = place.value.query.get("machine") ?? "";
    const isKnown = machines.some((machine) => machine.id === machineId);
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

  private preview({ machines, projects }: Ground): TemplateResult {
    const preview = previewOf(this.draft);
    const names = new Map(projects.map((project) => [project.id, project.name]));
    const sentence = ruleSentence(preview, wordsContext(preview, names));
    const fitting = this.matching(machines);
    return html`<aside class="card pad preview" aria-label=${words.preview}>
      <h2 class="sub">${words.preview}</h2>
      <p class="sentence">
        ${sentence.when}
        <span class="then"><andon-mark kind=${this.draft.severity}></andon-mark>${sentence.then}</span>
      </p>
      <p class="sub">${sentence.ends}</p>
      <p class="sub">
        ${fitting.length === 0 ? words.matchesNone : words.matches(fitting.length)}
        ${fitting.slice(0, 6).map((machine) => html`<span class="tag">${machineTitle(machine)}</span> `)}
      </p>
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
          .readonly=${!can("editor")}
          @draft=${(event: CustomEvent<RuleDraft>) => (this.draft = event.detail)}
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
