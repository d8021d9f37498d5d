// In: the tokens. Out: the look of choosing fields from a payload.
import { css } from "lit";

export const teachFieldsStyles = css`
  :host {
    display: grid;
    gap: var(--space-5);
  }
  .note-box {
    flex-wrap: wrap;
    align-items: center;
  }
  .note-box.info {
    background: var(--info-bg);
    border-color: var(--info-line);
  }
  .grow {
    flex: 1 1 14rem;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(20rem, 30rem) minmax(0, 1fr);
    gap: var(--space-5);
    align-items: start;
  }
  .choosing,
  .result {
    display: grid;
    gap: var(--space-4);
    min-width: 0;
  }
  .card-head h2 {
    font-size: var(--text-m);
  }
  .roles {
    padding: var(--space-2);
  }
  .roles li {
    display: flex;
    align-items: center;
    border-radius: var(--radius-s);
  }
  .roles li.current {
    background: var(--surface-2);
    box-shadow: inset 3px 0 0 var(--ink);
  }
  .role {
    flex: 1;
    min-width: 0;
    display: grid;
    grid-template-columns: 6rem minmax(0, 1fr);
    gap: var(--space-3);
    justify-items: start;
    padding-block: 0.3rem;
    border: 0;
    background: none;
    text-align: left;
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .role code {
    font-weight: 450;
  }
  .role .sub {
    font-weight: 400;
  }
  .list {
    border-top: 1px solid var(--line);
    padding-block: var(--space-3);
  }
  .unknown {
    display: grid;
    gap: var(--space-2);
  }
  .tree {
    max-height: 75vh;
    overflow: auto;
  }
  @media (max-width: 1023px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
    /* The payload stands between what is chosen and what comes of it. */
    .choosing {
      display: contents;
    }
    .choosing > :last-child {
      order: 1;
    }
    .tree {
      max-height: 60vh;
    }
  }
`;
