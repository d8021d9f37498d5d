// In: the tokens. Out: the look of the live list's page.
import { css } from "lit";

export const nowStyles = css`
  h1 {
    display: flex;
    align-items: center;
    gap: 0.6rem;
    font-size: 1.5rem;
  }
  h1 andon-mark {
    --mark: 1.625rem;
  }
  .beside {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }
  .beside a {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    min-height: var(--control);
    max-width: 100%;
    padding: 0.25rem var(--space-3);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    color: var(--ink);
    font-weight: 500;
    text-decoration: none;
    overflow-wrap: anywhere;
  }
  .beside a:hover {
    border-color: var(--line-2);
    text-decoration: underline;
  }
  .beside andon-mark {
    --mark: 1.125rem;
    flex: none;
  }
  .counters {
    display: grid;
    grid-template-columns: repeat(5, minmax(0, 1fr));
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    box-shadow: var(--shadow-1);
    overflow: hidden;
  }
  .counters button {
    display: grid;
    justify-items: start;
    justify-content: start;
    align-content: center;
    gap: 0.05rem;
    min-height: 4.25rem;
    padding: 0.5rem var(--space-4);
    border: 0;
    border-left: 1px solid var(--line);
    border-radius: 0;
    text-align: left;
    color: var(--ink-2);
    font-weight: 450;
    position: relative;
    white-space: normal;
  }
  .counters button:first-child {
    border-left: 0;
  }
  .counters button:focus-visible {
    outline-offset: -3px;
  }
  .counters strong {
    font-size: 1.625rem;
    font-variant-numeric: tabular-nums;
    line-height: 1.15;
    font-weight: 600;
    letter-spacing: -0.02em;
    color: var(--ink-2);
  }
  .counters .loud strong {
    color: var(--ink);
  }
  .counters [aria-pressed="true"] {
    color: var(--ink);
    font-weight: 600;
  }
  .counters [aria-pressed="true"] strong {
    color: var(--ink);
  }
  .counters [aria-pressed="true"]::after {
    content: "";
    position: absolute;
    inset: auto 0 0;
    height: 3px;
    background: var(--ink);
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-3);
    min-height: var(--control);
    margin-bottom: calc(var(--space-2) * -1);
  }
  .toolbar .quiet {
    margin-left: auto;
  }
  .list {
    overflow: hidden;
  }
  .list li:last-child andon-alert-row {
    margin-bottom: -1px;
  }
  .skeleton {
    min-height: 14rem;
    background:
      linear-gradient(var(--surface-2) 0 0) 0 0 / 100% 1px no-repeat,
      repeating-linear-gradient(var(--surface) 0 3.45rem, var(--line) 3.45rem 3.5rem);
    opacity: 0.6;
  }
  @media (max-width: 719px) {
    h1 {
      font-size: var(--text-xl);
    }
    .counters {
      display: flex;
      overflow-x: auto;
      scrollbar-width: none;
      margin-inline: calc(var(--space-3) * -1);
      border-inline: 0;
      border-radius: 0;
    }
    .counters button {
      flex: 1 0 auto;
      min-height: 3.75rem;
      padding-inline: var(--space-3);
      font-size: var(--text-xs);
      white-space: nowrap;
    }
    .counters strong {
      font-size: var(--text-xl);
    }
    .toolbar .quiet {
      margin-left: 0;
    }
    .toolbar.picking {
      position: sticky;
      top: 3rem;
      z-index: 5;
      background: var(--bg);
      padding-block: var(--space-2);
    }
    .list {
      margin-inline: calc(var(--space-3) * -1);
      border-inline: 0;
      border-radius: 0;
    }
  }
`;
