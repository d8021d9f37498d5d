// In: a channel's ID. Out: its page: health, settings as stored, test, and every delivery with its attempts.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import {
  deleteChannel,
  listChannels,
  listChannelTypes,
  readChannel,
  resumeChannel,
  type Channel,
  type ChannelType,
} from "../api/channels";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatPercent } from "../text/format";
import { alertStyles } from "./alert-styles";
import "./channel-test";
import { channelState } from "./channel-words";
import "./delivery-list";
import { listStyles } from "./list-styles";
import { machineStyles } from "./machine-styles";
import { backLink, staleNote, stateOf } from "./page-parts";

const words = text.channels;
const EVERY_MS = 10_000;

const settingWords = (value: unknown): string => {
  if (value === true) return text.common.yes;
  if (value === false) return text.common.no;
  return typeof value === "string" || typeof value === "number"
    ? String(value)
    : JSON.stringify(value, null, 1);
};

interface Shown {
  channel: Channel;
  type: ChannelType | undefined;
  failureName: string | null;
}

@customElement("page-channel")
export class PageChannel extends LitElement {
  @property() channelId = "";
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  private readonly channel = new Load<Shown>(
    this,
    async () => {
      const [channel, types, channels] = await Promise.all([
        readChannel(this.channelId),
        listChannelTypes(),
        listChannels(),
      ]);
      return {
        channel,
        type: types.data.find((each) => each.kind === channel.type),
        failureName: channels.find((each) => each.id === channel.failure_channel_id)?.name ?? null,
      };
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [base, controls, surfaces, listStyles, alertStyles, machineStyles];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("channelId") && changed.get("channelId") !== undefined && changed.get("channelId") !== "")
      void this.channel.restart();
    pageTitle.set(this.channel.data?.channel.name ?? words.title);
  }

  private async resume(): Promise<void> {
    try {
      await resumeChannel(this.channelId);
      notify(words.resumed, { tone: "good" });
    } catch (error) {
      notifyFailure(words.resumeFailed, error);
    }
    await this.channel.run();
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
    const isHalted = ["paused", "failed", "disabled"].includes(channel.health);
    return html`<div>
      ${backLink("/channels", words.title)}
      <div class="head">
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
        ${
          can("editor")
            ? html`<div class="actions">
                ${isHalted ? html`<button class="primary" @click=${this.resume}><andon-icon name="play"></andon-icon>${words.resume}</button>` : null}
                <channel-test
                  .channelId=${channel.id}
                  .name=${channel.name}
                  @tested=${() => void this.channel.run()}
                ></channel-test>
                <a class="button" href="/channels/${channel.id}/edit"
                  ><andon-icon name="edit"></andon-icon>${text.common.edit}</a
                >
              </div>`
            : null
        }
      </div>
    </div>`;
  }

  private settings({ channel, type, failureName }: Shown): TemplateResult {
    const labels = new Map(type?.fields.map((field) => [field.name, field.label]));
    const events = channel.events ?? null;
    return html`<section class="card pad" aria-labelledby="settings">
      <h2 id="settings" class="unseen">${words.settings}</h2>
      <dl class="facts">
        ${Object.entries(channel.config)
          .filter(([, value]) => value !== null && value !== "")
          .map(
            ([name, value]) =>
              html`<dt>${labels.get(name) ?? name}</dt>
                <dd class=${typeof value === "object" ? "mono" : ""}>${settingWords(value)}</dd>`,
          )}
        <dt>${words.events}</dt>
        <dd>
          ${events === null ? words.eventsDefault : events.map((event) => words.eventNames[event] ?? event).join(", ")}
        </dd>
        ${
          channel.filters === null || Object.keys(channel.filters).length === 0
            ? null
            : html`<dt>${words.filters}</dt>
                <dd>${channel.filters.severities?.join(", ") ?? JSON.stringify(channel.filters)}</dd>`
        }
        <dt>${words.failureChannel}</dt>
        <dd>${failureName ?? words.noFailureChannel}</dd>
      </dl>
      <p class="sub kept">${words.noSecretsShown}</p>
      ${can("editor") ? html`<p class="kept"><button class="link danger" @click=${() => void this.deleteChannel(channel)}>${words.delete}</button></p>` : null}
    </section>`;
  }

  override render(): TemplateResult {
    const shown = this.channel.data;
    if (shown === undefined)
      return html`<div class="page">
        ${backLink("/channels", words.title)}
        ${stateOf(this.channel, { failed: words.channelFailed, notFound: words.notFound, isWholePage: true })}
      </div>`;
    const { isTrouble, kind } = channelState(shown.channel);
    return html`<div class="page">
      ${this.head(shown)} ${staleNote(this.channel)}
      ${
        isTrouble && shown.channel.health_reason !== null
          ? html`<p class="note-box ${kind}">
              <andon-mark kind=${kind}></andon-mark>${shown.channel.health_reason}
            </p>`
          : null
      }
      <div class="columns">
        <div class="main">
          <delivery-list statuses .query=${{ channel_id: shown.channel.id }}></delivery-list>
        </div>
        <div class="aside">${this.settings(shown)}</div>
      </div>
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
