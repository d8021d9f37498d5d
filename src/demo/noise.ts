// In: a seed and a second. Out: noise that is the same in every run, so that the demo tells one
// story and tests can check it.

/** Uniform in [-1, 1); the same for the same seed and step. */
export const grain = (seed: number, step: number): number => {
  let bits = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(step | 0, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2_147_483_648 - 1;
};

/** In about [-1, 1]: slow swings of a minute and more with a sensor's grain on top. */
export const wander = (seed: number, second: number): number =>
  0.45 * Math.sin(second / 11 + seed) + 0.3 * Math.sin(second / 37 + 2.3 * seed) + 0.25 * grain(seed, second);
