// In: the tokens. Out: the look of the list of incidents.
import { css } from "lit";

export const incidentListStyles = css`
  .incident {
    display: grid;
    grid-template-columns: 1.375rem minmax(0, 1fr) auto;
    gap: 0 var(--space-3);
    align-items: start;
    padding: 0.7rem var(--space-5);
    border-bottom: 1px solid var(--line);
  }
  .incident:last-child {
    border-bottom: 0;
  }
  .incident:has(a.name:focus-visible) {
    background: var(--surface-2);
  }
  .incident andon-mark {
    --mark: 1.375rem;
    margin-top: 0.15rem;
  }
  .incident .what {
    min-width: 0;
    display: grid;
    gap: 0.1rem;
  }
  .incident .name {
    overflow-wrap: anywhere;
  }
  .incident .message {
    overflow: hidden;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow-wrap: anywhere;
    max-width: 60rem;
  }
  .incident .when {
    display: grid;
    justify-items: end;
    font-size: var(--text-s);
    white-space: nowrap;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-3);
  }
  .more {
    padding: var(--space-3) var(--space-5);
    border-top: 1px solid var(--line);
  }
  .pick {
    width: auto;
    min-width: 10rem;
    max-width: 100%;
  }
  @media (max-width: 719px) {
    .incident {
      padding-inline: var(--space-4);
    }
    .incident .when {
      grid-column: 2 / -1;
      display: flex;
      flex-wrap: wrap;
      gap: 0 var(--space-3);
      padding-top: 0.2rem;
    }
    .pick {
      flex: 1 1 8rem;
      min-width: 0;
    }
  }
`;
