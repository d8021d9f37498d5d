// In: the tokens. Out: the look of an incident's page.
import { css } from "lit";

export const incidentPageStyles = css`
  .updates li {
    display: grid;
    grid-template-columns: 1.25rem minmax(0, 1fr) auto;
    gap: 0 var(--space-3);
    padding: var(--space-3) var(--space-5);
    border-bottom: 1px solid var(--line);
  }
  .updates li:last-child {
    border-bottom: 0;
  }
  .updates li.private {
    background: var(--surface-2);
  }
  .updates li.private:last-child {
    border-radius: 0 0 var(--radius-m) var(--radius-m);
  }
  .updates andon-mark {
    --mark: 1.25rem;
    margin-top: 0.05rem;
  }
  .code {
    white-space: nowrap;
  }
  .said-by {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 0.5rem;
    align-items: center;
  }
  .updates .message {
    margin-top: 0.2rem;
    white-space: pre-line;
    overflow-wrap: anywhere;
    max-width: 46rem;
  }
  .concerned {
    display: grid;
    gap: 0.4rem;
  }
  .concerned li {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 0.5rem;
    align-items: center;
  }
  .concerned andon-mark {
    --mark: 1.125rem;
  }
  .events summary {
    padding: var(--space-3) var(--space-5);
    cursor: pointer;
    min-height: 3rem;
    align-content: center;
  }
  .events summary h2 {
    display: inline;
  }
  .again {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
    align-items: center;
    justify-content: space-between;
  }
  @media (max-width: 719px) {
    .updates li,
    .events summary {
      padding-inline: var(--space-4);
    }
    .updates li {
      grid-template-columns: 1.25rem minmax(0, 1fr);
    }
    .updates li > .num {
      grid-column: 2;
    }
  }
`;
