// In: the tokens. Out: the look of the rule's page.
import { css } from "lit";

export const ruleStyles = css`
  h1 {
    margin-top: var(--space-1);
  }
  .rule-columns {
    display: grid;
    grid-template-columns: minmax(0, 40rem) minmax(17rem, 1fr);
    gap: var(--space-5);
    align-items: start;
  }
  .preview {
    position: sticky;
    top: var(--space-5);
    display: grid;
    gap: var(--space-3);
  }
  .preview h2 {
    font-weight: 500;
  }
  .sentence {
    font-size: 1.125rem;
    line-height: 1.45;
    font-weight: 550;
    letter-spacing: -0.008em;
    overflow-wrap: anywhere;
  }
  .then andon-mark {
    --mark: 1.2rem;
    margin-right: 0.3rem;
    vertical-align: -0.25em;
  }
  .last {
    margin-top: var(--space-5);
    padding-top: var(--space-4);
    border-top: 1px solid var(--line);
  }
  .push {
    margin-left: auto;
  }
  button.quiet.danger {
    color: var(--critical);
  }
  .problem {
    margin-top: var(--space-4);
  }
  @media (max-width: 960px) {
    .rule-columns {
      grid-template-columns: minmax(0, 1fr);
    }
    .preview {
      position: static;
    }
  }
`;

export const ruleFormStyles = css`
  :host {
    display: block;
  }
  .form {
    gap: var(--space-6);
  }
  .group {
    display: grid;
    gap: var(--space-4);
  }
  .choices {
    display: grid;
    gap: 0.1rem;
  }
  .choice {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0 0.6rem;
    padding: 0.4rem 0.5rem;
    border-radius: var(--radius-s);
    font-weight: 450;
    font-size: var(--text-m);
    cursor: pointer;
  }
  .choice:hover {
    background: var(--surface-2);
  }
  .choice input {
    margin-top: 0.15rem;
  }
  .choice .sub {
    grid-column: 2;
  }
  .severities {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }
  .severities label {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-height: var(--control);
    padding: 0 0.8rem 0 0.6rem;
    border: 1px solid var(--line-2);
    border-radius: var(--radius-s);
    cursor: pointer;
  }
  .severities label:has(:checked) {
    border-color: var(--ink);
    box-shadow: inset 0 0 0 1px var(--ink);
  }
  .severities andon-mark {
    --mark: 1.125rem;
  }
  .span {
    display: grid;
    grid-template-columns: minmax(4rem, 7rem) minmax(6rem, 9rem);
    gap: var(--space-2);
  }
  .inset {
    padding-left: 2.25rem;
  }
`;
