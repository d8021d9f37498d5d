// In: the tokens. Out: the look of the SLA report, on the screen and on paper.
import { css } from "lit";

export const slaStyles = css`
  .months {
    display: flex;
    gap: var(--space-2);
  }
  .months input {
    width: 11rem;
  }
  .groups {
    width: auto;
    min-width: 10rem;
  }
  .summary {
    display: flex;
    align-items: center;
    gap: 0.6rem;
    font-size: var(--text-l);
    font-weight: 550;
  }
  td .sub {
    display: block;
  }
  td andon-mark {
    --mark: 1.125rem;
  }
  tr.missed {
    background: var(--critical-bg);
  }
  .exact {
    margin-top: var(--space-3);
    max-width: 46rem;
  }
  @media (max-width: 719px) {
    table.cards tr {
      grid-template-columns: 1fr 1fr;
    }
    table.cards td[data-label]::before {
      display: block;
    }
    table.cards td.nothing {
      display: none;
    }
    .months,
    .months input,
    .groups {
      flex: 1;
    }
  }
  @media print {
    .toolbar,
    .page-head .actions,
    .card-head button {
      display: none;
    }
    .page {
      padding: 0;
    }
    .scroll {
      overflow: visible;
    }
  }
`;
