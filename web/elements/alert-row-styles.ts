// In: the tokens. Out: the look of an alert's row: one line of columns when wide, a small card when narrow.
import { css } from "lit";

export const alertRowStyles = css`
  :host {
    display: block;
    content-visibility: auto;
    contain-intrinsic-size: auto 3.6rem;
  }
  .row {
    display: grid;
    grid-template-columns: 1.125rem 1.375rem 6.75rem minmax(0, 1fr) 12.5rem 5.75rem 7.75rem;
    gap: 0 var(--space-3);
    align-items: center;
    min-height: 3.5rem;
    padding: 0.4rem var(--space-4) 0.4rem 0.6rem;
    border-bottom: 1px solid var(--line);
    position: relative;
    transition: background var(--slow) var(--ease);
  }
  .row.waiting.critical {
    background: var(--critical-bg);
    border-color: var(--critical-line);
  }
  .row.waiting.warning {
    background: var(--warning-bg);
    border-color: var(--warning-line);
  }
  .row.waiting.info {
    background: var(--info-bg);
    border-color: var(--info-line);
  }
  .row.resolved {
    color: var(--ink-2);
  }
  :host(:focus-within) .row::before,
  .row:hover::before {
    content: "";
    position: absolute;
    inset: 0 auto 0 0;
    width: 3px;
    background: var(--line-2);
  }
  :host(:focus-within) .row::before {
    background: var(--focus);
  }
  input.pick {
    opacity: 0;
    transition: opacity var(--fast) var(--ease);
  }
  .row:hover input.pick,
  :host(:focus-within) input.pick,
  input.pick.shown,
  input.pick:checked {
    opacity: 1;
  }
  .severity {
    line-height: 1.25;
  }
  .severity .sub {
    display: block;
    font-size: var(--text-xs);
  }
  .what {
    min-width: 0;
    line-height: 1.35;
  }
  .line {
    display: flex;
    align-items: baseline;
    gap: 0.5rem;
    min-width: 0;
  }
  a.title {
    color: inherit;
    text-decoration: none;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: 500;
  }
  a.title:hover {
    text-decoration: underline;
    text-decoration-color: var(--line-2);
  }
  .dot,
  .limit {
    color: var(--ink-2);
    font-weight: 400;
  }
  .under {
    display: flex;
    gap: 0 0.5rem;
    min-width: 0;
    margin-top: 0.1rem;
  }
  .under > * {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    min-width: 0;
  }
  .under > * + *::before {
    content: "·";
    margin-right: 0.5rem;
  }
  .under .next {
    flex: none;
  }
  .under .next andon-since {
    color: var(--ink);
    font-weight: 600;
  }
  .spark {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.6rem;
    align-items: center;
    font-size: var(--text-s);
    color: var(--ink-2);
  }
  .since {
    text-align: right;
    color: var(--ink-2);
    font-size: var(--text-s);
  }
  .action {
    display: grid;
  }
  @media (max-width: 1180px) {
    .row {
      grid-template-columns: 1.125rem 1.375rem minmax(0, 1fr) 9rem 5.25rem 7.75rem;
    }
    .severity {
      display: none;
    }
  }
  @media (max-width: 960px) {
    .row {
      grid-template-columns: 1.125rem 1.375rem minmax(0, 1fr) 5.25rem 7.75rem;
    }
    .spark {
      display: none;
    }
  }
  @media (max-width: 719px) {
    .row {
      grid-template-columns: 1.375rem minmax(0, 1fr) auto;
      grid-template-areas: "mark what what" "since since action";
      gap: 0.35rem var(--space-3);
      align-items: start;
      padding: 0.7rem var(--space-3) 0.6rem;
    }
    .row > andon-mark {
      grid-area: mark;
      margin-top: 0.05rem;
    }
    .what {
      grid-area: what;
    }
    a.title,
    .under > * {
      white-space: normal;
    }
    .under {
      flex-direction: column;
      gap: 0.1rem;
    }
    .under > * + *::before {
      content: none;
    }
    .since {
      grid-area: since;
      text-align: left;
      align-self: center;
      padding-left: calc(1.375rem + var(--space-3));
    }
    .action {
      grid-area: action;
    }
    .row > .pick {
      display: none;
    }
    .row.resolved,
    .row:not(:has(.action > *)) {
      row-gap: 0;
    }
  }
`;
