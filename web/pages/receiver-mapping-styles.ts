// In: the tokens. Out: the look of a receiver's words.
import { css } from "lit";

export const receiverMappingStyles = css`
  :host {
    display: block;
  }
  .card-body,
  .open,
  .own {
    display: grid;
    gap: var(--space-3);
  }
  .card-body {
    gap: var(--space-4);
  }
  .unknown {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    justify-content: space-between;
    padding-block: var(--space-2);
    border-top: 1px solid var(--line);
  }
  .unknown:first-child {
    border-top: 0;
  }
  .said {
    display: grid;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .chip.suggested {
    border-color: var(--line-2);
    color: var(--ink);
    font-weight: 600;
  }
  table {
    max-width: 34rem;
  }
  table code {
    overflow-wrap: anywhere;
  }
  td,
  td:first-child,
  td:last-child {
    padding-inline: 0 var(--space-3);
  }
  td:last-child {
    padding-right: 0;
  }
  td select {
    min-width: 9rem;
  }
  .means {
    display: inline-flex;
    gap: 0.4rem;
    align-items: center;
  }
  andon-mark {
    --mark: 1.125rem;
  }
  .note-box andon-mark {
    --mark: 1.375rem;
  }
  .adding {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(8.5rem, auto) auto;
    gap: var(--space-2);
    max-width: 34rem;
  }
  summary {
    cursor: pointer;
    color: var(--ink-2);
    font-size: var(--text-s);
    min-height: 1.5rem;
    align-content: center;
  }
  dl {
    display: grid;
    grid-template-columns: fit-content(9rem) minmax(0, 1fr);
    gap: var(--space-2) var(--space-4);
    margin-top: var(--space-2);
    font-size: var(--text-s);
  }
  dt {
    display: flex;
    gap: 0.4rem;
    align-items: flex-start;
    color: var(--ink-2);
  }
  dd {
    overflow-wrap: anywhere;
  }
  @media (max-width: 719px) {
    .adding {
      grid-template-columns: minmax(0, 1fr) auto;
    }
    .adding input {
      grid-column: 1 / -1;
    }
  }
  @media (pointer: coarse) {
    summary {
      min-height: var(--target);
    }
  }
`;
