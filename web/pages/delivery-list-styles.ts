// In: the tokens. Out: the look of a list of deliveries.
import { css } from "lit";

export const deliveryListStyles = css`
  li {
    border-top: 1px solid var(--line);
  }
  li:first-child {
    border-top: 0;
  }
  .line {
    display: grid;
    grid-template-columns: 1.25rem minmax(0, 1.1fr) minmax(0, 1.4fr) auto auto;
    gap: var(--space-2) var(--space-3);
    align-items: center;
    width: 100%;
    min-height: 2.75rem;
    padding: 0.3rem var(--space-5);
    border: 0;
    border-radius: 0;
    background: none;
    text-align: left;
    font-size: var(--text-m);
    font-weight: 450;
    white-space: normal;
  }
  .line.full {
    grid-template-columns:
      1.25rem minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1.5fr)
      auto auto;
  }
  .narrow {
    display: none;
  }
  .line:focus-visible {
    outline-offset: -2px;
  }
  .line andon-mark {
    --mark: 1.125rem;
  }
  .line time {
    color: var(--ink-2);
    font-size: var(--text-s);
    font-variant-numeric: tabular-nums;
  }
  .line andon-icon {
    color: var(--ink-2);
    transition: rotate var(--fast) var(--ease);
  }
  [aria-expanded="true"] andon-icon {
    rotate: 90deg;
  }
  .details {
    padding: var(--space-3) var(--space-5) var(--space-5);
    background: color-mix(in srgb, var(--surface-2) 40%, transparent);
    border-top: 1px solid var(--line);
  }
  .filter {
    width: auto;
  }
  .more {
    padding: var(--space-3) var(--space-5);
    border-top: 1px solid var(--line);
  }
  @media (prefers-reduced-motion: reduce) {
    .line andon-icon {
      transition: none;
    }
  }
  @media (max-width: 1023px) {
    .line.full {
      grid-template-columns: 1.25rem minmax(0, 1fr) minmax(0, 1.2fr) auto auto;
    }
    .line.full .machine {
      display: none;
    }
    .narrow {
      display: inline;
    }
    .line.full .channel {
      grid-column: 2;
      grid-row: 2;
    }
    .line.full .outcome {
      grid-row: 1 / span 2;
      grid-column: 3;
    }
    .line.full time,
    .line.full andon-icon {
      grid-row: 1 / span 2;
    }
  }
  @media (max-width: 719px) {
    .line,
    .line.full {
      grid-template-columns: 1.25rem minmax(0, 1fr) auto;
      padding: 0.55rem var(--space-4);
      gap: 0 var(--space-3);
    }
    .line .outcome,
    .line.full .outcome {
      grid-column: 2;
      grid-row: 2;
    }
    .line.full .channel {
      grid-row: 3;
      grid-column: 2 / -1;
    }
    .line time,
    .line.full time {
      grid-column: 3;
      grid-row: 2;
    }
    .line andon-icon,
    .line.full andon-icon {
      grid-row: 1;
      grid-column: 3;
      justify-self: end;
    }
    .details {
      padding-inline: var(--space-4);
    }
  }
`;
