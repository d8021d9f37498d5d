// In: the tokens. Out: the look of the fields of a channel type.
import { css } from "lit";

export const configFieldStyles = css`
  :host {
    display: block;
  }
  details .form {
    margin-top: var(--space-3);
  }
  details details {
    border: 0;
  }
  textarea {
    tab-size: 2;
  }
  textarea.mono {
    font-size: var(--text-s);
    line-height: 1.55;
  }
  .short {
    max-width: 12rem;
  }
  /* Not the browser's password field: its keeper would fill in the login of this page. */
  .veiled {
    -webkit-text-security: disc;
  }
  .with-buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }
  .with-buttons input {
    flex: 1 1 14rem;
    min-width: 0;
  }
  input[readonly] {
    background: var(--surface-2);
    border-color: var(--line);
    color: var(--ink-2);
  }
  .error {
    color: var(--critical);
    font-size: var(--text-s);
  }
  .file {
    width: fit-content;
    position: relative;
  }
  .file:has(:focus-visible) {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
`;
