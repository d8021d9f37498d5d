// In: what one look has seen. Out: whether it works and why, each check, what was dialled, and for editors what came
// back.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Sight } from "../api/monitors";
import "../elements/copy";
import "../elements/mark";
import { base, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatMillis } from "../text/format";
import { outcomeMark } from "./monitor-words";

const words = text.monitors.sight;

@customElement("monitor-sight")
export class MonitorSight extends LitElement {
  @property({ attribute: false }) sight!: Sight;

  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
      }
      .verdict {
        display: flex;
        gap: var(--space-3);
        align-items: flex-start;
        overflow-wrap: anywhere;
      }
      .checks {
        display: grid;
        gap: 0.3rem;
      }
      .checks li {
        display: flex;
        gap: var(--space-2);
        align-items: flex-start;
        overflow-wrap: anywhere;
      }
      .checks andon-mark {
        --mark: 1.125rem;
      }
      h3 {
        margin-bottom: var(--space-2);
      }
      andon-copy {
        --copy-height: 16rem;
      }
    `,
  ];

  private verdict(): TemplateResult {
    const { outcome, success, reason } = this.sight;
    const heading = success ? words.good : outcome === "unknown" ? words.unknown : words.bad;
    return html`<div class="verdict">
      <andon-mark kind=${outcomeMark(outcome)}></andon-mark>
      <div>
        <p class="strong">${heading}</p>
        ${reason === null ? null : html`<p>${reason}</p>`}
      </div>
    </div>`;
  }

  private facts(): TemplateResult {
    const { response_code: code, latency_ms: latency, address } = this.sight;
    return html`<dl class="facts">
      ${
        code === null || code === 0
          ? null
          : html`<dt>${words.code}</dt>
              <dd>${code}</dd>`
      }
      <dt>${words.latency}</dt>
      <dd>${formatMillis(latency)}</dd>
      ${
        address === null
          ? null
          : html`<dt>${words.address}</dt>
              <dd><code>${address}</code></dd>`
      }
    </dl>`;
  }

  override render(): TemplateResult {
    const { checks, response_headers: headers, response_body: body } = this.sight;
    return html`${this.verdict()} ${this.facts()}
    ${
      checks.length === 0
        ? null
        : html`<div>
            <h3>${words.checks}</h3>
            <ul class="checks">
              ${checks.map(
                ({ ok, detail }) =>
                  html`<li>
                    <andon-mark
                      kind=${ok ? "good" : "critical"}
                      label=${ok ? text.monitors.outcomes["up"] : text.monitors.outcomes["down"]}
                    ></andon-mark
                    ><span>${detail}</span>
                  </li>`,
              )}
            </ul>
          </div>`
    }
    ${
      headers === null || Object.keys(headers).length === 0
        ? null
        : html`<div>
            <h3>${words.headers}</h3>
            <andon-copy
              block
              .value=${Object.entries(headers)
                .map(([name, value]) => `${name}: ${value}`)
                .join("\n")}
              label=${words.headers}
            ></andon-copy>
          </div>`
    }
    ${
      body === null || body === ""
        ? null
        : html`<div>
            <h3>${words.body}</h3>
            <andon-copy block .value=${body} label=${words.copy}></andon-copy>
          </div>`
    }`;
  }
}
