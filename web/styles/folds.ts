// In: the tokens. Out: parts of a form that are folded away until somebody wants them, below a line.
import { css } from "lit";

export const folds = css`
  details {
    border-top: 1px solid var(--line);
    padding-top: var(--space-3);
  }
  summary {
    cursor: pointer;
    font-size: var(--text-s);
    font-weight: 550;
    min-height: 1.75rem;
    align-content: center;
    width: fit-content;
  }
  @media (pointer: coarse) {
    summary {
      min-height: var(--target);
    }
  }
`;
