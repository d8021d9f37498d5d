// In: a channel. Out: the button that sends a test, and what went over the wire for each of its messages.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { testChannel, type ChannelTest as TestResult } from "../api/channels";
import { notifyFailure } from "../app/notices";
import "../elements/dialog";
import "../elements/exchange";
import "../elements/icon";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.channels;
const own = text.channelPage.test;

/** Fires `tested` with the result, or with null where there is none. */
@customElement("channel-test")
export class ChannelTest extends LitElement {
  @property() channelId = "";
  @property() name = "";
  /** During a rotation: signed by the new secret alone. */
  @property({ type: Boolean }) onlyNewSecret = false;
  /** On the button, instead of the usual words. */
  @property() label = "";
  /** Nothing is left to test: what was found out stays open until it is closed. */
  @property({ type: Boolean }) over = false;
  @state() private isBusy = false;
  @state() private result: TestResult | null = null;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .verdict {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        font-weight: 600;
      }
      .verdict andon-mark {
        --mark: 1.5rem;
      }
      details {
        border-top: 1px solid var(--line);
        padding-top: var(--space-2);
      }
      summary {
        display: flex;
        flex-wrap: wrap;
        gap: 0.1rem 0.6rem;
        align-items: center;
        min-height: 2rem;
        cursor: pointer;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary andon-mark {
        --mark: 1.125rem;
      }
      summary andon-icon {
        --icon: 0.875rem;
        color: var(--ink-2);
        margin-left: auto;
        transition: rotate var(--fast) var(--ease);
      }
      details[open] summary andon-icon {
        rotate: 90deg;
      }
      details andon-exchange {
        margin-top: var(--space-2);
      }
      @media (pointer: coarse) {
        summary {
          min-height: var(--target);
        }
      }
    `,
  ];

  private async run(): Promise<void> {
    this.isBusy = true;
    let result: TestResult | null = null;
    try {
      result = await testChannel(this.channelId, this.onlyNewSecret);
      this.result = result;
    } catch (error) {
      notifyFailure(words.testFailed, error);
    }
    this.isBusy = false;
    this.dispatchEvent(new CustomEvent("tested", { detail: result }));
  }

  private message(attempt: TestResult["attempts"][number], isOpen: boolean): TemplateResult {
    const isGood = attempt.outcome === "delivered";
    const title = words.eventNames[attempt.event] ?? attempt.event;
    return html`<details ?open=${isOpen}>
      <summary>
        <andon-mark kind=${isGood ? "good" : "critical"}></andon-mark>
        <span class="strong">${title}</span>
        <span>
          ${attempt.status_code === null ? "" : attempt.status_code}
          ${words.outcomes[attempt.outcome] ?? attempt.outcome}
        </span>
        <andon-icon name="right"></andon-icon>
      </summary>
      <andon-exchange
        bare
        .attempt=${attempt}
        heading=${title}
        requestBody=${attempt.request?.body ?? ""}
      ></andon-exchange>
    </details>`;
  }

  private shown(result: TestResult): TemplateResult {
    const { success, attempts, attempt, error } = result;
    const advice = success ? undefined : text.channelPage.outcomeAdvice[attempt.outcome];
    const verdict = !success
      ? own.verdictBad
      : this.onlyNewSecret
        ? own.proof
        : own.verdictGood(attempts.length);
    // What needs to be read is open: the failure, or the only message.
    const opened = success ? (attempts.length === 1 ? attempts[0] : undefined) : attempts.at(-1);
    return html`<div class="form">
      <div role="status">
        <p class="verdict">
          <andon-mark kind=${success ? "good" : "critical"}></andon-mark>
          ${verdict} ${error ?? ""}
        </p>
        ${advice === undefined ? null : html`<p class="sub">${advice}</p>`}
      </div>
      <div>${attempts.map((each) => this.message(each, each === opened))}</div>
      <div class="actions">
        <button @click=${() => (this.result = null)}>${text.common.close}</button>
        <button ?disabled=${this.isBusy} @click=${this.run}>
          <andon-icon name="refresh"></andon-icon>${this.isBusy ? words.testing : own.again}
        </button>
      </div>
    </div>`;
  }

  override render(): TemplateResult {
    const { result } = this;
    const label = this.label === "" ? words.test : this.label;
    return html`${
        this.over
          ? null
          : html`<button
              ?disabled=${this.isBusy}
              aria-label="${this.isBusy ? words.testing : label}: ${this.name}"
              @click=${this.run}
            >
              ${this.isBusy ? words.testing : label}
            </button>`
      }
      <andon-dialog
        wide
        heading="${words.testTitle}: ${this.name}"
        .open=${result !== null}
        @dialog-close=${() => (this.result = null)}
      >
        ${result === null ? null : this.shown(result)}
      </andon-dialog>`;
  }
}
