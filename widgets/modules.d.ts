/** What Vite makes of files that are no TypeScript. */
declare module '*.vue' {
  import type { Component } from 'vue';
  const component: Component;
  export default component;
}

declare module '*.css?inline' {
  const style: string;
  export default style;
}

declare module '*.woff2?url' {
  const address: string;
  export default address;
}
