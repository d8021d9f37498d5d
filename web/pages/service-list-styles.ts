// In: the tokens. Out: the look of the list of services.
import { css } from "lit";

export const serviceListStyles = css`
  .summary {
    display: flex;
    align-items: center;
    gap: 0.6rem;
    margin-top: calc(var(--space-3) * -1);
    font-size: var(--text-l);
    font-weight: 550;
  }
  .summary andon-mark {
    --mark: 1.375rem;
  }
  .service {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(12rem, 27rem) auto;
    gap: var(--space-2) var(--space-5);
    align-items: center;
    padding: 0.6rem var(--space-5);
    border-bottom: 1px solid var(--line);
  }
  .service:last-child {
    border-bottom: 0;
  }
  .service:has(a.name:focus-visible) {
    background: var(--surface-2);
  }
  .service.down {
    background: var(--critical-bg);
  }
  .service.degraded {
    background: var(--warning-bg);
  }
  li.service:last-child {
    border-radius: 0 0 var(--radius-m) var(--radius-m);
  }
  .what {
    display: grid;
    grid-template-columns: 1.25rem minmax(0, 1fr);
    gap: var(--space-3);
    align-items: start;
  }
  .what andon-mark {
    --mark: 1.25rem;
    margin-top: 0.1rem;
  }
  .words {
    min-width: 0;
    display: grid;
  }
  .words .sub {
    overflow: hidden;
    text-overflow: ellipsis;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow-wrap: anywhere;
  }
  .past {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 4.75rem;
    gap: var(--space-3);
    align-items: center;
    min-height: 1.5rem;
  }
  .uptime {
    text-align: right;
    font-size: var(--text-s);
  }
  @media (max-width: 1023px) {
    .service {
      grid-template-columns: minmax(0, 1fr) auto;
      padding-inline: var(--space-4);
    }
    .past {
      grid-column: 1 / -1;
      grid-row: 2;
    }
  }
`;
