// In: what happened, in order. Out: a list along a line: when, what, who, and words that were left.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../styles/shared";
import { formatFullTime, formatTime } from "../text/format";
import "./mark";
import type { MarkKind } from "./mark";

export interface TimelineItem {
  at: string;
  what: string;
  who: string;
  words: string;
  mark: MarkKind;
  isOutlined: boolean;
}

@customElement("andon-timeline")
export class AndonTimeline extends LitElement {
  @property({ attribute: false }) items: readonly TimelineItem[] = [];

  static override styles = [
    base,
    css`
      li {
        display: grid;
        grid-template-columns: 1.25rem minmax(0, 1fr) auto;
        gap: var(--space-3);
        padding-bottom: var(--space-4);
        position: relative;
      }
      li:last-child {
        padding-bottom: 0;
      }
      li:not(:last-child)::before {
        content: "";
        position: absolute;
        left: 0.5938rem;
        top: 1.5rem;
        bottom: 0.1rem;
        width: 1.5px;
        background: var(--line);
      }
      andon-mark {
        --mark: 1.25rem;
      }
      blockquote {
        margin: 0.3rem 0 0;
        padding: 0.45rem 0.7rem;
        background: var(--surface-2);
        border-radius: var(--radius-s);
        overflow-wrap: anywhere;
        white-space: pre-line;
      }
      time {
        color: var(--ink-2);
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<ol>
      ${this.items.map(
        (item) =>
          html`<li>
            <andon-mark kind=${item.mark} ?outlined=${item.isOutlined}></andon-mark>
            <div>
              <span class="strong">${item.what}</span> <span class="sub">${item.who}</span>
              ${item.words === "" ? null : html`<blockquote>${item.words}</blockquote>`}
            </div>
            <time datetime=${item.at} title=${formatFullTime(item.at)}>${formatTime(item.at)}</time>
          </li>`,
      )}
    </ol>`;
  }
}
