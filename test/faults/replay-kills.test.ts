// In: thousands of deliveries that are over, and a replay of all of them. Out: killed with `kill -9` again
// and again while it works, it goes on each time where it was: each is sent again, none is left out, and
// only what was in flight at a kill comes twice.
import { expect, test } from "bun:test";
import { writeHistory } from "../bench/backlog-rows";
import { openScene, withCleanUp } from "../bench/scene";
import { productCommand } from "../harness/process";
import { seededRandom, wholeBetween } from "../harness/random";
import { createThresholdRule, createWebhookChannel, type RemoteApi } from "../harness/remote-api";
import { startSink, type SinkProcess } from "../harness/sink-handle";

const ROWS = 6_000;
const CHANNELS = 2;
/** As many as a channel has in flight. */
const IN_FLIGHT = 4 * CHANNELS;
const KILLS = 5;
const LIMIT_MS = 120_000;

const openSink = async (): Promise<SinkProcess & { close(): Promise<void> }> => {
  const sink = await startSink({ listeners: CHANNELS });
  return { ...sink, close: () => sink.stop() };
};

const readReplay = async (api: RemoteApi, id: string): Promise<{ status: string; done: number }> => {
  const { status, done } = (await api.call("GET", `/deliveries/replays/${id}`)) as Record<string, unknown>;
  return { status: String(status), done: Number(done) };
};

test(
  "a replay that is killed again and again sends each delivery, and repeats only what was in flight",
  () =>
    withCleanUp(async (own) => {
      const seed = Math.floor(performance.timeOrigin) % 1_000_000;
      const random = seededRandom(seed);
      const sink = own(await openSink());
      const scene = own(await openScene(productCommand("source")));
      for (let line = 0; line < CHANNELS; line++)
        await createWebhookChannel(scene.api, {
          name: `Line ${line}`,
          url: sink.url(line),
          events: ["alert.triggered"],
        });
      await createThresholdRule(scene.api, { name: "Pressure", metric: "pressure", above: 90 });
      await scene.api.call("POST", "/readings", { machine: "press", metric: "pressure", value: 96.5 });
      expect(await sink.arrived(CHANNELS, 15_000)).toBe(true);
      // Its results are on the disk before the file is opened by somebody else.
      await scene.product.stop();
      writeHistory(scene.dataDirectory, ROWS - CHANNELS);
      await sink.forget();
      await scene.restartAfterKill();
      await scene.product.ready();
      const asked = (await scene.api.call("POST", "/deliveries/replay", { all: true })) as Record<
        string,
        unknown
      >;
      expect(asked["count"]).toBe(ROWS);
      const id = String(asked["id"]);
      let kills = 0;
      let last = 0;
      while (kills < KILLS) {
        await Bun.sleep(wholeBetween(random, 0, 120));
        const before = await readReplay(scene.api, id);
        await scene.restartAfterKill();
        await scene.product.ready();
        kills++;
        const after = await readReplay(scene.api, id);
        // What was committed by then is not taken back.
        expect([seed, after.done >= Math.max(before.done, last)]).toEqual([seed, true]);
        last = after.done;
      }
      expect(await sink.arrived(ROWS, 60_000)).toBe(true);
      const ended = await readReplay(scene.api, id);
      expect([seed, ended]).toEqual([seed, { status: "done", done: ROWS }]);
      const { requests, distinct } = await sink.counts();
      expect(distinct).toBe(ROWS);
      expect(requests - distinct).toBeLessThanOrEqual(kills * IN_FLIGHT);
    }),
  LIMIT_MS,
);
