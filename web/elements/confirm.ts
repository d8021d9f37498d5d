// In: a question. Out: a dialog with one dangerous button; the safe one has the focus.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import "./dialog";

export interface Question {
  heading: string;
  detail: string;
  confirm: string;
}

@customElement("andon-confirm")
export class AndonConfirm extends LitElement {
  @state() private question: Question | null = null;
  private answer: ((isConfirmed: boolean) => void) | undefined;

  static override styles = [base, controls];

  /** Resolves true when confirmed, false when closed in any other way. */
  ask(question: Question): Promise<boolean> {
    this.question = question;
    return new Promise((resolve) => (this.answer = resolve));
  }

  private settle(isConfirmed: boolean): void {
    this.question = null;
    this.answer?.(isConfirmed);
    this.answer = undefined;
  }

  override render(): TemplateResult {
    return html`<andon-dialog
      heading=${this.question?.heading ?? ""}
      .open=${this.question !== null}
      @dialog-close=${() => this.settle(false)}
    >
      <div class="form">
        <p>${this.question?.detail}</p>
        <div class="actions">
          <button class="danger primary" @click=${() => this.settle(true)}>${this.question?.confirm}</button>
          <button autofocus @click=${() => this.settle(false)}>${text.common.cancel}</button>
        </div>
      </div>
    </andon-dialog>`;
  }
}
