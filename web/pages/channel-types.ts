// In: the channel types. Out: one card each, in groups: what it is and what it does. Each is a link to the
// form of that type.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ChannelType } from "../api/channels";
import "../elements/channel-icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { groupTypes } from "./channel-kinds";

const words = text.channelForm;

@customElement("channel-types")
export class ChannelTypes extends LitElement {
  @property({ attribute: false }) types: readonly ChannelType[] = [];

  static override styles = [
    base,
    controls,
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
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
        gap: var(--space-3);
      }
      a {
        display: flex;
        gap: var(--space-3);
        align-items: flex-start;
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
      .words {
        display: grid;
        gap: 0.1rem;
        min-width: 0;
      }
      .name {
        font-weight: 620;
      }
      @media (max-width: 719px) {
        .tiles {
          gap: var(--space-2);
        }
      }
    `,
  ];

  private tile({ kind, label, description }: ChannelType): TemplateResult {
    return html`<li>
      <a class="card" href="/channels/new?type=${kind}">
        <channel-icon tile kind=${kind}></channel-icon>
        <span class="words"
          ><span class="name">${label}</span
          ><span class="sub">${words.short[kind] ?? description}</span></span
        >
      </a>
    </li>`;
  }

  override render(): TemplateResult {
    return html`${groupTypes(this.types).map(
      ({ group, title, types }) =>
        html`<section aria-labelledby=${group}>
          <h2 id=${group}>${title}</h2>
          <ul class="tiles">
            ${types.map((type) => this.tile(type))}
          </ul>
        </section>`,
    )}`;
  }
}
