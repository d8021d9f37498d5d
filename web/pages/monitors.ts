// In: all monitors and heartbeats. Out: the list with state, course and last look, narrowed down by state, type,
// group and words; what is down stands first.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { listMonitors, type Monitor } from "../api/monitors";
import { Follow, isAbout } from "../app/follow";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/empty";
import "../elements/icon";
import "../elements/mark";
import { searchField, searchStyles } from "../elements/search";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatMillis } from "../text/format";
import { listStyles } from "./list-styles";
import "./monitor-spark";
import { isHeartbeat, monitorState, needsSomebody, typeWord } from "./monitor-words";
import { staleNote, stateOf } from "./page-parts";

const words = text.monitors;
const EVERY_MS = 10_000;
/** With more than so many there is a field to look for one. */
const FEW = 8;
const STATES = ["all", "down", "up", "pending", "paused"] as const;
type State = (typeof STATES)[number];

const NO_GROUP = "-";

const fits = (monitor: Monitor, state: State): boolean => state === "all" || monitor.status === state;

/** What needs somebody first, then by group and name. */
const inOrder = (left: Monitor, right: Monitor): number =>
  Number(needsSomebody(right)) - Number(needsSomebody(left)) ||
  (left.group ?? "").localeCompare(right.group ?? "", "en", { numeric: true }) ||
  left.name.localeCompare(right.name, "en", { numeric: true });

@customElement("page-monitors")
export class PageMonitors extends LitElement {
  private readonly monitors = new Load<Monitor[]>(this, listMonitors, { everyMs: EVERY_MS });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    searchStyles,
    css`
      .endpoint {
        display: block;
        max-width: 24rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .reason {
        display: block;
        max-width: 24rem;
        overflow-wrap: anywhere;
      }
      .narrow {
        width: auto;
        min-width: 9rem;
      }
      @media (max-width: 719px) {
        .narrow {
          flex: 1 1 9rem;
        }
        .endpoint {
          max-width: 17rem;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, place);
    new ListKeys(this, can("editor") ? { n: () => navigate("/monitors/new") } : {});
    new Follow(this, isAbout("monitor"), () => void this.monitors.run());
  }

  private last(monitor: Monitor): TemplateResult {
    const last = monitor.last_result;
    if (last === null)
      return html`<span class="sub">${isHeartbeat(monitor) ? words.neverReported : words.neverLooked}</span>`;
    return html`<andon-since mode="ago" .at=${last.at}></andon-since>
      ${last.latency_ms === null ? null : html`<span class="sub num">${formatMillis(last.latency_ms)}</span>`}`;
  }

  private row(monitor: Monitor): TemplateResult {
    const { kind, word } = monitorState(monitor);
    const reason =
      monitor.problem ?? (monitor.status === "paused" ? null : (monitor.last_result?.reason ?? null));
    return html`<tr class="row ${monitor.is_active ? "" : "off"}">
      <td class="whole">
        <a class="name" data-row href="/monitors/${monitor.id}">${monitor.name}</a>
        <span class="sub endpoint"
          >${typeWord(monitor.type)}${isHeartbeat(monitor) ? "" : ` · ${monitor.endpoint}`}${
            monitor.group === null ? "" : ` · ${monitor.group}`
          }</span
        >
      </td>
      <td class="whole">
        <span class="state"
          ><andon-mark kind=${kind}></andon-mark>${word}
          ${
            monitor.is_running === true
              ? html`<span class="tag">${words.running}</span>`
              : html`<span class="sub"><andon-since .at=${monitor.status_since}></andon-since></span>`
          }</span
        >
        ${reason === null ? null : html`<span class="sub reason">${reason}</span>`}
      </td>
      <td class="whole">
        <monitor-spark .monitor=${monitor}></monitor-spark>
      </td>
      <td class="whole" data-label=${words.last}>${this.last(monitor)}</td>
    </tr>`;
  }

  private chips(monitors: readonly Monitor[], chosen: State): TemplateResult {
    return html`<div class="chips" role="group" aria-label=${words.status}>
      ${STATES.map((state) => {
        const count = monitors.filter((monitor) => fits(monitor, state)).length;
        if (count === 0 && state !== "all" && state !== chosen) return null;
        return html`<button
          class="chip"
          aria-pressed=${state === chosen}
          @click=${() => navigate(withParams({ state: state === "all" ? null : state }), { replace: true })}
        >
          ${words.states[state]} ${count}
        </button>`;
      })}
    </div>`;
  }

  private select(parts: {
    name: string;
    label: string;
    chosen: string;
    choices: readonly (readonly [value: string, label: string])[];
  }): TemplateResult | null {
    const { name, label, chosen, choices } = parts;
    if (choices.length < 2 && chosen === "") return null;
    return html`<select
      class="narrow"
      aria-label=${label}
      @change=${(event: Event) =>
        navigate(withParams({ [name]: (event.target as HTMLSelectElement).value }), { replace: true })}
    >
      <option value="">${label}</option>
      ${choices.map(
        ([value, word]) => html`<option value=${value} ?selected=${value === chosen}>${word}</option>`,
      )}
    </select>`;
  }

  private table(shown: readonly Monitor[]): TemplateResult {
    if (shown.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.noneFits}>
          <button @click=${() => navigate("/monitors", { replace: true })}>${words.showAll}</button>
        </andon-empty>
      </div>`;
    return html`<div class="card scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">${words.name}</th>
            <th scope="col">${words.status}</th>
            <th scope="col">${words.latency}</th>
            <th scope="col">${words.last}</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            shown,
            (monitor) => monitor.id,
            (monitor) => this.row(monitor),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private list(monitors: readonly Monitor[]): TemplateResult {
    if (monitors.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("editor") ? html`<a class="button primary" href="/monitors/new">${words.add}</a>` : null}
        </andon-empty>
      </div>`;
    const { query } = place.value;
    const state = STATES.find((each) => each === query.get("state")) ?? "all";
    const type = query.get("type") ?? "";
    const group = query.get("group") ?? "";
    const q = query.get("q") ?? "";
    const wanted = q.toLowerCase().split(/\s+/);
    const found = monitors.filter((monitor) => {
      const wording = `${monitor.name} ${monitor.endpoint} ${monitor.group ?? ""}`.toLowerCase();
      return (
        (type === "" || monitor.type === type) &&
        (group === "" || (monitor.group ?? NO_GROUP) === group) &&
        wanted.every((word) => wording.includes(word))
      );
    });
    const groups = [...new Set(monitors.map((monitor) => monitor.group ?? NO_GROUP))].toSorted();
    return html`<div class="toolbar">
        ${
          monitors.length > FEW || q !== ""
            ? searchField({
                label: words.search,
                value: q,
                onInput: (value) => navigate(withParams({ q: value }), { replace: true }),
              })
            : null
        }
        ${this.chips(found, state)}
        ${this.select({
          name: "type",
          label: words.anyType,
          chosen: type,
          choices: Object.entries(words.types).filter(([kind]) => monitors.some((one) => one.type === kind)),
        })}
        ${this.select({
          name: "group",
          label: words.anyGroup,
          chosen: group,
          choices: groups.map((name) => [name, name === NO_GROUP ? words.noGroup : name] as const),
        })}
      </div>
      ${this.table(found.filter((monitor) => fits(monitor, state)).toSorted(inOrder))}`;
  }

  override render(): TemplateResult {
    const { data } = this.monitors;
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor")
            ? html`<a class="button primary" href="/monitors/new"
                ><andon-icon name="plus"></andon-icon>${words.add}</a
              >`
            : null
        }
      </div>
      ${staleNote(this.monitors)}
      ${data === undefined ? stateOf(this.monitors, { failed: words.failed }) : this.list(data)}
    </div>`;
  }
}
