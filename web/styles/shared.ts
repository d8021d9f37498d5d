// In: the tokens. Out: style sheets that elements adopt: `base` for all, the others where needed.
// One constructed sheet each, shared by every shadow root.
import { css } from "lit";

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1 {
    font-size: var(--text-xl);
    line-height: 1.25;
    font-weight: 650;
    letter-spacing: -0.012em;
    text-wrap: balance;
  }
  h2 {
    font-size: var(--text-l);
    line-height: 1.3;
    font-weight: 620;
    letter-spacing: -0.006em;
  }
  h3 {
    font-size: var(--text-m);
    font-weight: 620;
  }
  a {
    color: var(--accent);
    text-decoration-thickness: 1px;
    text-underline-offset: 0.18em;
    text-decoration-color: color-mix(in srgb, currentcolor 40%, transparent);
  }
  a:hover {
    text-decoration-color: currentcolor;
  }
  a.plain {
    color: inherit;
    text-decoration: none;
  }
  a.plain:hover {
    text-decoration: underline;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: var(--radius-s);
  }
  code,
  pre,
  .mono {
    font-family: var(--font-mono);
    font-size: 0.94em;
  }
  .sub {
    color: var(--ink-2);
    font-size: var(--text-s);
  }
  .strong {
    font-weight: 600;
  }
  .num {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .clip {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    min-width: 0;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

export const controls = css`
  button,
  .button {
    appearance: none;
    font: inherit;
    font-size: var(--text-s);
    font-weight: 550;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4rem;
    min-height: var(--control);
    padding: 0 0.8rem;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    transition:
      background var(--fast) var(--ease),
      border-color var(--fast) var(--ease);
  }
  button:hover:not(:disabled),
  .button:hover {
    background: var(--surface-2);
    border-color: var(--line-2);
  }
  button:disabled {
    cursor: default;
    color: var(--ink-3);
    background: var(--surface-2);
  }
  button.primary,
  .button.primary {
    background: var(--ink);
    border-color: var(--ink);
    color: var(--on-ink);
  }
  button.primary:hover:not(:disabled),
  .button.primary:hover {
    background: color-mix(in srgb, var(--ink) 86%, var(--surface));
  }
  button.primary:disabled {
    background: var(--surface-3);
    border-color: var(--line);
    color: var(--ink-2);
  }
  button.danger {
    color: var(--critical);
  }
  button.danger.primary {
    background: var(--critical-fill);
    border-color: var(--critical-fill);
    color: #fff;
  }
  button.quiet,
  .button.quiet {
    border-color: transparent;
    background: transparent;
    color: var(--ink-2);
  }
  button.quiet:hover:not(:disabled),
  .button.quiet:hover {
    background: var(--surface-2);
    color: var(--ink);
  }
  button.square {
    padding: 0;
    width: var(--control);
  }
  button.link {
    min-height: 1.5rem;
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 0.18em;
    font-weight: 500;
  }
  input,
  select,
  textarea {
    appearance: none;
    font: inherit;
    width: 100%;
    min-height: var(--control);
    padding: 0.25rem 0.6rem;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--line-2);
    border-radius: var(--radius-s);
  }
  textarea {
    min-height: 5rem;
    padding-block: 0.5rem;
    resize: vertical;
  }
  select {
    padding-right: 1.9rem;
    background-image:
      linear-gradient(45deg, transparent 50%, currentcolor 50%),
      linear-gradient(-45deg, transparent 50%, currentcolor 50%);
    background-size: 5px 5px;
    background-position:
      right 14px center,
      right 9px center;
    background-repeat: no-repeat;
    text-overflow: ellipsis;
  }
  input::placeholder,
  textarea::placeholder {
    color: var(--ink-3);
    opacity: 1;
  }
  input:focus-visible,
  select:focus-visible,
  textarea:focus-visible {
    outline-offset: 0;
    border-color: var(--focus);
  }
  input[aria-invalid="true"],
  select[aria-invalid="true"],
  textarea[aria-invalid="true"] {
    border-color: var(--critical);
  }
  input[type="checkbox"],
  input[type="radio"] {
    width: 1.125rem;
    height: 1.125rem;
    min-height: 0;
    padding: 0;
    margin: 0;
    flex: none;
    display: inline-grid;
    place-content: center;
    border-radius: 4px;
    cursor: pointer;
  }
  input[type="radio"] {
    border-radius: 50%;
  }
  input[type="checkbox"]:checked,
  input[type="checkbox"]:indeterminate {
    background: var(--ink);
    border-color: var(--ink);
  }
  input[type="checkbox"]:checked::before {
    content: "";
    width: 0.6rem;
    height: 0.32rem;
    border: solid var(--on-ink);
    border-width: 0 0 2px 2px;
    transform: translateY(-1px) rotate(-45deg);
  }
  input[type="checkbox"]:indeterminate::before {
    content: "";
    width: 0.55rem;
    height: 2px;
    background: var(--on-ink);
  }
  input[type="radio"]:checked {
    border: 5px solid var(--ink);
  }
  input[type="search"]::-webkit-search-cancel-button {
    appearance: none;
  }
  label {
    font-size: var(--text-s);
    font-weight: 550;
  }
  .field {
    display: grid;
    gap: 0.3rem;
    align-content: start;
    min-width: 0;
  }
  .field .hint {
    color: var(--ink-2);
    font-size: var(--text-s);
    font-weight: 400;
  }
  .field .error {
    color: var(--critical);
    font-size: var(--text-s);
  }
  .check {
    display: flex;
    align-items: flex-start;
    gap: 0.55rem;
    font-weight: 450;
    font-size: var(--text-m);
    min-height: 1.5rem;
    cursor: pointer;
  }
  .check input {
    margin-top: 0.12rem;
  }
  .form {
    display: grid;
    gap: var(--space-4);
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr));
    gap: var(--space-4);
    align-items: start;
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-width: 0;
  }
  legend {
    padding: 0;
    font-size: var(--text-s);
    font-weight: 600;
    margin-bottom: var(--space-2);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    align-items: center;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    align-items: center;
  }
  .chip {
    border-radius: var(--radius-full);
    min-height: 1.875rem;
    padding: 0 0.75rem;
    color: var(--ink-2);
    font-weight: 500;
  }
  .chip[aria-pressed="true"],
  .chip[aria-checked="true"] {
    border-color: var(--ink);
    box-shadow: inset 0 0 0 1px var(--ink);
    color: var(--ink);
    font-weight: 600;
  }
  @media (pointer: coarse) {
    .chip {
      min-height: var(--target);
    }
    button.link {
      min-height: var(--target);
    }
  }
`;

export const surfaces = css`
  .page {
    padding: var(--space-6) clamp(0.75rem, 2.4vw, 2.25rem) var(--space-8);
    max-width: 84rem;
    margin-inline: auto;
    display: grid;
    gap: var(--space-5);
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .page-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
    min-height: var(--control);
  }
  .page-head .grow {
    flex: 1 1 auto;
    min-width: 0;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    box-shadow: var(--shadow-1);
    min-width: 0;
  }
  .card.pad {
    padding: var(--space-4) var(--space-5);
  }
  .card-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-3);
    padding: var(--space-3) var(--space-5);
    border-bottom: 1px solid var(--line);
    min-height: 3rem;
  }
  .card-head .grow {
    flex: 1 1 auto;
  }
  .card-body {
    padding: var(--space-4) var(--space-5);
  }
  .tag {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
    font-size: var(--text-xs);
    font-weight: 500;
    line-height: 1.35;
    padding: 0.05rem 0.4rem;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    color: var(--ink-2);
    background: var(--surface);
    white-space: nowrap;
    max-width: 100%;
  }
  .note-box {
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface-2);
    padding: var(--space-3) var(--space-4);
    display: flex;
    gap: var(--space-3);
    align-items: flex-start;
  }
  .note-box.warning {
    background: var(--warning-bg);
    border-color: var(--warning-line);
  }
  .note-box.critical {
    background: var(--critical-bg);
    border-color: var(--critical-line);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-m);
  }
  th {
    text-align: left;
    font-size: var(--text-xs);
    font-weight: 550;
    color: var(--ink-2);
    padding: var(--space-2) var(--space-3);
    border-bottom: 1px solid var(--line);
    white-space: nowrap;
  }
  td {
    padding: 0.45rem var(--space-3);
    border-bottom: 1px solid var(--line);
    vertical-align: middle;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  th:first-child,
  td:first-child {
    padding-left: var(--space-5);
  }
  th:last-child,
  td:last-child {
    padding-right: var(--space-5);
  }
  .right {
    text-align: right;
  }
  tbody tr.row:hover {
    background: color-mix(in srgb, var(--surface-2) 55%, transparent);
  }
  dl.facts {
    display: grid;
    grid-template-columns: fit-content(9rem) minmax(0, 1fr);
    gap: 0.45rem var(--space-4);
    font-size: var(--text-m);
  }
  dl.facts dt {
    color: var(--ink-2);
    font-size: var(--text-s);
    line-height: 1.55;
  }
  dl.facts dd {
    overflow-wrap: anywhere;
  }
  @media (max-width: 719px) {
    .page {
      padding: var(--space-4) var(--space-3) var(--space-6);
      gap: var(--space-4);
    }
    .card-head,
    .card-body,
    .card.pad {
      padding-inline: var(--space-4);
    }
    th:first-child,
    td:first-child {
      padding-left: var(--space-4);
    }
    th:last-child,
    td:last-child {
      padding-right: var(--space-4);
    }
  }
`;
