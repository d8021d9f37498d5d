// In: the tokens. Out: the look of the preview of a message.
import { css } from "lit";

export const channelPreviewStyles = css`
  :host {
    display: grid;
    gap: var(--space-3);
    grid-template-columns: minmax(0, 1fr);
  }
  .result {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-2);
    align-content: start;
    min-height: 14rem;
    transition: opacity var(--fast) var(--ease);
  }
  .updating {
    opacity: 0.65;
  }
  .line {
    font-family: var(--font-mono);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  .size {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem var(--space-3);
    align-items: center;
    font-size: var(--text-s);
    color: var(--ink-2);
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .size andon-mark {
    --mark: 1.125rem;
    margin-right: -0.25rem;
  }
  .label {
    font-size: var(--text-xs);
    font-weight: 550;
    color: var(--ink-2);
  }
  .body-head {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem var(--space-3);
    align-items: center;
    justify-content: space-between;
  }
  .body-head .check {
    font-size: var(--text-xs);
    align-items: center;
  }
  .body-head .check input {
    margin: 0;
  }
  pre {
    max-height: 11rem;
  }
  pre.body {
    max-height: 26rem;
  }
  .words {
    display: grid;
    gap: var(--space-1);
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .words button {
    margin-top: var(--space-1);
  }
  dl {
    margin-top: var(--space-2);
  }
  dl.facts {
    font-size: var(--text-s);
  }
  @media (pointer: coarse) {
    .body-head .check {
      min-height: var(--target);
    }
  }
`;
