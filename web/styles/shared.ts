// In: nothing. Out: the style sheets that elements adopt: `base` for all, the others where needed. One
// constructed sheet each, shared by every shadow root.
export { base } from "./base";
export { controls } from "./controls";
export { folds } from "./folds";
export { rawText } from "./raw-text";
export { surfaces } from "./surfaces";
