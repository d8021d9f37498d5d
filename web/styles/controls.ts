// In: the tokens. Out: the look of buttons, fields and forms.
import { css } from "lit";

export const controls = css`
  button,
  .button {
    appearance: none;
    font: inherit;
    font-size: var(--text-s);
    font-weight: 550;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4rem;
    min-height: var(--control);
    padding: 0 0.8rem;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    transition:
      background var(--fast) var(--ease),
      border-color var(--fast) var(--ease);
  }
  button:hover:not(:disabled),
  .button:hover {
    background: var(--surface-2);
    border-color: var(--line-2);
  }
  button:disabled {
    cursor: default;
    color: var(--ink-3);
    background: var(--surface-2);
  }
  button.primary,
  .button.primary {
    background: var(--ink);
    border-color: var(--ink);
    color: var(--on-ink);
  }
  button.primary:hover:not(:disabled),
  .button.primary:hover {
    background: color-mix(in srgb, var(--ink) 86%, var(--surface));
  }
  button.primary:disabled {
    background: var(--surface-3);
    border-color: var(--line);
    color: var(--ink-2);
  }
  button.danger {
    color: var(--critical);
  }
  button.danger.primary {
    background: var(--critical-fill);
    border-color: var(--critical-fill);
    color: #fff;
  }
  button.quiet,
  .button.quiet {
    border-color: transparent;
    background: transparent;
    color: var(--ink-2);
  }
  button.quiet:hover:not(:disabled),
  .button.quiet:hover {
    background: var(--surface-2);
    color: var(--ink);
  }
  button.square,
  .button.square {
    padding: 0;
    width: var(--control);
  }
  button.link {
    min-height: 1.5rem;
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 0.18em;
    font-weight: 500;
  }
  input,
  select,
  textarea {
    appearance: none;
    font: inherit;
    width: 100%;
    min-height: var(--control);
    padding: 0.25rem 0.6rem;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--line-2);
    border-radius: var(--radius-s);
  }
  textarea {
    min-height: 5rem;
    padding-block: 0.5rem;
    resize: vertical;
  }
  select {
    padding-right: 1.9rem;
    background-image:
      linear-gradient(45deg, transparent 50%, currentcolor 50%),
      linear-gradient(-45deg, transparent 50%, currentcolor 50%);
    background-size: 5px 5px;
    background-position:
      right 14px center,
      right 9px center;
    background-repeat: no-repeat;
    text-overflow: ellipsis;
  }
  input::placeholder,
  textarea::placeholder {
    color: var(--ink-3);
    opacity: 1;
  }
  input:focus-visible,
  select:focus-visible,
  textarea:focus-visible {
    outline-offset: 0;
    border-color: var(--focus);
  }
  input[aria-invalid="true"],
  select[aria-invalid="true"],
  textarea[aria-invalid="true"] {
    border-color: var(--critical);
  }
  input[type="checkbox"],
  input[type="radio"] {
    width: 1.125rem;
    height: 1.125rem;
    min-height: 0;
    padding: 0;
    margin: 0;
    flex: none;
    display: inline-grid;
    place-content: center;
    border-radius: 4px;
    cursor: pointer;
  }
  input[type="radio"] {
    border-radius: 50%;
  }
  input[type="checkbox"]:checked,
  input[type="checkbox"]:indeterminate {
    background: var(--ink);
    border-color: var(--ink);
  }
  input[type="checkbox"]:checked::before {
    content: "";
    width: 0.6rem;
    height: 0.32rem;
    border: solid var(--on-ink);
    border-width: 0 0 2px 2px;
    transform: translateY(-1px) rotate(-45deg);
  }
  input[type="checkbox"]:indeterminate::before {
    content: "";
    width: 0.55rem;
    height: 2px;
    background: var(--on-ink);
  }
  input[type="radio"]:checked {
    border: 5px solid var(--ink);
  }
  input[type="search"]::-webkit-search-cancel-button {
    appearance: none;
  }
  label {
    font-size: var(--text-s);
    font-weight: 550;
  }
  .field {
    display: grid;
    gap: 0.3rem;
    align-content: start;
    min-width: 0;
  }
  .field .hint {
    color: var(--ink-2);
    font-size: var(--text-s);
    font-weight: 400;
  }
  .field .error {
    color: var(--critical);
    font-size: var(--text-s);
  }
  .check {
    display: flex;
    align-items: flex-start;
    gap: 0.55rem;
    font-weight: 450;
    font-size: var(--text-m);
    min-height: 1.5rem;
    cursor: pointer;
  }
  .check input {
    margin-top: 0.12rem;
  }
  .form {
    display: grid;
    gap: var(--space-4);
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr));
    gap: var(--space-4);
    align-items: start;
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-width: 0;
  }
  legend {
    padding: 0;
    font-size: var(--text-s);
    font-weight: 600;
    margin-bottom: var(--space-2);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    align-items: center;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    align-items: center;
  }
  .chip {
    border-radius: var(--radius-full);
    min-height: 1.875rem;
    padding: 0 0.75rem;
    color: var(--ink-2);
    font-weight: 500;
  }
  .chip[aria-pressed="true"],
  .chip[aria-checked="true"] {
    border-color: var(--ink);
    box-shadow: inset 0 0 0 1px var(--ink);
    color: var(--ink);
    font-weight: 600;
  }
  @media (pointer: coarse) {
    .chip {
      min-height: var(--target);
    }
    button.link {
      min-height: var(--target);
    }
  }
`;
