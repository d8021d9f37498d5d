// In: the tokens. Out: what went over the wire, as it is: wrapped, scrolled where it is long.
import { css } from "lit";

export const rawText = css`
  pre {
    margin: 0;
    padding: 0.5rem 0.7rem;
    background: var(--surface-2);
    border-radius: var(--radius-s);
    font-size: var(--text-xs);
    line-height: 1.55;
    overflow: auto;
    max-height: 16rem;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
`;
