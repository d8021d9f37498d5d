// In: nothing. Out: the product's mark: a cord that ends in an octagon, in the colour of the text.
import { html, type TemplateResult } from "lit";

export const brandMark = (): TemplateResult =>
  html`<svg viewBox="0 0 32 32" aria-hidden="true">
    <path d="M16 2.500v5" stroke="currentColor" stroke-width="2.600" stroke-linecap="round" />
    <path d="M12 8.500h8l6 6v8l-6 6h-8l-6-6v-8z" fill="currentColor" />
    <path d="M16 13.500v5.500" stroke="var(--surface)" stroke-width="2.800" stroke-linecap="round" />
    <circle cx="16" cy="23.300" r="1.700" fill="var(--surface)" />
  </svg>`;
