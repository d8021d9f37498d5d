// In: a channel's ID. Out: its page: health, settings as stored, test, and every delivery with its attempts.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import {
  deleteChannel,
  listChannels,
  listChannelTypes,
  readChannel,
  type Channel,
  type ChannelTest as ChannelTestResult,
  type ChannelType,
} from "../api/channels";
import { listProjects } from "../api/projects";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/channel-icon";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatPercent } from "../text/format";
import { alertStyles } from "./alert-styles";
import "./channel-banner";
import "./channel-secret";
import "./channel-settings";
import "./channel-test";
import { channelState } from "./channel-words";
import "./delivery-list";
import type { DeliveryList } from "./delivery-list";
import { listStyles } from "./list-styles";
import { machineStyles } from "./machine-styles";
import { backLink, staleNote, stateOf } from "./page-parts";

const words = text.channels;
const EVERY_MS = 10_000;
const SOON_MS = 1_500;

const namesById = (rows: readonly { id: string; name: string }[]): ReadonlyMap<string, string> =>
  new Map(rows.map(({ id, name }) => [id, name]));

interface Shown {
  channel: Channel;
  type: ChannelType | undefined;
  channelNames: ReadonlyMap<string, string>;
  projectNames: ReadonlyMap<string, string>;
}

@customElement("page-channel")
export class PageChannel extends LitElement {
  @property() channelId = "";
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  @query("delivery-list") private readonly deliveries!: DeliveryList | null;
  /** On a phone the settings stand below the deliveries: they wait for those, so that nothing jumps. */
  @state() private isListed = false;
  private readonly channel = new Load<Shown>(
    this,
    async () => {
      const [channel, types, channels, projects] = await Promise.all([
        readChannel(this.channelId),
        listChannelTypes(),
        listChannels(),
        listProjects(),
      ]);
      return {
        channel,
        type: types.data.find((each) => each.kind === channel.type),
        channelNames: namesById(channels),
        projectNames: namesById(projects),
      };
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    machineStyles,
    css`
      /* The picture and the name stay together on a narrow screen. */
      .title {
        flex-basis: 12rem;
      }
      @media (max-width: 719px) {
        .early {
          display: none;
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("channelId") && changed.get("channelId") !== undefined && changed.get("channelId") !== "")
      void this.channel.restart();
    pageTitle.set(this.channel.data?.channel.name ?? words.title);
  }

  private async deleteChannel(channel: Channel): Promise<void> {
    if (
      !(await this.confirm.ask({
        heading: words.deleteTitle(channel.name),
        detail: words.deleteDetail,
        confirm: words.deleteConfirm,
      }))
    )
      return;
    try {
      await deleteChannel(channel.id);
      notify(words.deleted(channel.name));
      navigate("/channels");
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
  }

  private head({ channel, type }: Shown): TemplateResult {
    const { kind, word } = channelState(channel);
    return html`<div>
      ${backLink("/channels", words.title)}
      <div class="head">
        <channel-icon tile kind=${channel.type}></channel-icon>
        <div class="title">
          <h1>${channel.name}</h1>
          <p class="sub facts-line">
            <span class="state"
              ><andon-mark kind=${kind}></andon-mark><span class="strong">${word}</span></span
            >
            <span>${type?.label ?? channel.type}</span>
            <span
              >${words.lastSuccess} <andon-since mode="ago" .at=${channel.last_success_at}></andon-since
            ></span>
            ${channel.success_rate_24h === null ? null : html`<span>${words.rate} ${formatPercent(channel.success_rate_24h)}</span>`}
            ${channel.waiting_count === 0 ? null : html`<span>${words.waiting} ${channel.waiting_count}</span>`}
          </p>
        </div>
        <div class="actions">
          ${
            can("responder")
              ? html`<channel-test
                  .channelId=${channel.id}
                  .name=${channel.name}
                  @tested=${(event: CustomEvent<ChannelTestResult | null>) => void this.afterTest(channel, event.detail)}
                ></channel-test>`
              : null
          }
          ${
            can("editor")
              ? html`<a class="button" href="/channels/${channel.id}/edit"
                  ><andon-icon name="edit"></andon-icon>${text.common.edit}</a
                >`
              : null
          }
        </div>
      </div>
    </div>`;
  }

  private async refresh(): Promise<void> {
    await Promise.all([this.channel.run(), this.deliveries?.refresh()]);
    // What waited has gone out by then.
    setTimeout(() => void Promise.all([this.channel.run(), this.deliveries?.refresh()]), SOON_MS);
  }

  private async afterTest({ name, health }: Channel, result: ChannelTestResult | null): Promise<void> {
    await this.refresh();
    const isOn = this.channel.data?.channel.health !== "unverified";
    if (health === "unverified" && result?.success === true && isOn)
      notify(text.channelPage.verified(name), { tone: "good" });
  }

  override render(): TemplateResult {
    const shown = this.channel.data;
    if (shown === undefined)
      return html`<div class="page">
        ${backLink("/channels", words.title)}
        ${stateOf(this.channel, { failed: words.channelFailed, notFound: words.notFound, isWholePage: true })}
      </div>`;
    const { channel, type } = shown;
    const reload = (): void => void this.refresh();
    return html`<div class="page">
      ${this.head(shown)} ${staleNote(this.channel)}
      <channel-banner .channel=${channel} @changed=${reload}></channel-banner>
      <div class="columns">
        <div class="main">
          <delivery-list
            statuses
            .query=${{ channel_id: channel.id }}
            @loaded=${() => (this.isListed = true)}
          ></delivery-list>
        </div>
        <div class="aside ${this.isListed ? "" : "early"}">
          ${
            type?.secret_field == null
              ? null
              : html`<channel-secret
                  .channel=${channel}
                  field=${type.secret_field}
                  @changed=${reload}
                ></channel-secret>`
          }
          <channel-settings
            .channel=${channel}
            .type=${type}
            .channelNames=${shown.channelNames}
            .projectNames=${shown.projectNames}
          >
            ${can("editor") ? html`<p class="kept"><button class="link danger" @click=${() => void this.deleteChannel(channel)}>${words.delete}</button></p>` : null}
          </channel-settings>
        </div>
      </div>
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
