// In: nothing. Out: the types of monitors to choose among, one card each: what looks, and what waits.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { base, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { typeWord } from "./monitor-words";
import type { MonitorType } from "../api/monitors";

const words = text.monitorForm;

const GROUPS: readonly { title: string; types: readonly MonitorType[] }[] = [
  { title: words.looks, types: ["http", "tcp", "tls", "dns", "ping"] },
  { title: words.waits, types: ["heartbeat"] },
];

@customElement("monitor-types")
export class MonitorTypes extends LitElement {
  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-6);
      }
      section {
        display: grid;
        gap: var(--space-3);
      }
      h2 {
        font-size: var(--text-m);
      }
      .tiles {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
        gap: var(--space-3);
      }
      a {
        display: grid;
        gap: 0.15rem;
        align-content: start;
        height: 100%;
        padding: var(--space-3) var(--space-4);
        color: inherit;
        text-decoration: none;
        transition: border-color var(--fast) var(--ease);
      }
      a:hover {
        border-color: var(--line-2);
      }
      a:focus-visible {
        border-radius: var(--radius-m);
      }
      .name {
        font-weight: 620;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`${GROUPS.map(
      ({ title, types }, index) =>
        html`<section aria-labelledby="group-${index}">
          <h2 id="group-${index}">${title}</h2>
          <ul class="tiles">
            ${types.map(
              (type) =>
                html`<li>
                  <a class="card" href="/monitors/new?type=${type}"
                    ><span class="name">${typeWord(type)}</span
                    ><span class="sub">${words.about[type]}</span></a
                  >
                </li>`,
            )}
          </ul>
        </section>`,
    )}`;
  }
}
