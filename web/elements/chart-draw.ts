// In: a chart's canvas, limits and markers. Out: the drawing of what a reading is judged by (limit and
// clear value, with the side that is abnormal tinted) and of what happened when.
import type uPlot from "uplot";

export interface ChartLimit {
  value: number;
  label: string;
  kind: "limit" | "clear";
  tone: "critical" | "warning" | "info" | "plain";
  /** Which side of the limit is abnormal; tints it. */
  abnormal?: "above" | "below";
}

export interface ChartMarker {
  /** Milliseconds since 1970. */
  time: number;
  kind: "triggered" | "acknowledged" | "resolved" | "escalated";
  label: string;
  tone: "critical" | "warning" | "info" | "good" | "plain";
}

/** The colour behind a token such as `--ink`, resolved for the present theme. */
export type Ink = (name: string) => string;

interface Overlay {
  ink: Ink;
  limits: () => readonly ChartLimit[];
  markers: () => readonly ChartMarker[];
  fontFamily: string;
}

const toneInk = (tone: ChartLimit["tone"] | ChartMarker["tone"]): string =>
  tone === "plain" ? "--ink-2" : `--${tone}`;

const isInside = (plot: uPlot, y: number): boolean =>
  y >= plot.bbox.top && y <= plot.bbox.top + plot.bbox.height;

/** Under the line: the abnormal side. */
export const drawUnderlays = (plot: uPlot, overlay: Overlay): void => {
  const { ctx, bbox } = plot;
  for (const limit of overlay.limits()) {
    if (limit.kind !== "limit" || limit.abnormal === undefined) continue;
    const y = Math.min(Math.max(plot.valToPos(limit.value, "y", true), bbox.top), bbox.top + bbox.height);
    const isAbove = limit.abnormal === "above";
    ctx.save();
    ctx.globalAlpha = 0.06;
    ctx.fillStyle = overlay.ink(toneInk(limit.tone));
    ctx.fillRect(
      bbox.left,
      isAbove ? bbox.top : y,
      bbox.width,
      isAbove ? y - bbox.top : bbox.top + bbox.height - y,
    );
    ctx.restore();
  }
};

const drawLimit = (plot: uPlot, limit: ChartLimit, overlay: Overlay, isLabelAbove: boolean): void => {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(limit.value, "y", true);
  if (!isInside(plot, y)) return;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = overlay.ink(limit.kind === "clear" ? "--line-2" : toneInk(limit.tone));
  ctx.lineWidth = 1.25 * scale;
  ctx.setLineDash(limit.kind === "clear" ? [2 * scale, 4 * scale] : [5 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `600 ${11.5 * scale}px ${overlay.fontFamily}`;
  ctx.textAlign = "left";
  ctx.textBaseline = isLabelAbove ? "bottom" : "top";
  const x = bbox.left + 6 * scale;
  const offset = 3 * scale;
  const width = ctx.measureText(limit.label).width;
  ctx.globalAlpha = 0.82;
  ctx.fillStyle = overlay.ink("--surface");
  ctx.fillRect(x - 3 * scale, isLabelAbove ? y - 17 * scale : y + 2 * scale, width + 6 * scale, 15 * scale);
  ctx.globalAlpha = 1;
  ctx.fillStyle = overlay.ink(limit.kind === "clear" ? "--ink-2" : toneInk(limit.tone));
  ctx.fillText(limit.label, x, y + (isLabelAbove ? -offset : offset));
  ctx.restore();
};

const tracePolygon = (ctx: CanvasRenderingContext2D, points: readonly [number, number][]): void => {
  ctx.beginPath();
  points.forEach(([x, y], index) => (index === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  ctx.closePath();
};

const drawShape = (
  ctx: CanvasRenderingContext2D,
  marker: ChartMarker,
  x: number,
  y: number,
  size: number,
): void => {
  const half = size / 2;
  if (marker.kind !== "triggered") {
    ctx.beginPath();
    ctx.arc(x, y, half * 0.9, 0, Math.PI * 2);
    if (marker.kind === "escalated") ctx.fill();
    else ctx.stroke();
    return;
  }
  if (marker.tone === "warning")
    tracePolygon(ctx, [
      [x, y - half],
      [x + half, y + half],
      [x - half, y + half],
    ]);
  else if (marker.tone === "info")
    tracePolygon(ctx, [
      [x - half, y - half],
      [x + half, y - half],
      [x + half, y + half],
      [x - half, y + half],
    ]);
  else {
    const cut = half * 0.42;
    tracePolygon(ctx, [
      [x - cut, y - half],
      [x + cut, y - half],
      [x + half, y - cut],
      [x + half, y + cut],
      [x + cut, y + half],
      [x - cut, y + half],
      [x - half, y + cut],
      [x - half, y - cut],
    ]);
  }
  ctx.fill();
};

const drawMarker = (plot: uPlot, marker: ChartMarker, overlay: Overlay, labelEnd: number): number => {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(marker.time, "x", true);
  if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) return labelEnd;
  const scale = devicePixelRatio;
  const ink = overlay.ink(toneInk(marker.tone));
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineWidth = scale;
  ctx.globalAlpha = 0.7;
  ctx.setLineDash([2 * scale, 3 * scale]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
  ctx.lineWidth = 1.75 * scale;
  const y = bbox.top - 10 * scale;
  drawShape(ctx, marker, x, y, 11 * scale);
  ctx.font = `550 ${11 * scale}px ${overlay.fontFamily}`;
  ctx.textBaseline = "middle";
  const width = ctx.measureText(marker.label).width;
  const room = bbox.left + bbox.width - x;
  const isLeft = room < width + 12 * scale;
  const start = isLeft ? x - 10 * scale - width : x + 10 * scale;
  let end = labelEnd;
  if (start > labelEnd && !(isLeft && start < bbox.left)) {
    ctx.fillStyle = overlay.ink("--ink-2");
    ctx.textAlign = "left";
    ctx.fillText(marker.label, start, y);
    end = Math.max(start + width, x + 8 * scale) + 8 * scale;
  } else end = Math.max(labelEnd, x + 8 * scale);
  ctx.restore();
  return end;
};

/** Over the line: limits with their names, and what happened when. */
export const drawOverlays = (plot: uPlot, overlay: Overlay): void => {
  const limits = overlay.limits();
  for (const limit of limits) {
    const other = limits.find((each) => each !== limit);
    drawLimit(
      plot,
      limit,
      overlay,
      other === undefined ? limit.abnormal !== "below" : limit.value >= other.value,
    );
  }
  let labelEnd = -Infinity;
  for (const marker of [...overlay.markers()].sort((left, right) => left.time - right.time))
    labelEnd = drawMarker(plot, marker, overlay, labelEnd);
};
