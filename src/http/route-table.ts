// In: the routes of an Elysia instance. Out: which of them takes a method and path, with its access
// level; which methods a path has; and which routes forgot to declare a level.
import type { AnyElysia } from "elysia";
import type { AccessLevel } from "../core/actor";
import { ACCESS_EXTENSION } from "./access";

export interface KnownRoute {
  method: string;
  /** With `:id` and `*` as declared. */
  path: string;
  /** Undefined where the route declares none. */
  access: AccessLevel | undefined;
}

interface Declared {
  method: string;
  path: string;
  hooks?: { detail?: Record<string, unknown> };
}

/** Every route, as the application serves it. WebSocket routes have the method `WS`. */
export const listRoutes = (app: AnyElysia): KnownRoute[] =>
  (app.routes as unknown as Declared[]).map(({ method, path, hooks }) => ({
    method,
    path,
    access: hooks?.detail?.[ACCESS_EXTENSION] as AccessLevel | undefined,
  }));

/** Must be empty: a route without a level would be open to everybody. */
export const routesWithoutAccess = (app: AnyElysia): string[] =>
  listRoutes(app)
    .filter(({ access }) => access === undefined)
    .map(({ method, path }) => `${method} ${path}`);

export interface RouteTable {
  find(method: string, path: string): KnownRoute | undefined;
  /** In the order of declaration; catch-all routes (`*`) are not counted. */
  methodsOf(path: string): string[];
}

const trimEnd = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

const escapeLiteral = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${trimEnd(path)
      .split("/")
      .map((part) => (part.startsWith(":") ? "[^/]+" : escapeLiteral(part)))
      .join("/")}/?$`,
  );

/** For rare questions (errors, idempotency keys): serving a request does not need it. */
export const createRouteTable = (app: AnyElysia): RouteTable => {
  const routes = listRoutes(app)
    .filter(({ path }) => !path.includes("*"))
    .map((route) => ({ route, pattern: patternOf(route.path), isLiteral: !route.path.includes(":") }));
  // A literal path wins over one with parameters, as in the router.
  const ordered = [
    ...routes.filter(({ isLiteral }) => isLiteral),
    ...routes.filter(({ isLiteral }) => !isLiteral),
  ];
  return {
    find: (method, path) =>
      ordered.find(({ route, pattern }) => route.method === method && pattern.test(path))?.route,
    methodsOf: (path) => [
      ...new Set(
        ordered
          .filter(({ pattern }) => pattern.test(path))
          .map(({ route }) => (route.method === "WS" ? "GET" : route.method)),
      ),
    ],
  };
};
