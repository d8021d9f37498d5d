// In: paths whose callers were made for another product. Out: how an error is written for them: they
// read neither problem documents nor, in some cases, the status that everybody else gets.
import type { AppError } from "../core/errors";

export type ErrorShape = (error: AppError) => Response;

const shapes = new Map<string, ErrorShape>();

/** Exactly this path, for good. Internal errors stay problem documents. */
export const writeErrorsAs = (path: string, shape: ErrorShape): void => void shapes.set(path, shape);

export const errorShapeOf = (path: string): ErrorShape | undefined => shapes.get(path);
