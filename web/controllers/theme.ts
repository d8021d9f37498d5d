// In: the person's choice of light, dark or automatic. Out: the same on the page, kept in this browser.
import { Store } from "./store";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "andon.theme";

const readStored = (): Theme => {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === stored) ?? "auto";
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
    return "auto";
  }
};

export const theme = new Store<Theme>(readStored());

export const isDark = (): boolean =>
  theme.value === "dark" || (theme.value === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

const apply = (): void => {
  if (theme.value === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
};

/** Calls when the colours on the page change, by choice or by the system. */
export const onThemeChange = (listener: () => void): (() => void) => {
  const media = matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", listener);
  const stop = theme.subscribe(listener);
  return () => {
    media.removeEventListener("change", listener);
    stop();
  };
};

export const chooseTheme = (choice: Theme): void => {
  try {
    if (choice === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // As above.
  }
  theme.set(choice);
};

apply();
theme.subscribe(apply);
