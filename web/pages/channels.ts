// In: all channels. Out: the list with health, age of the last success and the test of each.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { listChannels, type Channel } from "../api/channels";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatPercent } from "../text/format";
import "./channel-test";
import { channelState, channelTarget } from "./channel-words";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";

const words = text.channels;
const EVERY_MS = 10_000;

@customElement("page-channels")
export class PageChannels extends LitElement {
  private readonly channels = new Load(this, listChannels, { everyMs: EVERY_MS });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    css`
      .target {
        max-width: 22rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        display: block;
      }
      .reason {
        display: block;
        max-width: 20rem;
        white-space: normal;
      }
    `,
  ];

  constructor() {
    super();
    new ListKeys(this, can("editor") ? { n: () => navigate("/channels/new") } : {});
  }

  private row(channel: Channel): TemplateResult {
    const { kind, word, isTrouble } = channelState(channel);
    return html`<tr class="row ${channel.is_active ? "" : "off"}">
      <td>
        <a class="name" data-row href="/channels/${channel.id}">${channel.name}</a>
        <span class="sub target">${channel.type} · ${channelTarget(channel)}</span>
      </td>
      <td class="whole">
        <span class="state"><andon-mark kind=${kind}></andon-mark>${word}</span>
        ${isTrouble && channel.health_reason !== null ? html`<span class="sub reason">${channel.health_reason}</span>` : null}
      </td>
      <td data-label=${words.lastSuccess}>
        <andon-since mode="ago" .at=${channel.last_success_at}></andon-since>
      </td>
      <td class="num" data-label=${words.rate}>
        ${channel.success_rate_24h === null ? "–" : formatPercent(channel.success_rate_24h)}
      </td>
      <td class="num" data-label=${words.waiting}>${channel.waiting_count}</td>
      <td class="right whole">
        ${can("editor") ? html`<channel-test .channelId=${channel.id} .name=${channel.name} @tested=${() => void this.channels.run()}></channel-test>` : null}
      </td>
    </tr>`;
  }

  private list(channels: readonly Channel[]): TemplateResult {
    if (channels.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("editor") ? html`<a class="button primary" href="/channels/new">${words.add}</a>` : null}
        </andon-empty>
      </div>`;
    return html`<div class="card scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">${words.name}</th>
            <th scope="col">${words.health}</th>
            <th scope="col">${words.lastSuccess}</th>
            <th scope="col">${words.rate}</th>
            <th scope="col">${words.waiting}</th>
            <th scope="col"><span class="unseen">${words.test}</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            channels.toSorted((left, right) => left.name.localeCompare(right.name, "en", { numeric: true })),
            (channel) => channel.id,
            (channel) => this.row(channel),
          )}
        </tbody>
      </table>
    </div>`;
  }

  override render(): TemplateResult {
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor")
            ? html`<a class="button primary" href="/channels/new"
                ><andon-icon name="plus"></andon-icon>${words.add}</a
              >`
            : null
        }
      </div>
      ${staleNote(this.channels)}
      ${stateOf(this.channels, { failed: words.failed }) ?? this.list(this.channels.data ?? [])}
    </div>`;
  }
}
