// In: the tokens. Out: what forms made of `fields.ts` add to the look of controls.
import { css } from "lit";

export const fieldStyles = css`
  textarea.lines {
    min-height: var(--control);
    max-height: 12rem;
    padding-block: 0.4rem;
    field-sizing: content;
    resize: none;
    overflow-wrap: anywhere;
  }
  .choices {
    display: grid;
    gap: var(--space-2);
  }
  .check .line {
    display: block;
  }
  .inset {
    padding-left: 1.65rem;
  }
  fieldset .hint,
  fieldset .error {
    display: block;
    margin-top: 0.3rem;
    font-size: var(--text-s);
  }
  fieldset .hint {
    color: var(--ink-2);
  }
  fieldset .error {
    color: var(--critical);
  }
  summary {
    cursor: pointer;
    font-size: var(--text-s);
    font-weight: 550;
    min-height: 1.75rem;
    align-content: center;
  }
  details > .form {
    margin-top: var(--space-3);
  }
  @media (pointer: coarse) {
    .check {
      min-height: var(--target);
      align-items: center;
    }
    .check input {
      margin-top: 0;
    }
    summary {
      min-height: var(--target);
    }
  }
`;
