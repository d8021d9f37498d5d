// In: a heartbeat. Out: the addresses where its job reports, with lines to copy: for a crontab, around a script, by
// hand, and as for Uptime Kuma.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { rotateAddress, type Monitor } from "../api/monitors";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/copy";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { reachableUrl } from "./receiver-words";

const words = text.monitors.reports;

const cronOf = ({ cron }: Monitor, url: string): string =>
  `${cron ?? "0 3 * * *"}  /usr/local/bin/job && curl -fsS -m 10 --retry 5 -o /dev/null ${url}`;

const scriptOf = (url: string): string =>
  [
    "#!/bin/sh",
    `PING=${url}`,
    'curl -fsS -m 10 --retry 5 -o /dev/null "$PING/start"',
    "OUTPUT=$(/usr/local/bin/job 2>&1); CODE=$?",
    'curl -fsS -m 10 --retry 5 -o /dev/null --data-raw "$OUTPUT" "$PING/$CODE"',
  ].join("\n");

/** Fires `changed`. */
@customElement("monitor-reports")
export class MonitorReports extends LitElement {
  @property({ attribute: false }) monitor!: Monitor;
  @query("andon-confirm") private readonly confirm!: AndonConfirm;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .card-body {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
      }
      h3 {
        margin-bottom: var(--space-2);
      }
      details summary {
        cursor: pointer;
        color: var(--ink-2);
        font-size: var(--text-s);
        min-height: 1.75rem;
        align-content: center;
      }
      details > * + * {
        margin-top: var(--space-3);
      }
      @media (pointer: coarse) {
        details summary {
          min-height: var(--target);
        }
      }
    `,
  ];

  private async rotate(): Promise<void> {
    const question = {
      heading: words.rotateTitle,
      detail: words.rotateDetail,
      confirm: words.rotateConfirm,
    };
    if (!(await this.confirm.ask(question))) return;
    try {
      await rotateAddress(this.monitor.id);
      notify(words.rotated, { tone: "good" });
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      notifyFailure(words.rotateFailed, error);
    }
  }

  private lines(ping: string, push: string | null): TemplateResult {
    return html`<andon-copy wrap .value=${ping} label=${words.address}></andon-copy>
      <div>
        <h3>${words.cron}</h3>
        <andon-copy wrap .value=${cronOf(this.monitor, ping)} label=${words.cronLabel}></andon-copy>
      </div>
      <div>
        <h3>${words.script}</h3>
        <andon-copy block .value=${scriptOf(ping)} label=${words.scriptLabel}></andon-copy>
        <p class="sub">${words.words}</p>
      </div>
      <details>
        <summary>${words.other}</summary>
        <div>
          <h3>${words.once}</h3>
          <andon-copy block .value=${`curl -fsS -m 10 ${ping}`} label=${words.onceLabel}></andon-copy>
        </div>
        ${
          push === null
            ? null
            : html`<div>
                <h3>${words.kuma}</h3>
                <andon-copy
                  block
                  .value=${`${push}?status=up&msg=OK&ping=`}
                  label=${words.kumaLabel}
                ></andon-copy>
              </div>`
        }
      </details>`;
  }

  override render(): TemplateResult {
    const { ping_url: ping = null, push_url: push = null } = this.monitor;
    return html`<section class="card" aria-labelledby="reports">
        <div class="card-head">
          <h2 id="reports" class="grow">${words.title}</h2>
          ${can("editor") ? html`<button @click=${() => void this.rotate()}>${words.rotate}</button>` : null}
        </div>
        <div class="card-body">
          ${
            ping === null
              ? html`<p class="sub">${words.hidden}</p>`
              : this.lines(reachableUrl(ping), push === null ? null : reachableUrl(push))
          }
        </div>
      </section>
      <andon-confirm></andon-confirm>`;
  }
}
