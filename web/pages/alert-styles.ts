// In: the tokens. Out: the look of an alert's page.
import { css } from "lit";

export const alertStyles = css`
  .back {
    display: inline-flex;
    align-items: center;
    gap: 0.2rem;
    color: var(--ink-2);
    font-size: var(--text-s);
    text-decoration: none;
    min-height: 1.75rem;
    margin-left: -0.25rem;
  }
  .back andon-icon {
    --icon: 1rem;
  }
  .back:hover {
    color: var(--ink);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3) var(--space-4);
    margin-top: var(--space-2);
  }
  .head > andon-mark {
    --mark: 2.25rem;
  }
  .head.waiting {
    margin: var(--space-2) 0 0;
    padding: var(--space-4) var(--space-5);
    border: 1px solid;
    border-radius: var(--radius-m);
  }
  .head.critical {
    background: var(--critical-bg);
    border-color: var(--critical-line);
  }
  .head.warning {
    background: var(--warning-bg);
    border-color: var(--warning-line);
  }
  .head.info {
    background: var(--info-bg);
    border-color: var(--info-line);
  }
  .title {
    flex: 1 1 18rem;
    min-width: 0;
  }
  h1 .limit {
    color: var(--ink-2);
    font-weight: 500;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 21rem;
    gap: var(--space-5);
    align-items: start;
  }
  .main,
  .aside {
    display: grid;
    gap: var(--space-5);
    min-width: 0;
  }
  .countdown {
    font-size: 2rem;
    line-height: 1.2;
    font-weight: 600;
    letter-spacing: -0.02em;
  }
  .next h2 {
    font-weight: 500;
  }
  .instruction {
    margin-top: var(--space-2);
    font-size: var(--text-l);
    font-weight: 550;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
  dd .sub {
    display: block;
  }
  .kept {
    margin-top: var(--space-4);
  }
  button.link.danger {
    color: var(--critical);
  }
  dd.mono {
    white-space: pre-wrap;
    font-size: var(--text-s);
  }
  .tags {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
  }
  .note {
    display: flex;
    gap: var(--space-2);
    align-items: flex-start;
    padding: var(--space-3) var(--space-5) var(--space-4);
    border-top: 1px solid var(--line);
  }
  .note textarea {
    min-height: var(--control);
    padding-block: 0.35rem;
    field-sizing: content;
    max-height: 12rem;
    resize: none;
  }
  .loading {
    min-height: 20rem;
    opacity: 0.6;
  }
  @media (max-width: 1023px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
    .aside {
      grid-row: 1;
    }
    .aside .next {
      order: -1;
    }
  }
  @media (min-width: 720px) and (max-width: 1023px) {
    .aside {
      grid-template-columns: 1fr 1fr;
      align-items: start;
    }
  }
  @media (max-width: 719px) {
    .head > .actions {
      width: 100%;
    }
    .head > .actions button {
      flex: 1 1 auto;
    }
    .head.waiting {
      padding: var(--space-4);
    }
    .note {
      padding-inline: var(--space-4);
    }
    .aside {
      grid-row: auto;
    }
  }
`;
