// In: the live list of alerts. Out: the first page: what needs somebody, filtered and in order, with
// acknowledging by one key, one click or in bulk.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { listAlerts, type Alert } from "../api/alerts";
import { board, unacknowledged } from "../app/board";
import { catalog, contextOf } from "../app/catalog";
import { pageTitle } from "../app/presence";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { sparks, wantSparks } from "../app/sparks";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import { Shortcuts } from "../controllers/shortcuts";
import { Watch } from "../controllers/store";
import "../elements/alert-row";
import type { AndonAlertRow } from "../elements/alert-row";
import "../elements/empty";
import "../elements/mark";
import { searchField, searchStyles } from "../elements/search";
import { base, controls, surfaces } from "../styles/shared";
import { instructionOf } from "../text/alert-words";
import { text } from "../text/en";
import type { AlertActions } from "./alert-actions";
import "./alert-actions";
import "./first-steps";
import { Beside } from "./now-beside";
import { readFilter, sortAlerts, VIEWS, wording, type View } from "./now-filter";
import { nowStyles } from "./now-styles";

const DAY_MS = 86_400_000;
const MOST_RESOLVED = 200;
/** While the pointer moves over the list, rows do not change places under it. */
const HOLD_MS = 1_500;
const SPARKED_ROWS = 60;

@customElement("page-now")
export class PageNow extends LitElement {
  @state() private picked = new Set<string>();
  private order: string[] = [];
  @query("input[type=search]") private readonly search!: HTMLInputElement;
  @query("alert-actions") private readonly actions!: AlertActions;
  private holdUntil = 0;
  private heldTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly resolved = new Load(this, () =>
    listAlerts({ status: "resolved", from: new Date(now() - DAY_MS).toISOString() }, MOST_RESOLVED),
  );

  private readonly beside = new Beside(this);

  static override styles = [base, controls, surfaces, searchStyles, nowStyles];

  constructor() {
    super();
    new Watch(this, board, place, catalog, sparks);
    new Shortcuts(this, {
      j: () => this.move(1),
      k: () => this.move(-1),
      ArrowDown: () => this.move(1),
      ArrowUp: () => this.move(-1),
      a: () => this.act("acknowledge"),
      r: () => this.act("resolve"),
      x: () => {
        const row = this.currentRow();
        if (row !== undefined) this.pick(row.alert.id);
      },
      "/": () => this.search.focus(),
      Escape: () => (this.picked = new Set()),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    pageTitle.set(text.now.title);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.heldTimer);
  }

  private rows(): AndonAlertRow[] {
    return [...this.renderRoot.querySelectorAll<AndonAlertRow>("andon-alert-row")];
  }

  private currentRow(): AndonAlertRow | undefined {
    return this.rows().find((row) => row.matches(":focus-within"));
  }

  private move(step: number): void {
    const rows = this.rows();
    const current = this.currentRow();
    const index = current === undefined ? (step > 0 ? 0 : rows.length - 1) : rows.indexOf(current) + step;
    rows[Math.min(Math.max(index, 0), rows.length - 1)]?.focus();
  }

  /** On the row in focus; without one, on the first that waits. */
  private act(verb: "acknowledge" | "resolve"): void {
    if (!can("responder")) return;
    if (verb === "acknowledge" && this.picked.size > 0) return void this.acknowledgePicked();
    const row = this.currentRow();
    if (row === undefined || row.alert.status === "resolved") return;
    if (verb === "resolve") this.actions.askResolve(row.alert);
    else if (row.alert.status === "triggered") void this.actions.acknowledge([row.alert.id]);
  }

  private pick(id: string): void {
    if (board.value.alerts.get(id)?.status !== "triggered" || !can("responder")) return;
    const picked = new Set(this.picked);
    if (!picked.delete(id)) picked.add(id);
    this.picked = picked;
  }

  private async acknowledgePicked(): Promise<void> {
    const ids = [...this.picked];
    this.picked = new Set();
    await this.actions.acknowledge(ids);
  }

  private hold(): void {
    this.holdUntil = performance.now() + HOLD_MS;
    this.heldTimer ??= setTimeout(() => {
      this.heldTimer = undefined;
      this.requestUpdate();
    }, HOLD_MS + 50);
  }

  /** In order of need; while held, known rows keep their places and new ones come on top. */
  private arrange(alerts: readonly Alert[]): Alert[] {
    const sorted = sortAlerts(alerts);
    if (performance.now() < this.holdUntil) {
      const places = new Map(this.order.map((id, index) => [id, index]));
      sorted.sort((left, right) => (places.get(left.id) ?? -1) - (places.get(right.id) ?? -1));
    }
    this.order = sorted.map((alert) => alert.id);
    return sorted;
  }

  private shown(): Alert[] {
    const { view, words } = readFilter(place.value.query);
    const source = view === "resolved" ? (this.resolved.data ?? []) : [...board.value.alerts.values()];
    const matching = source.filter(
      (alert) =>
        VIEWS[view].fits(alert) && words.every((word) => wording(alert, contextOf(alert)).includes(word)),
    );
    return view === "resolved" ? matching : this.arrange(matching);
  }

  override willUpdate(): void {
    const still = [...this.picked].filter((id) => board.value.alerts.get(id)?.status === "triggered");
    if (still.length !== this.picked.size) this.picked = new Set(still);
  }

  override updated(): void {
    wantSparks(this.shown().slice(0, SPARKED_ROWS));
  }

  private show(view: View): void {
    navigate(withParams({ show: view === "open" ? null : view }), { replace: true });
    if (view === "resolved") void this.resolved.run();
  }

  private headline(): TemplateResult {
    const waiting = unacknowledged(board.value);
    const open = [...board.value.alerts.values()].filter((alert) => alert.status !== "resolved").length;
    const words = text.now.headline;
    const worst = (["critical", "warning", "info"] as const).find((severity) =>
      waiting.some((alert) => alert.severity === severity),
    );
    if (board.value.loadedAt === null) return html`<h1>${text.now.title}</h1>`;
    if (worst !== undefined)
      return html`<h1><andon-mark kind=${worst}></andon-mark>${words.waiting(waiting.length)}</h1>`;
    if (open > 0) return html`<h1><andon-mark kind="good"></andon-mark>${words.handled(open)}</h1>`;
    if (!this.beside.isKnown || !catalog.value.isLoaded) return html`<h1>${text.now.title}</h1>`;
    const { worst: besides } = this.beside;
    if (besides !== undefined) return html`<h1><andon-mark kind=${besides}></andon-mark>${words.beside}</h1>`;
    if (!this.isWatching()) return html`<h1>${words.unwatched}</h1>`;
    return html`<h1><andon-mark kind="good"></andon-mark>${words.none}</h1>`;
  }

  /** By a rule or by a monitor. */
  private isWatching(): boolean {
    return catalog.value.rules.size > 0 || this.beside.isWatching;
  }

  private counters(): TemplateResult {
    const { view } = readFilter(place.value.query);
    const alerts = [...board.value.alerts.values()];
    return html`<div class="counters" role="group" aria-label=${text.now.counters.group}>
      ${(Object.keys(VIEWS) as View[]).map((each) => {
        const count =
          each === "resolved"
            ? this.resolved.data?.length
            : alerts.filter((alert) => VIEWS[each].fits(alert)).length;
        const isKnown = count !== undefined && (each === "resolved" || board.value.loadedAt !== null);
        const isLoud = (count ?? 0) > 0 && (each === "unacknowledged" || each === "critical");
        return html`<button
          aria-pressed=${view === each}
          class=${isLoud ? "loud" : ""}
          @click=${() => this.show(each)}
        >
          <strong>${isKnown ? `${count}${count === MOST_RESOLVED ? "+" : ""}` : "–"}</strong>
          <span>${text.now.counters[each]}</span>
        </button>`;
      })}
    </div>`;
  }

  private toolbar(shown: readonly Alert[]): TemplateResult {
    const waiting = shown.filter((alert) => alert.status === "triggered");
    if (this.picked.size > 0)
      return html`<div class="toolbar picking" role="group" aria-label=${text.now.selected(this.picked.size)}>
        <span class="strong">${text.now.selected(this.picked.size)}</span>
        <button class="primary" @click=${() => void this.acknowledgePicked()}>
          ${text.now.acknowledgeSelected(this.picked.size)}
        </button>
        <button @click=${() => this.actions.askAcknowledge([...this.picked])}>${text.now.withNote}</button>
        <button class="quiet" @click=${() => (this.picked = new Set())}>${text.now.clearSelection}</button>
      </div>`;
    const { q } = readFilter(place.value.query);
    return html`<div class="toolbar">
      ${searchField({
        label: text.now.search,
        value: q,
        onInput: (value) => navigate(withParams({ q: value }), { replace: true }),
      })}
      ${
        waiting.length > 1 && can("responder")
          ? html`<button
              class="quiet"
              @click=${() => (this.picked = new Set(waiting.map((alert) => alert.id)))}
            >
              ${text.now.selectAll}
            </button>`
          : null
      }
    </div>`;
  }

  private list(shown: readonly Alert[]): TemplateResult {
    const isReadonly = !can("responder");
    return html`<ul class="card list" aria-label=${text.now.list} @pointermove=${this.hold}>
      ${repeat(
        shown,
        (alert) => alert.id,
        (alert) =>
          html`<li>
            <andon-alert-row
              .alert=${alert}
              .context=${contextOf(alert)}
              .spark=${sparks.value.get(alert.id)}
              .pending=${board.value.pending.get(alert.id) ?? ""}
              .instruction=${instructionOf(alert, catalog.value.rules.get(alert.rule_id)?.message)}
              .picked=${this.picked.has(alert.id)}
              .picking=${this.picked.size > 0}
              .readonly=${isReadonly}
              @acknowledge=${() => void this.actions.acknowledge([alert.id])}
              @resolve=${() => this.actions.askResolve(alert)}
              @pick=${() => this.pick(alert.id)}
            ></andon-alert-row>
          </li>`,
      )}
    </ul>`;
  }

  private nothing(): TemplateResult {
    const { view, q } = readFilter(place.value.query);
    const words = text.now.empty;
    const { machines, rules, isLoaded } = catalog.value;
    if (view === "resolved" && q === "")
      return html`<div class="card"><andon-empty heading=${words.resolvedNone}></andon-empty></div>`;
    if (q !== "" || view !== "open")
      return html`<div class="card">
        <andon-empty heading=${words.filtered} detail=${words.filteredDetail}>
          <button @click=${() => navigate("/", { replace: true })}>${words.showAll}</button>
        </andon-empty>
      </div>`;
    if (!isLoaded || !this.beside.isKnown) return html``;
    if ((machines.size === 0 || rules.size === 0) && !this.beside.isWatching)
      return html`<first-steps .machines=${machines.size} .rules=${rules.size}></first-steps>`;
    const isWell = this.beside.worst === undefined;
    return html`<div class="card calm">
      <andon-empty
        tone=${isWell ? "good" : "plain"}
        heading=${isWell ? words.calm : words.quiet}
        detail=${
          rules.size === 0
            ? words.monitored
            : isWell
              ? words.calmDetail(machines.size, rules.size)
              : words.quietDetail
        }
      ></andon-empty>
    </div>`;
  }

  private body(): TemplateResult {
    const { view } = readFilter(place.value.query);
    const error = view === "resolved" ? this.resolved.error : board.value.error;
    const isLoaded = view === "resolved" ? this.resolved.data !== undefined : board.value.loadedAt !== null;
    if (!isLoaded && error)
      return html`<div class="card">
        <andon-empty tone="critical" heading=${text.now.empty.failed} detail=${error.message}>
          <button @click=${() => location.reload()}>${text.common.retry}</button>
        </andon-empty>
      </div>`;
    if (!isLoaded)
      return html`<div class="card skeleton" aria-busy="true">
        <span class="unseen">${text.common.loading}</span>
      </div>`;
    const shown = this.shown();
    return shown.length === 0 ? this.nothing() : this.list(shown);
  }

  override render(): TemplateResult {
    const hasAny = board.value.alerts.size > 0 || catalog.value.rules.size > 0;
    return html`<div class="page">
      <div class="page-head">${this.headline()}</div>
      ${this.beside.render()} ${hasAny ? html`${this.counters()} ${this.toolbar(this.shown())}` : null}
      ${this.body()}
      <alert-actions></alert-actions>
    </div>`;
  }
}
