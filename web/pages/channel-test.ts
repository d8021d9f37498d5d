// In: a channel. Out: the button that sends a test, and the raw exchange that came of it.
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

/** Fires `tested`. */
@customElement("channel-test")
export class ChannelTest extends LitElement {
  @property() channelId = "";
  @property() name = "";
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
    `,
  ];

  private async run(): Promise<void> {
    this.isBusy = true;
    try {
      this.result = await testChannel(this.channelId);
    } catch (error) {
      notifyFailure(words.testFailed, error);
    }
    this.isBusy = false;
    this.dispatchEvent(new CustomEvent("tested"));
  }

  override render(): TemplateResult {
    const { result } = this;
    return html`<button ?disabled=${this.isBusy} aria-label="${words.test}: ${this.name}" @click=${this.run}>
        ${this.isBusy ? words.testing : words.test}
      </button>
      <andon-dialog
        wide
        heading="${words.testTitle}: ${this.name}"
        .open=${result !== null}
        @dialog-close=${() => (this.result = null)}
      >
        ${
          result === null
            ? null
            : html`<div class="form">
                <p class="verdict" role="status">
                  <andon-mark kind=${result.success ? "good" : "critical"}></andon-mark>
                  ${result.success ? words.testGood : words.testBad} ${result.error ?? ""}
                </p>
                ${result.attempts.map(
                  (attempt) =>
                    html`<andon-exchange
                      .attempt=${attempt}
                      heading=${words.eventNames[attempt.event] ?? attempt.event}
                      requestBody=${attempt.request?.body ?? ""}
                    ></andon-exchange>`,
                )}
              </div>`
        }
      </andon-dialog>`;
  }
}
