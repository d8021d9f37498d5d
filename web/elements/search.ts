// In: a label. Out: a search field with its icon and key. A template, not an element: the field has to be
// in the page's own root, where the slash key finds it.
import { css, html, type TemplateResult } from "lit";
import "./icon";

export const searchField = (options: {
  label: string;
  value: string;
  onInput: (value: string) => void;
}): TemplateResult =>
  html`<div class="search">
    <andon-icon name="search"></andon-icon>
    <input
      type="search"
      aria-label=${options.label}
      placeholder=${options.label}
      .value=${options.value}
      @input=${(event: InputEvent) => options.onInput((event.target as HTMLInputElement).value)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === "Escape") (event.target as HTMLElement).blur();
      }}
    />
    <kbd aria-hidden="true">/</kbd>
  </div>`;

export const searchStyles = css`
  .search {
    position: relative;
    flex: 0 1 22rem;
    min-width: 0;
  }
  .search andon-icon {
    position: absolute;
    left: 0.6rem;
    top: 50%;
    translate: 0 -50%;
    color: var(--ink-2);
    pointer-events: none;
  }
  .search input {
    padding-left: 2.1rem;
    padding-right: 2.1rem;
  }
  .search kbd {
    position: absolute;
    right: 0.5rem;
    top: 50%;
    translate: 0 -50%;
    font: 500 var(--text-xs) / 1.25rem var(--font);
    color: var(--ink-2);
    border: 1px solid var(--line);
    border-radius: 4px;
    padding: 0 0.35rem;
    pointer-events: none;
  }
  .search input:focus ~ kbd {
    display: none;
  }
  @media (max-width: 719px) {
    .search {
      flex: 1 1 100%;
    }
    .search kbd {
      display: none;
    }
  }
`;
