// In: all rules. Out: the list in plain words, with a switch each and a warning where nobody would be told.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { listMonitors } from "../api/monitors";
import { listProjects } from "../api/projects";
import { changeRule, listRules, type Rule } from "../api/rules";
import { listServices } from "../api/services";
import { board } from "../app/board";
import { catalog, refreshCatalog } from "../app/catalog";
import { notify, notifyFailure } from "../app/notices";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/icon";
import "../elements/mark";
import { searchField, searchStyles } from "../elements/search";
import "../elements/switch";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { conditionWords, whereWords } from "../text/rule-words";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";
import { namesOf, wordsContext, type KnownNames } from "./rule-context";

const words = text.rules;
const SEARCH_FROM = 8;

@customElement("page-rules")
export class PageRules extends LitElement {
  private readonly rules = new Load(this, async () => {
    const [rules, projects, services, monitors] = await Promise.all([
      listRules(),
      listProjects(),
      listServices(),
      listMonitors(),
    ]);
    return { rules, names: namesOf({ projects, services, monitors }) };
  });

  static override styles = [
    base,
    controls,
    surfaces,
    searchStyles,
    listStyles,
    css`
      .warned {
        display: flex;
        gap: 0.4rem;
        align-items: flex-start;
        margin-top: 0.25rem;
        font-size: var(--text-s);
        color: var(--warning);
      }
      .warned andon-mark {
        --mark: 1.05rem;
      }
      td.active {
        width: 1%;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, board, catalog, place);
    new ListKeys(this, can("editor") ? { n: () => navigate("/rules/new") } : {});
  }

  private async toggle(rule: Rule): Promise<void> {
    try {
      await changeRule(rule.id, { is_active: !rule.is_active });
      if (rule.is_active) notify(`${rule.name}: ${words.inactive}`);
    } catch (error) {
      notifyFailure(words.switchFailed, error);
    }
    await this.rules.run();
    void refreshCatalog();
  }

  private row(rule: Rule, names: KnownNames): TemplateResult {
    const context = wordsContext(rule, names);
    const open = [...board.value.alerts.values()].filter(
      (alert) => alert.rule_id === rule.id && alert.status !== "resolved",
    ).length;
    return html`<tr class="row ${rule.is_active ? "" : "off"}">
      <td>
        <a class="name" data-row href="/rules/${rule.id}">${rule.name}</a>
        ${rule.warnings.map(
          (warning) => html`<p class="warned"><andon-mark kind="warning"></andon-mark>${warning}</p>`,
        )}
      </td>
      <td>
        <span class="state"
          ><andon-mark kind=${rule.severity} quiet></andon-mark>${text.severity[rule.severity]}</span
        >
      </td>
      <td class="whole">${conditionWords(rule.condition, context)}</td>
      <td class="whole sub">${whereWords(rule, context)}</td>
      <td class="num">${open === 0 ? null : html`<span data-label=${words.openAlerts}>${open}</span>`}</td>
      <td class="active">
        <andon-switch
          label="${words.active}: ${rule.name}"
          .checked=${rule.is_active}
          .disabled=${!can("editor")}
          @toggle=${() => void this.toggle(rule)}
        ></andon-switch>
      </td>
    </tr>`;
  }

  private list(): TemplateResult {
    const { rules, names } = this.rules.data ?? {
      rules: [],
      names: namesOf({ projects: [], services: [], monitors: [] }),
    };
    if (rules.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("editor") ? html`<a class="button primary" href="/rules/new">${words.add}</a>` : null}
        </andon-empty>
      </div>`;
    const q = (place.value.query.get("q") ?? "").toLowerCase();
    const shown = rules
      .filter((rule) => {
        const context = wordsContext(rule, names);
        return [rule.name, rule.severity, conditionWords(rule.condition, context), whereWords(rule, context)]
          .join(" ")
          .toLowerCase()
          .includes(q);
      })
      .sort((left, right) => left.name.localeCompare(right.name, "en", { numeric: true }));
    return html`${
        rules.length < SEARCH_FROM && q === ""
          ? null
          : html`<div class="toolbar">
              ${searchField({
                label: words.search,
                value: place.value.query.get("q") ?? "",
                onInput: (value) => navigate(withParams({ q: value }), { replace: true }),
              })}
            </div>`
      }
      <div class="card scroll">
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">${words.name}</th>
              <th scope="col">${words.severity}</th>
              <th scope="col">${words.what}</th>
              <th scope="col">${words.where}</th>
              <th scope="col">${words.openAlerts}</th>
              <th scope="col">${words.active}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              shown,
              (rule) => rule.id,
              (rule) => this.row(rule, names),
            )}
          </tbody>
        </table>
      </div>`;
  }

  override render(): TemplateResult {
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor")
            ? html`<a class="button primary" href="/rules/new"
                ><andon-icon name="plus"></andon-icon>${words.add}</a
              >`
            : null
        }
      </div>
      ${staleNote(this.rules)} ${stateOf(this.rules, { failed: words.failed }) ?? this.list()}
    </div>`;
  }
}
