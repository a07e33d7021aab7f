/**
 * The square of a picture that is cropped: its centre in the picture's pixels, and its zoom over the largest square.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const maxZoom = 5;

/** The largest square, centred. */
export function wholeOf({ width, height }: Size): Crop {
  return { x: width / 2, y: height / 2, zoom: 1 };
}

/** The square's side, in the picture's pixels. */
export function sideOf({ width, height }: Size, { zoom }: Crop): number {
  return Math.min(width, height) / zoom;
}

/** Moves the picture under the square, in sides of the square. */
export function moved(size: Size, crop: Crop, right: number, down: number): Crop {
  const side = sideOf(size, crop);
  return kept(size, { ...crop, x: crop.x - right * side, y: crop.y - down * side });
}

/** The same centre at another zoom. */
export function zoomed(size: Size, crop: Crop, zoom: number): Crop {
  return kept(size, { ...crop, zoom: between(1, zoom, maxZoom) });
}

/** The square always stays within the picture. */
function kept(size: Size, crop: Crop): Crop {
  const half = sideOf(size, crop) / 2;
  const x = between(half, crop.x, size.width - half);
  return { ...crop, x, y: between(half, crop.y, size.height - half) };
}

const between = (least: number, value: number, most: number) => Math.min(Math.max(value, least), most);
