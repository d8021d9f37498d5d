// In: the tokens. Out: the look of teaching a receiver by example.
import { css } from "lit";

export const receiverTeachStyles = css`
  .steps {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-5);
    color: var(--ink-2);
    font-size: var(--text-s);
  }
  .steps li {
    display: flex;
    gap: var(--space-2);
    align-items: center;
  }
  .steps [aria-current="step"],
  .steps .done {
    color: var(--ink);
    font-weight: 600;
  }
  .number {
    display: grid;
    place-content: center;
    width: 1.5rem;
    height: 1.5rem;
    border: 1.5px solid var(--line-2);
    border-radius: 50%;
    font-size: var(--text-xs);
    font-weight: 600;
  }
  [aria-current="step"] .number {
    background: var(--ink);
    border-color: var(--ink);
    color: var(--on-ink);
  }
  .wait {
    display: grid;
    gap: var(--space-3);
  }
  .wait > p {
    max-width: 46rem;
  }
  .pulse {
    display: flex;
    gap: var(--space-3);
    align-items: center;
  }
  .dot {
    width: 0.75rem;
    height: 0.75rem;
    border-radius: 50%;
    background: var(--info-fill);
    animation: beat 2s ease-in-out infinite;
  }
  @keyframes beat {
    50% {
      opacity: 0.35;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .dot {
      animation: none;
    }
  }
`;
