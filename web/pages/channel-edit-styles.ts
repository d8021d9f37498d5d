// In: the tokens. Out: the look of the form of a channel.
import { css } from "lit";

export const channelEditStyles = css`
  form {
    display: grid;
    gap: var(--space-4);
    max-width: 46rem;
    min-width: 0;
  }
  form > * {
    grid-column: 1;
  }
  section {
    display: grid;
    gap: var(--space-4);
  }
  .preview summary {
    cursor: pointer;
    min-height: 1.75rem;
    align-content: center;
  }
  .preview summary h2 {
    display: inline;
  }
  .preview channel-preview {
    margin-top: var(--space-3);
  }
  @media (min-width: 1200px) {
    form {
      max-width: none;
      grid-template-columns: minmax(0, 46rem) minmax(22rem, 1fr);
      column-gap: var(--space-5);
      align-items: start;
    }
    .preview {
      grid-column: 2;
      grid-row: 1 / span 4;
      position: sticky;
      top: var(--space-5);
      max-height: calc(100dvh - 2 * var(--space-5));
      overflow: auto;
    }
  }
  @media (pointer: coarse) {
    .preview summary {
      min-height: var(--target);
    }
  }
  .head {
    flex-wrap: nowrap;
    align-items: flex-start;
  }
  .title {
    flex-basis: 0;
  }
  .title p {
    margin-top: 0.15rem;
    max-width: 46rem;
  }
  .bar {
    position: sticky;
    bottom: var(--bottom-bar, 0px);
    z-index: 2;
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    padding: var(--space-3) 0;
    background: var(--bg);
    border-top: 1px solid var(--line);
  }
  .problem {
    flex: 1 1 14rem;
    color: var(--critical);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
`;
