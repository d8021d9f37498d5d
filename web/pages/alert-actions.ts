// In: alerts to act on. Out: the dialogs and the outcome of acknowledging and resolving, for the list
// and for an alert's page alike.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { Alert } from "../api/alerts";
import { acknowledge, resolve } from "../app/board";
import { contextOf } from "../app/catalog";
import { announce, notifyFailure } from "../app/notices";
import "../elements/dialog";
import { base, controls } from "../styles/shared";
import { alertTitle } from "../text/alert-words";
import { text } from "../text/en";

const words = text.now.dialog;

/** Fires `acted` when something changed. */
@customElement("alert-actions")
export class AlertActions extends LitElement {
  @state() private verb: "acknowledge" | "resolve" | null = null;
  @state() private ids: readonly string[] = [];
  @state() private what = "";
  @query("textarea") private readonly note!: HTMLTextAreaElement;

  static override styles = [base, controls];

  /** Opens the dialog for a note. */
  askAcknowledge(ids: readonly string[], what = ""): void {
    this.ids = ids;
    this.what = what;
    this.verb = "acknowledge";
  }

  askResolve(alert: Alert): void {
    this.ids = [alert.id];
    this.what = alertTitle(alert, contextOf(alert));
    this.verb = "resolve";
  }

  /** All at once; tells how many were refused, and why the first one was. */
  async acknowledge(ids: readonly string[], note?: string): Promise<void> {
    const results = await Promise.allSettled(ids.map((id) => acknowledge(id, note)));
    const refused = results.filter((result) => result.status === "rejected");
    const [first] = refused;
    if (first !== undefined)
      notifyFailure(
        ids.length === 1 ? text.now.acknowledgeFailed : text.now.someFailed(refused.length, ids.length),
        first.reason,
      );
    else announce(text.now.acknowledged(ids.length));
    this.dispatchEvent(new CustomEvent("acted"));
  }

  async resolve(id: string, note?: string): Promise<void> {
    try {
      await resolve(id, note);
      announce(text.now.resolved);
    } catch (error) {
      notifyFailure(text.now.resolveFailed, error);
    }
    this.dispatchEvent(new CustomEvent("acted"));
  }

  private submit(event: Event): void {
    event.preventDefault();
    const note = this.note.value.trim();
    const { verb, ids } = this;
    this.verb = null;
    if (verb === "acknowledge") void this.acknowledge(ids, note);
    else if (ids[0] !== undefined) void this.resolve(ids[0], note);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(event);
  }

  override render(): TemplateResult {
    const isResolve = this.verb === "resolve";
    return html`<andon-dialog
      heading=${isResolve ? words.resolve : words.acknowledge(this.ids.length)}
      .open=${this.verb !== null}
      @dialog-close=${() => (this.verb = null)}
    >
      ${
        this.verb === null
          ? null
          : html`<form class="form" @submit=${this.submit} @keydown=${this.onKey}>
              ${this.what === "" ? null : html`<p class="strong">${this.what}</p>`}
              <p class="sub">${isResolve ? words.resolveHint : words.acknowledgeHint}</p>
              <div class="field">
                <label for="note">${words.note} <span class="hint">(${text.common.optional})</span></label>
                <textarea
                  id="note"
                  maxlength="4000"
                  placeholder=${words.notePlaceholder}
                  autofocus
                ></textarea>
              </div>
              <div class="actions">
                <button type="submit" class="primary">
                  ${isResolve ? words.confirmResolve : words.confirmAcknowledge}
                </button>
                <button type="button" @click=${() => (this.verb = null)}>${text.common.cancel}</button>
              </div>
            </form>`
      }
    </andon-dialog>`;
  }
}
