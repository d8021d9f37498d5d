// In: the tokens. Out: the look of a service's page.
import { css } from "lit";

export const servicePageStyles = css`
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr));
    gap: var(--space-3) var(--space-5);
    padding: var(--space-4) var(--space-5);
    border-bottom: 1px solid var(--line);
  }
  .figures dt {
    color: var(--ink-2);
    font-size: var(--text-s);
  }
  .figures dd {
    font-size: var(--text-xl);
    font-weight: 600;
    letter-spacing: -0.012em;
    font-variant-numeric: tabular-nums;
  }
  .figures dd .sub {
    font-weight: 400;
    letter-spacing: 0;
  }
  .budget {
    padding: var(--space-4) var(--space-5);
    border-top: 1px solid var(--line);
    display: grid;
    gap: 0.4rem;
  }
  .budget .line {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0.2rem var(--space-3);
    font-size: var(--text-s);
  }
  .gauge {
    display: block;
    width: 100%;
    height: 0.5rem;
    border-radius: var(--radius-full);
    background: var(--surface-3);
    overflow: hidden;
  }
  .gauge rect {
    fill: var(--ink-2);
  }
  .budget.over .gauge rect {
    fill: var(--critical-fill);
  }
  .budget.over .left {
    color: var(--critical);
    font-weight: 600;
  }
  .budget .sub {
    font-weight: 400;
  }
  .incidents .sub {
    display: block;
  }
  .says {
    display: grid;
    gap: var(--space-3);
  }
  .says li {
    display: grid;
    grid-template-columns: 1.125rem minmax(0, 1fr);
    gap: 0 var(--space-3);
    align-items: start;
  }
  .says andon-mark {
    --mark: 1.125rem;
    margin-top: 0.1rem;
  }
  .says + h3 {
    margin-top: var(--space-4);
  }
  .card-body > h3 {
    margin-bottom: var(--space-2);
  }
  .incidents li {
    display: grid;
    grid-template-columns: 1.25rem minmax(0, 1fr) auto;
    gap: 0 var(--space-3);
    align-items: start;
    padding: 0.65rem var(--space-5);
    border-bottom: 1px solid var(--line);
  }
  .incidents li:last-child {
    border-bottom: 0;
  }
  .incidents andon-mark {
    --mark: 1.25rem;
    margin-top: 0.1rem;
  }
  .needs {
    display: grid;
    gap: 0.25rem;
  }
  @media (max-width: 719px) {
    .figures {
      grid-template-columns: 1fr 1fr;
    }
    .figures,
    .budget,
    .incidents li {
      padding-inline: var(--space-4);
    }
  }
`;
