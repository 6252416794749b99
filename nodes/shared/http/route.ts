/**
 * `serve` answers HTTP on the user's own Node-RED server: one route on `RED.httpNode`, taken away at close.
 */
import type { Express, Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';

interface Layer {
  readonly route?: { readonly stack: readonly { readonly handle: unknown }[] };
}

/** Express 4 keeps its layers in `_router`, Express 5 in `router`. */
interface Stacked {
  readonly _router?: { readonly stack: Layer[] };
  readonly router?: { readonly stack: Layer[] };
}

/** Answers every request itself; what it throws becomes Express's 500. */
export type Responder = (request: Request, response: Response) => Promise<void> | void;

/** Serves a path below `httpNodeRoot`; the answer removes the route. */
export function serve(RED: NodeAPI, method: 'get' | 'post' | 'all', path: string, handler: Responder): () => void {
  const app: Express = RED.httpNode;
  const route: RequestHandler = (request, response, next) => {
    Promise.resolve(handler(request, response)).catch(next);
  };
  app[method](path, route);
  return () => {
    const stacked = app as unknown as Stacked;
    const router = stacked._router ?? stacked.router;
    if (router === undefined) return;
    const mine = (layer: Layer): boolean => layer.route?.stack.some(({ handle }) => handle === route) === true;
    router.stack.splice(0, router.stack.length, ...router.stack.filter((layer) => !mine(layer)));
  };
}
