// In: the tokens. Out: the look that the plain list pages share.
import { css } from "lit";

export const listStyles = css`
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
    align-items: center;
  }
  .scroll {
    overflow-x: auto;
  }
  a.name {
    color: inherit;
    font-weight: 600;
    text-decoration: none;
  }
  a.name:hover {
    text-decoration: underline;
  }
  tr.row {
    position: relative;
  }
  tr.row:has(a.name:focus-visible) {
    background: var(--surface-2);
  }
  tr.off {
    color: var(--ink-2);
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    white-space: nowrap;
  }
  .state andon-mark {
    --mark: 1.125rem;
  }
  .tags {
    display: inline-flex;
    flex-wrap: wrap;
    gap: 0.25rem;
  }
  .loading {
    min-height: 14rem;
    opacity: 0.6;
  }
  .intro {
    color: var(--ink-2);
    max-width: 46rem;
    margin-top: calc(var(--space-3) * -1);
  }
  @media (max-width: 719px) {
    table.cards,
    table.cards tbody {
      display: block;
    }
    table.cards thead {
      display: none;
    }
    table.cards tr {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 0.2rem var(--space-3);
      padding: 0.75rem var(--space-4);
      border-bottom: 1px solid var(--line);
    }
    table.cards tr:last-child {
      border-bottom: 0;
    }
    table.cards td {
      display: block;
      padding: 0;
      border: 0;
      text-align: left;
    }
    table.cards td.whole {
      grid-column: 1 / -1;
    }
    table.cards td:empty {
      display: none;
    }
    table.cards td[data-label]::before {
      content: attr(data-label) " ";
      color: var(--ink-2);
      font-size: var(--text-s);
    }
    a.name {
      display: inline-block;
      padding-block: 0.3rem;
    }
  }
`;
