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
