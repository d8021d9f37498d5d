// In: the tokens. Out: the look of a machine's page.
import { css } from "lit";

export const machineStyles = css`
  .facts-line {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem var(--space-3);
    align-items: center;
    margin-top: 0.25rem;
  }
  .note-box .grow {
    flex: 1;
  }
  .metrics {
    display: grid;
    gap: var(--space-3);
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 29rem), 1fr));
    gap: var(--space-4);
  }
  .footer {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem var(--space-4);
    align-items: center;
    padding-top: var(--space-2);
  }
  .footer .danger {
    margin-left: auto;
    color: var(--critical);
    font-size: var(--text-s);
  }
  .list {
    overflow: hidden;
  }
`;
