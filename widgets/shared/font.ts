/** `font` is the one typeface of all widgets, with figures of one width: Inter, the Latin part of it, in one file of every weight. */
import file from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';

/** `font` as a rule of a style sheet; until it is there the system's own is shown. */
export const font = `@font-face { font-family: "Bottega Inter"; font-weight: 100 900; font-display: swap; src: url("${file}") format("woff2"); }`;
