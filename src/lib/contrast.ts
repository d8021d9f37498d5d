// In: a colour that a person chose, and the ground that it is read on. Out: the nearest one of the same hue
// that can be read there (WCAG 2.2, 1.4.3). Pure.

/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Null for anything but `#rrggbb`. */
export const parseColor = (text: string): Rgb | null => {
  const [, red, green, blue] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? [];
  return red === undefined || green === undefined || blue === undefined
    ? null
    : [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
};

export const formatColor = (color: Rgb): string =>
  `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

/** Relative luminance as WCAG 2 defines it, 0 to 1. */
export const luminanceOf = (color: Rgb): number => {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** 1 to 21. */
export const contrastOf = (one: Rgb, other: Rgb): number => {
  const [light, dark] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
};

const STEPS = 40;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

const mix = (from: Rgb, to: Rgb, share: number): Rgb => {
  const part = (index: 0 | 1 | 2): number => from[index] + (to[index] - from[index]) * share;
  return [part(0), part(1), part(2)];
};

/** Moved towards black or white, whichever the ground is not, as far as needed and no further. */
export const readableOn = (color: Rgb, ground: Rgb, ratio: number): Rgb => {
  const end = luminanceOf(ground) > 0.4 ? BLACK : WHITE;
  for (let step = 0; step < STEPS; step++) {
    const moved = mix(color, end, step / STEPS);
    if (contrastOf(moved, ground) >= ratio) return moved;
  }
  return end;
};
