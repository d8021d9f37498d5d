// In: the tokens. Out: the look of the pages before the login.
import { css } from "lit";

export const entryStyles = css`
  :host {
    display: block;
    width: min(23rem, calc(100vw - 2rem));
    padding-block: var(--space-8);
  }
  .mark {
    display: flex;
    align-items: center;
    gap: 0.6rem;
    margin-bottom: var(--space-6);
  }
  .mark svg {
    width: 2.25rem;
    height: 2.25rem;
    flex: none;
  }
  .mark span {
    display: grid;
    line-height: 1.25;
  }
  .mark strong {
    font-size: 1.1875rem;
    font-weight: 700;
    letter-spacing: -0.02em;
  }
  h1 {
    margin-bottom: var(--space-2);
  }
  .form {
    margin-top: var(--space-5);
  }
  .form > button {
    min-height: 2.625rem;
    font-size: var(--text-m);
  }
  input {
    min-height: 2.625rem;
  }
  .password {
    position: relative;
  }
  .password input {
    padding-right: 4rem;
  }
  .password button {
    position: absolute;
    right: 0.25rem;
    top: 50%;
    translate: 0 -50%;
    min-height: 2rem;
    font-size: var(--text-s);
  }
  .problem {
    background: var(--critical-bg);
    border: 1px solid var(--critical-line);
    border-radius: var(--radius-s);
    padding: var(--space-2) var(--space-3);
    display: flex;
    gap: var(--space-2);
  }
  .after {
    margin-top: var(--space-5);
    color: var(--ink-2);
    font-size: var(--text-s);
  }
`;
