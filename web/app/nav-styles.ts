// In: the tokens. Out: the look of the navigation in its three widths.
import { css } from "lit";

export const navStyles = css`
  :host {
    display: contents;
  }
  .side {
    position: sticky;
    top: 0;
    height: 100dvh;
    width: 13.5rem;
    display: flex;
    flex-direction: column;
    gap: var(--space-4);
    padding: var(--space-4) var(--space-3) var(--space-3);
    background: var(--surface);
    border-right: 1px solid var(--line);
  }
  .groups {
    flex: 1 1 auto;
    min-height: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    display: grid;
    gap: var(--space-2);
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
    margin-inline: calc(var(--space-1) * -1);
    padding: 2px var(--space-1);
  }
  .group {
    padding: 0 0.6rem 0.15rem;
    color: var(--ink-2);
    font-size: var(--text-xs);
    font-weight: 550;
  }
  ul {
    display: grid;
    gap: 1px;
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 0.55rem;
    padding: 0.15rem 0.6rem;
    color: var(--ink);
    text-decoration: none;
    font-size: 1.0625rem;
    font-weight: 700;
    letter-spacing: -0.02em;
  }
  .brand svg {
    width: 1.625rem;
    height: 1.625rem;
    flex: none;
  }
  .entry {
    display: flex;
    align-items: center;
    justify-content: flex-start;
    gap: 0.65rem;
    width: 100%;
    min-height: 2rem;
    padding: 0 0.6rem;
    border: 0;
    border-radius: var(--radius-s);
    background: none;
    color: var(--ink-2);
    font-size: var(--text-m);
    font-weight: 500;
    text-decoration: none;
    position: relative;
  }
  .entry:hover {
    background: var(--surface-2);
    color: var(--ink);
  }
  .entry[aria-current="page"],
  .entry[data-current] {
    background: var(--surface-2);
    color: var(--ink);
    font-weight: 620;
  }
  .badge {
    margin-left: auto;
    min-width: 1.3rem;
    padding: 0 0.35rem;
    border-radius: var(--radius-full);
    background: var(--critical-fill);
    color: #fff;
    font-size: var(--text-xs);
    font-weight: 650;
    line-height: 1.3rem;
    text-align: center;
  }
  .foot {
    flex: none;
    display: grid;
    gap: var(--space-3);
  }
  .foot andon-live {
    padding: 0 0.6rem;
  }
  .tools {
    display: flex;
    justify-content: space-between;
    padding: 0 0.1rem;
  }
  .themes,
  .help {
    display: flex;
    gap: 1px;
  }
  .themes [aria-checked="true"] {
    background: var(--surface-2);
    color: var(--ink);
  }
  .person {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    padding: var(--space-3) 0 0 0.6rem;
    border-top: 1px solid var(--line);
  }
  .who {
    flex: 1;
    min-width: 0;
    display: grid;
    line-height: 1.3;
    font-size: var(--text-s);
  }
  .who .sub {
    font-size: var(--text-xs);
  }
  .top,
  .bar {
    display: none;
  }

  @media (pointer: coarse) {
    .side .entry {
      min-height: var(--target);
    }
  }

  @media (min-width: 720px) and (max-width: 1023px) {
    .side {
      width: 6rem;
      padding-inline: var(--space-1);
      gap: var(--space-3);
      align-items: center;
    }
    .side .groups {
      width: 100%;
      gap: var(--space-1);
      margin: 0;
      padding: 2px;
    }
    .side .group {
      position: absolute;
      clip-path: inset(50%);
    }
    .side section + section {
      padding-top: var(--space-1);
      border-top: 1px solid var(--line);
    }
    .side .brand span,
    .side .who {
      display: none;
    }
    .side .entry {
      flex-direction: column;
      justify-content: center;
      gap: 0.1rem;
      min-height: 2.85rem;
      padding: 0.2rem 0;
      font-size: var(--text-xs);
      text-align: center;
    }
    .side .badge {
      position: absolute;
      top: 0.2rem;
      right: 0.55rem;
    }
    .side .foot {
      justify-items: center;
    }
    .side .foot andon-live {
      padding: 0;
    }
    .side .tools,
    .side .help,
    .side .themes {
      display: contents;
    }
    .side .foot {
      grid-template-columns: auto auto;
      gap: 1px;
    }
    .side .foot andon-live,
    .side .person {
      grid-column: 1 / -1;
    }
    .side .person {
      padding-left: 0;
    }
  }

  @media print {
    .side,
    .top,
    .bar {
      display: none !important;
    }
  }

  @media (max-width: 719px) {
    .side {
      display: none;
    }
    .top {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-3);
      padding: var(--space-2) var(--space-3);
      padding-top: max(var(--space-2), env(safe-area-inset-top));
      background: var(--surface);
      border-bottom: 1px solid var(--line);
      position: sticky;
      top: 0;
      z-index: 10;
    }
    .top .brand {
      padding-inline: 0.15rem;
      min-height: 1.75rem;
    }
    .bar {
      display: block;
      position: fixed;
      inset: auto 0 0;
      z-index: 20;
      background: var(--surface);
      border-top: 1px solid var(--line);
      padding-bottom: env(safe-area-inset-bottom);
    }
    .bar ul {
      grid-auto-flow: column;
      grid-auto-columns: minmax(0, 1fr);
      gap: 0;
    }
    .bar .entry {
      flex-direction: column;
      justify-content: center;
      gap: 0.15rem;
      min-height: 3.5rem;
      padding: 0.25rem 0;
      border-radius: 0;
      font-size: var(--text-xs);
      background: none;
    }
    .bar .entry[aria-current="page"],
    .bar .entry[data-current] {
      box-shadow: inset 0 2px 0 var(--ink);
    }
    .bar .badge {
      position: absolute;
      top: 0.3rem;
      left: calc(50% + 0.4rem);
      margin: 0;
    }
    .sheet {
      display: grid;
      gap: var(--space-4);
    }
    .sheet ul {
      grid-template-columns: 1fr 1fr;
    }
    .sheet .entry {
      min-height: var(--target);
    }
  }
`;
