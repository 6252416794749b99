/** Can everybody read a page of the dashboard, and use its controls? Scripts for the page, which answer what is wrong. */

/** Texts whose contrast with their ground is below AA: 4.5, or 3 for large ones. */
export const FAINT_TEXTS = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => { const f = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const ground = (element) => { for (let at = element; at; at = at.parentElement) { const color = channels(getComputedStyle(at).backgroundColor); if (color.length < 4 || color[3] === 1) return color; } return [255, 255, 255]; };
  const faint = [];
  for (const element of document.querySelectorAll('.nrdb-ui-page *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    const style = getComputedStyle(element);
    if (!hasText || element.closest('.b-unseen, .bw-said, option, [disabled]') || style.visibility === 'hidden' || element.getClientRects().length === 0) continue;
    const [a, b] = [light(channels(style.color)), light(ground(element))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if ((a + 0.05) / (b + 0.05) < needed) faint.push(element.className + ' "' + element.textContent.trim().slice(0, 30) + '" ' + ((a + 0.05) / (b + 0.05)).toFixed(2));
  }
  return faint;
})()`;

/** Controls without a name, or too small for a finger. */
export const BAD_CONTROLS = `(() => [...document.querySelectorAll('.nrdb-ui-page :is(a, button, input, select)')].flatMap((control) => {
  const name = control.ariaLabel ?? (control.labels?.length ? [...control.labels].map((label) => label.innerText).join(' ') : control.innerText);
  const { height } = (control.type === 'radio' ? control.parentElement : control).getBoundingClientRect();
  return name?.trim() && (height >= 40 || height === 0) ? [] : [control.outerHTML.slice(0, 80) + ' ' + height];
}))()`;
