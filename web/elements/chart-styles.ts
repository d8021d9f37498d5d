// In: the tokens. Out: the look around a chart: readout, legend, table and the hatched "no data".
import { css } from "lit";

export const chartStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  .readout {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem var(--space-4);
    align-items: baseline;
    justify-content: space-between;
    min-height: 1.6rem;
    font-size: var(--text-s);
    color: var(--ink-2);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
  }
  .legend i {
    display: inline-block;
    width: 0.9rem;
    height: 0;
    border-top: 2px solid;
    vertical-align: 0.25em;
    margin-right: 0.35rem;
  }
  .legend .line-0 {
    border-color: var(--ink);
  }
  .legend .line-1 {
    border-color: var(--accent);
  }
  .legend .line-2 {
    border-color: var(--warning);
  }
  .legend .line-3 {
    border-color: var(--good);
  }
  .legend .line-4 {
    border-color: var(--stale);
  }
  button.table-switch {
    color: var(--ink-2);
    text-decoration: none;
    font-size: var(--text-xs);
  }
  button.table-switch:hover {
    text-decoration: underline;
  }
  .plot {
    min-width: 0;
    overflow: hidden;
  }
  .u-hz .u-cursor-x,
  .u-hz .u-cursor-y {
    border-color: var(--line-2);
  }
  .u-select {
    background: color-mix(in srgb, var(--accent) 14%, transparent);
  }
  .probe {
    position: absolute;
    visibility: hidden;
  }
  .table {
    max-height: 20rem;
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    margin-top: var(--space-2);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-s);
  }
  th,
  td {
    padding: 0.3rem 0.75rem;
    text-align: left;
    border-bottom: 1px solid var(--line);
  }
  thead th {
    position: sticky;
    top: 0;
    background: var(--surface-2);
  }
  tbody th {
    font-weight: 400;
  }
  .none {
    height: var(--height, 16rem);
    display: grid;
    place-content: center;
    color: var(--ink-2);
    background: repeating-linear-gradient(45deg, var(--surface) 0 10px, var(--surface-2) 10px 20px);
    border-radius: var(--radius-s);
  }
  .none span {
    background: var(--surface);
    padding: 0.2rem 0.6rem;
    border-radius: var(--radius-s);
  }
`;
