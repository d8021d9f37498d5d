// In: the tokens. Out: the look of a few choices of which one is taken, as radio buttons that wrap where they
// do not fit.
import { css } from "lit";

export const pills = css`
  .pills {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
  }
  .pills label {
    display: inline-flex;
    align-items: center;
    gap: 0.45rem;
    min-height: var(--control);
    padding: 0 0.7rem;
    border: 1px solid var(--line);
    border-radius: var(--radius-full);
    cursor: pointer;
    font-weight: 500;
  }
  .pills label:has(:checked) {
    border-color: var(--ink);
    box-shadow: inset 0 0 0 1px var(--ink);
    font-weight: 600;
  }
`;
