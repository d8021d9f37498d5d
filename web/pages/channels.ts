// In: all channels. Out: the list with health, age of the last success and the test of each, narrowed down
// by state, type and words; what is in trouble stands first.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { listChannels, listChannelTypes, type Channel, type ChannelType } from "../api/channels";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/channel-icon";
import "../elements/icon";
import "../elements/mark";
import { searchField, searchStyles } from "../elements/search";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatPercent } from "../text/format";
import "./channel-test";
import { channelState, channelTarget, healthReason } from "./channel-words";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";

const words = text.channels;
const EVERY_MS = 10_000;
/** With more than so many there is a field to look for one. */
const FEW = 8;
const STATES = ["all", "trouble", "working", "off"] as const;
type State = (typeof STATES)[number];

interface Ground {
  channels: Channel[];
  types: ChannelType[];
}

const fits = (channel: Channel, state: State): boolean => {
  const { isTrouble } = channelState(channel);
  if (state === "trouble") return isTrouble;
  if (state === "off") return !channel.is_active && !isTrouble;
  return state === "all" || (channel.is_active && !isTrouble);
};

/** Trouble first, then by name. */
const inOrder = (left: Channel, right: Channel): number =>
  Number(channelState(right).isTrouble) - Number(channelState(left).isTrouble) ||
  left.name.localeCompare(right.name, "en", { numeric: true });

@customElement("page-channels")
export class PageChannels extends LitElement {
  private readonly ground = new Load<Ground>(
    this,
    async () => {
      const [channels, types] = await Promise.all([listChannels(), listChannelTypes()]);
      return { channels, types: types.data };
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    searchStyles,
    css`
      .who {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        min-width: 0;
      }
      .who > div {
        min-width: 0;
      }
      .target {
        max-width: 24rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        display: block;
      }
      .reason {
        max-width: 24rem;
        white-space: normal;
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      .type {
        width: auto;
        min-width: 11rem;
      }
      .off channel-icon {
        opacity: 0.6;
      }
      @media (max-width: 719px) {
        .type {
          flex: 1 1 100%;
        }
        .target {
          max-width: 15rem;
        }
        td.nothing {
          display: none !important;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, place);
    new ListKeys(this, can("editor") ? { n: () => navigate("/channels/new") } : {});
  }

  private row(channel: Channel, types: readonly ChannelType[]): TemplateResult {
    const { kind, word, isTrouble } = channelState(channel);
    const reason = isTrouble ? healthReason(channel) : null;
    const label = types.find((type) => type.kind === channel.type)?.label ?? channel.type;
    const target = channelTarget(channel);
    return html`<tr class="row ${channel.is_active ? "" : "off"}">
      <td class="whole">
        <div class="who">
          <channel-icon tile kind=${channel.type}></channel-icon>
          <div>
            <a class="name" data-row href="/channels/${channel.id}">${channel.name}</a>
            <span class="sub target">${target === "" ? label : `${label} · ${target}`}</span>
          </div>
        </div>
      </td>
      <td class="whole">
        <span class="state"><andon-mark kind=${kind}></andon-mark>${word}</span>
        ${reason === null ? null : html`<span class="sub reason">${reason}</span>`}
      </td>
      <td data-label=${words.lastSuccess}>
        <andon-since mode="ago" .at=${channel.last_success_at}></andon-since>
      </td>
      <td class="num ${channel.success_rate_24h === null ? "nothing" : ""}" data-label=${words.rate}>
        ${channel.success_rate_24h === null ? "–" : formatPercent(channel.success_rate_24h)}
      </td>
      <td class="num ${channel.waiting_count === 0 ? "nothing" : ""}" data-label=${words.waiting}>
        ${channel.waiting_count}
      </td>
      <td class="right whole">
        ${can("responder") ? html`<channel-test .channelId=${channel.id} .name=${channel.name} @tested=${() => void this.ground.run()}></channel-test>` : null}
      </td>
    </tr>`;
  }

  private chips(channels: readonly Channel[], chosen: State): TemplateResult {
    return html`<div class="chips" role="group" aria-label=${words.health}>
      ${STATES.map((state) => {
        const count = channels.filter((channel) => fits(channel, state)).length;
        if (count === 0 && state !== "all" && state !== chosen) return null;
        return html`<button
          class="chip"
          aria-pressed=${state === chosen}
          @click=${() => navigate(withParams({ state: state === "all" ? null : state }), { replace: true })}
        >
          ${words.states[state]} ${count}
        </button>`;
      })}
    </div>`;
  }

  private typeSelect(channels: readonly Channel[], types: readonly ChannelType[], chosen: string): unknown {
    const used = types.filter(({ kind }) => channels.some((channel) => channel.type === kind));
    if (used.length < 2 && chosen === "") return null;
    return html`<select
      class="type"
      aria-label=${words.type}
      @change=${(event: Event) => navigate(withParams({ type: (event.target as HTMLSelectElement).value }), { replace: true })}
    >
      <option value="">${words.anyType}</option>
      ${used.map(({ kind, label }) => html`<option value=${kind} ?selected=${kind === chosen}>${label}</option>`)}
    </select>`;
  }

  private table(shown: readonly Channel[], types: readonly ChannelType[]): TemplateResult {
    if (shown.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.noneFits}>
          <button @click=${() => navigate("/channels", { replace: true })}>${words.showAll}</button>
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
            shown,
            (channel) => channel.id,
            (channel) => this.row(channel, types),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private list({ channels, types }: Ground): TemplateResult {
    if (channels.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("editor") ? html`<a class="button primary" href="/channels/new">${words.add}</a>` : null}
        </andon-empty>
      </div>`;
    const { query } = place.value;
    const state = STATES.find((each) => each === query.get("state")) ?? "all";
    const type = query.get("type") ?? "";
    const q = query.get("q") ?? "";
    const wanted = q.toLowerCase().split(/\s+/);
    const ofType = channels.filter((channel) => {
      const wording = `${channel.name} ${channel.type} ${channelTarget(channel)}`.toLowerCase();
      return (type === "" || channel.type === type) && wanted.every((word) => wording.includes(word));
    });
    return html`<div class="toolbar">
        ${
          channels.length > FEW || q !== ""
            ? searchField({
                label: words.search,
                value: q,
                onInput: (value) => navigate(withParams({ q: value }), { replace: true }),
              })
            : null
        }
        ${this.chips(ofType, state)} ${this.typeSelect(channels, types, type)}
      </div>
      ${this.table(ofType.filter((channel) => fits(channel, state)).toSorted(inOrder), types)}`;
  }

  override render(): TemplateResult {
    const { data } = this.ground;
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
      ${staleNote(this.ground)}
      ${data === undefined ? stateOf(this.ground, { failed: words.failed }) : this.list(data)}
    </div>`;
  }
}
