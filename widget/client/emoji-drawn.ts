/** Tests which emoji a browser draws, with a canvas. */
import { drawnBy, type Drawn } from '#domain/emoji/set';

let drawn: Drawn | undefined;

/** Measured once for each page: a dozen signs on a small canvas. */
export function drawnHere(): Drawn {
  drawn ??= measure();
  return drawn;
}

function measure(): Drawn {
  const side = 20;
  const canvas = Object.assign(document.createElement('canvas'), { width: 2 * side, height: side });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return drawnBy(() => false);
  context.textBaseline = 'top';
  context.font = `${side / 2}px "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif`;
  const single = context.measureText('😀').width;
  /** A sign in colours looks the same in every colour of the text. */
  const pixels = (emoji: string, color: string) => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = color;
    context.fillText(emoji, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  };
  return drawnBy((emoji) => {
    // Signs that the font cannot join stand side by side.
    if (context.measureText(emoji).width > 1.5 * single) return false;
    const dark = pixels(emoji, '#000');
    const light = pixels(emoji, '#fff');
    return dark.some((value) => value > 0) && dark.every((value, index) => value === light[index]);
  });
}
