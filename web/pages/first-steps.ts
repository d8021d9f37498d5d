// In: how many machines and rules there are. Out: the way from an empty list to the first alert: a
// command with this server's own address, then the first rule.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { createToken } from "../api/tokens";
import { notifyFailure } from "../app/notices";
import { can } from "../app/session";
import "../elements/copy";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.now.empty;

@customElement("first-steps")
export class FirstSteps extends LitElement {
  @property({ type: Number }) machines = 0;
  @property({ type: Number }) rules = 0;
  @state() private token: string = words.tokenMissing;
  @state() private isBusy = false;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .steps {
        display: grid;
        gap: var(--space-5);
        padding: var(--space-6) var(--space-5);
      }
      section {
        display: grid;
        grid-template-columns: 1.75rem minmax(0, 1fr);
        gap: var(--space-3);
      }
      .number {
        display: grid;
        place-content: center;
        width: 1.75rem;
        height: 1.75rem;
        border: 1.5px solid var(--line-2);
        border-radius: 50%;
        font-weight: 600;
        font-size: var(--text-s);
      }
      .step {
        display: grid;
        gap: var(--space-3);
        max-width: 52rem;
      }
      andon-mark {
        --mark: 1.75rem;
      }
    `,
  ];

  private command(): string {
    return [
      `curl -X POST ${location.origin}/api/v1/readings \\`,
      `  -H "Authorization: Bearer ${this.token}" \\`,
      `  -H "Content-Type: application/json" \\`,
      `  -d '{"machine": "CNC Mill #1", "metric": "temperature", "value": 61.5}'`,
    ].join("\n");
  }

  private async makeToken(): Promise<void> {
    this.isBusy = true;
    try {
      this.token = (await createToken({ name: words.tokenName, scope: "ingest" })).token;
    } catch (error) {
      notifyFailure(text.tokens.createFailed, error);
    }
    this.isBusy = false;
  }

  private machineStep(): TemplateResult {
    if (this.machines > 0)
      return html`<section>
        <andon-mark kind="good"></andon-mark>
        <h2>${words.ruleDetail(this.machines)}</h2>
      </section>`;
    return html`<section>
      <span class="number" aria-hidden="true">1</span>
      <div class="step">
        <h2>${words.first}</h2>
        <p class="sub">${words.firstDetail}</p>
        <andon-copy block label=${text.tokens.example} .value=${this.command()}></andon-copy>
        ${
          this.token === words.tokenMissing && can("editor")
            ? html`<div class="actions">
                <button class="primary" ?disabled=${this.isBusy} @click=${this.makeToken}>
                  ${words.firstToken}
                </button>
                <span class="sub">${words.firstTokenHint}</span>
              </div>`
            : null
        }
        ${can("editor") ? html`<p><a href="/monitors/new">${words.monitor}</a></p>` : null}
      </div>
    </section>`;
  }

  override render(): TemplateResult {
    const isLater = this.machines === 0;
    return html`<div class="card steps">
      ${this.machineStep()}
      <section>
        <span class="number" aria-hidden="true">2</span>
        <div class="step">
          <h2>${words.rule}</h2>
          <div class="actions">
            <a class="button ${isLater ? "" : "primary"}" href="/rules/new">${words.addRule}</a>
            <a class="button quiet" href="/channels/new">${words.channel}</a>
          </div>
        </div>
      </section>
    </div>`;
  }
}
