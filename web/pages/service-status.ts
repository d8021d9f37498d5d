// In: a service. Out: the dialog that sets its status by hand, with a word about what is going on.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { setServiceStatus, type Service, type ServiceStatus } from "../api/services";
import { notify } from "../app/notices";
import "../elements/dialog";
import "../elements/mark";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import { statusMark } from "./service-words";

const words = text.services;
const STATUSES: readonly ServiceStatus[] = ["operational", "degraded", "down", "maintenance"];

/** Fires `saved` with the service as it is now. */
@customElement("service-status")
export class ServiceStatusDialog extends LitElement {
  @state() private service: Service | null = null;
  @state() private chosen: ServiceStatus = "operational";
  @state() private problem = "";
  @state() private isBusy = false;
  @query("textarea") private readonly message!: HTMLTextAreaElement;

  static override styles = [
    base,
    controls,
    css`
      .choices {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr));
        gap: var(--space-2);
      }
      .choice {
        display: flex;
        align-items: center;
        gap: 0.55rem;
        min-height: var(--target);
        padding: 0 0.75rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        cursor: pointer;
        font-size: var(--text-m);
      }
      .choice:has(:checked) {
        border-color: var(--ink);
        box-shadow: inset 0 0 0 1px var(--ink);
      }
      .choice andon-mark {
        --mark: 1.125rem;
      }
    `,
  ];

  ask(service: Service): void {
    this.service = service;
    this.chosen = service.status;
    this.problem = "";
  }

  private close(): void {
    this.service = null;
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const { service } = this;
    if (service === null) return;
    this.isBusy = true;
    this.problem = "";
    try {
      const answer = await setServiceStatus(service.id, {
        status: this.chosen,
        message: this.message.value.trim(),
      });
      if (answer.result === "processed")
        notify(words.dialog.saved(service.name, words.statuses[answer.status]), { tone: "good" });
      else
        notify(words.dialog.ignored(service.name, words.statuses[answer.status]), {
          detail: words.dialog.ignoredDetail,
        });
      this.close();
      this.dispatchEvent(new CustomEvent<Service>("saved", { detail: answer }));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  private choice(status: ServiceStatus): TemplateResult {
    return html`<label class="choice">
      <input
        type="radio"
        name="status"
        value=${status}
        .checked=${status === this.chosen}
        ?autofocus=${status === this.chosen}
        @change=${() => (this.chosen = status)}
      />
      <andon-mark kind=${statusMark[status]}></andon-mark>${words.statuses[status]}
    </label>`;
  }

  override render(): TemplateResult {
    const { service } = this;
    return html`<andon-dialog
      heading=${service === null ? "" : words.setStatusOf(service.name)}
      .open=${service !== null}
      @dialog-close=${this.close}
    >
      ${
        service === null
          ? null
          : html`<form class="form" @submit=${this.save}>
              <fieldset>
                <legend>${words.dialog.status}</legend>
                <div class="choices">${STATUSES.map((status) => this.choice(status))}</div>
              </fieldset>
              <div class="field">
                <label for="message">${words.dialog.message}</label>
                <textarea id="message" maxlength="4000" aria-describedby="message-hint"></textarea>
                <span class="hint" id="message-hint">${words.dialog.messageHint}</span>
              </div>
              <p class="sub">${words.dialog.hint}</p>
              ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
              <div class="actions">
                <button type="submit" class="primary" ?disabled=${this.isBusy}>
                  ${this.isBusy ? text.common.saving : words.dialog.save}
                </button>
                <button type="button" @click=${this.close}>${text.common.cancel}</button>
              </div>
            </form>`
      }
    </andon-dialog>`;
  }
}
