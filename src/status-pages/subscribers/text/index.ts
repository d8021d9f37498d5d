// In: a language. Out: what subscribers read in it. A new language is a file and a line here.
import type { Language } from "../../schema";
import { DE } from "./de";
import { EN } from "./en";
import type { SubscriberWords } from "./words";

export type { SubscriberWords } from "./words";

export const SUBSCRIBER_WORDS: Readonly<Record<Language, SubscriberWords>> = { en: EN, de: DE };
