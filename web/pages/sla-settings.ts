// In: how uptime is counted. Out: the dialog that changes it.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { changeSlaSettings, readSlaSettings, type SlaSettings } from "../api/services";
import { notify, notifyFailure } from "../app/notices";
import "../elements/dialog";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { timeZones } from "./maintenance-draft";

const words = text.sla.settings;

/** Fires `saved`. */
@customElement("sla-settings")
export class SlaSettingsDialog extends LitElement {
  @state() private settings: SlaSettings | null = null;
  @state() private problem = "";
  @state() private isBusy = false;
  @query("form") private readonly form!: HTMLFormElement;

  static override styles = [base, controls, surfaces];

  async ask(): Promise<void> {
    this.problem = "";
    try {
      this.settings = await readSlaSettings();
    } catch (error) {
      notifyFailure(text.sla.failed, error);
    }
  }

  private close(): void {
    this.settings = null;
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const data = new FormData(this.form);
    this.isBusy = true;
    this.problem = "";
    try {
      await changeSlaSettings({
        degraded_weight: Number(data.get("weight")),
        time_zone: String(data.get("zone")),
      });
      notify(words.saved, { tone: "good" });
      this.close();
      this.dispatchEvent(new CustomEvent("saved"));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  override render(): TemplateResult {
    const { settings } = this;
    return html`<andon-dialog heading=${words.title} .open=${settings !== null} @dialog-close=${this.close}>
      ${
        settings === null
          ? null
          : html`<form class="form" @submit=${this.save}>
              <div class="field">
                <label for="weight">${words.weight}</label>
                <input
                  id="weight"
                  name="weight"
                  type="number"
                  min="0"
                  max="1"
                  step="any"
                  required
                  autofocus
                  .value=${String(settings.degraded_weight)}
                  aria-describedby="weight-hint"
                />
                <span class="hint" id="weight-hint">${words.weightHint}</span>
              </div>
              <div class="field">
                <label for="zone">${words.zone}</label>
                <select id="zone" name="zone">
                  ${timeZones(settings.time_zone).map(
                    (zone) =>
                      html`<option value=${zone} ?selected=${zone === settings.time_zone}>${zone}</option>`,
                  )}
                </select>
              </div>
              <p class="sub">${words.note}</p>
              ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
              <div class="actions">
                <button type="submit" class="primary" ?disabled=${this.isBusy}>
                  ${this.isBusy ? text.common.saving : text.common.save}
                </button>
                <button type="button" @click=${this.close}>${text.common.cancel}</button>
              </div>
            </form>`
      }
    </andon-dialog>`;
  }
}
