// In: the tokens. Out: the style sheet that every element adopts: reset, type, links, focus.
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
