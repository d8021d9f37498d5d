// In: the tokens. Out: the look of pages, cards, tables, tags and facts.
import { css } from "lit";

export const surfaces = css`
  .page {
    padding: var(--space-6) clamp(0.75rem, 2.4vw, 2.25rem) var(--space-8);
    max-width: 92rem;
    margin-inline: auto;
    display: grid;
    gap: var(--space-5);
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .page-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
    min-height: var(--control);
  }
  .page-head .grow {
    flex: 1 1 auto;
    min-width: 0;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    box-shadow: var(--shadow-1);
    min-width: 0;
  }
  .card.pad {
    padding: var(--space-4) var(--space-5);
  }
  .card-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-3);
    padding: var(--space-3) var(--space-5);
    border-bottom: 1px solid var(--line);
    min-height: 3rem;
  }
  .card-head .grow {
    flex: 1 1 auto;
  }
  .card-body {
    padding: var(--space-4) var(--space-5);
  }
  .tag {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
    font-size: var(--text-xs);
    font-weight: 500;
    line-height: 1.35;
    padding: 0.05rem 0.4rem;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    color: var(--ink-2);
    background: var(--surface);
    white-space: nowrap;
    max-width: 100%;
  }
  .note-box {
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface-2);
    padding: var(--space-3) var(--space-4);
    display: flex;
    gap: var(--space-3);
    align-items: flex-start;
  }
  .note-box.warning {
    background: var(--warning-bg);
    border-color: var(--warning-line);
  }
  .note-box.critical {
    background: var(--critical-bg);
    border-color: var(--critical-line);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-m);
  }
  th {
    text-align: left;
    font-size: var(--text-xs);
    font-weight: 550;
    color: var(--ink-2);
    padding: var(--space-2) var(--space-3);
    border-bottom: 1px solid var(--line);
    white-space: nowrap;
  }
  td {
    padding: 0.45rem var(--space-3);
    border-bottom: 1px solid var(--line);
    vertical-align: middle;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  th:first-child,
  td:first-child {
    padding-left: var(--space-5);
  }
  th:last-child,
  td:last-child {
    padding-right: var(--space-5);
  }
  .right {
    text-align: right;
  }
  tbody tr.row:hover {
    background: color-mix(in srgb, var(--surface-2) 55%, transparent);
  }
  dl.facts {
    display: grid;
    grid-template-columns: fit-content(9rem) minmax(0, 1fr);
    gap: 0.45rem var(--space-4);
    font-size: var(--text-m);
  }
  dl.facts dt {
    color: var(--ink-2);
    font-size: var(--text-s);
    line-height: 1.55;
  }
  dl.facts dd {
    overflow-wrap: anywhere;
  }
  @media (max-width: 719px) {
    .page {
      padding: var(--space-4) var(--space-3) var(--space-6);
      gap: var(--space-4);
    }
    .card-head,
    .card-body,
    .card.pad {
      padding-inline: var(--space-4);
    }
    th:first-child,
    td:first-child {
      padding-left: var(--space-4);
    }
    th:last-child,
    td:last-child {
      padding-right: var(--space-4);
    }
  }
`;
