/** How do tests draw a widget? Its component is loaded through the build's own compiler and rendered to HTML, without a browser. */
import { join } from 'node:path';
import { type Component, createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { ROOT } from './package.js';

interface Server {
  ssrLoadModule(path: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export class Components {
  #server: Promise<Server> | undefined;
  /** Vite sets it for the whole process. */
  readonly #nodeEnv = process.env['NODE_ENV'];

  /** The HTML of a component in `widgets/`, without the marks that Vue leaves for the browser. */
  async draw(file: string, props: object): Promise<string> {
    this.#server ??= (import(join(ROOT, 'scripts/build-widgets.mjs')) as Promise<{ componentServer: () => Promise<Server> }>).then(({ componentServer }) => componentServer());
    const module = await (await this.#server).ssrLoadModule(`/widgets/${file}`);
    const html = await renderToString(createSSRApp(module['default'] as Component, { id: 'w', ...props }));
    return html.replace(/<!--.*?-->/g, '');
  }

  async close(): Promise<void> {
    await (await this.#server)?.close();
    if (this.#nodeEnv === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = this.#nodeEnv;
  }
}
