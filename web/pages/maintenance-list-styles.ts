// In: the tokens. Out: the look of the calendar of maintenance.
import { css } from "lit";

export const maintenanceListStyles = css`
  .card-head andon-mark {
    --mark: 1.25rem;
  }
  .day {
    display: grid;
    grid-template-columns: 11rem minmax(0, 1fr);
    border-bottom: 1px solid var(--line);
  }
  .day:last-child {
    border-bottom: 0;
  }
  .day h3 {
    padding: 0.55rem 0 0.55rem var(--space-5);
  }
  .entry {
    display: grid;
    grid-template-columns: 9.5rem minmax(0, 1fr) auto;
    gap: 0 var(--space-4);
    align-items: baseline;
    padding: 0.55rem var(--space-5);
  }
  .entry + .entry {
    border-top: 1px solid var(--line);
  }
  .entry:has(a.name:focus-visible) {
    background: var(--surface-2);
  }
  .entry.now {
    background: var(--info-bg);
  }
  .entry.now:last-child {
    border-radius: 0 0 var(--radius-m) var(--radius-m);
  }
  .time {
    font-variant-numeric: tabular-nums;
  }
  .what {
    min-width: 0;
    display: grid;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-3);
  }
  .going {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: var(--space-2) var(--space-3);
  }
  .past summary {
    padding: var(--space-3) var(--space-5);
    cursor: pointer;
    min-height: 3rem;
    align-content: center;
  }
  .past[open] summary {
    border-bottom: 1px solid var(--line);
  }
  .past summary h2 {
    display: inline;
  }
  @media (max-width: 719px) {
    .day {
      grid-template-columns: minmax(0, 1fr);
    }
    .day h3 {
      padding: 0.6rem var(--space-4) 0;
    }
    .entry {
      grid-template-columns: minmax(0, 1fr);
      padding-inline: var(--space-4);
    }
    .going {
      justify-content: space-between;
      padding-top: var(--space-2);
    }
    .past summary {
      padding-inline: var(--space-4);
    }
  }
`;
