/** The small image of a file, made by its sender's browser (FIL-8): drawn anew, so it has none of the metadata. */
import { dimensionsOf, isShowable } from '#domain/files/images';
import { withoutMetadata } from '#domain/files/jpeg';
import { maxThumbnailBytes, maxThumbnailSide } from '#protocol';

/** JPEG first: it is smaller. PNG keeps what is transparent. */
const qualities = [0.82, 0.65, 0.45];
/** A JPEG with many profiles states its dimensions within so many bytes. */
const headLength = 1_048_576;

/** Null for a file that is no image, or one that this browser cannot decode. */
export async function thumbnailOf(file: Blob): Promise<Blob | null> {
  try {
    const size = dimensionsOf(new Uint8Array(await file.slice(0, headLength).arrayBuffer()));
    // A browser would need too much memory for it.
    if (!size || !isShowable(size)) return null;
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
    try {
      for (let side = maxThumbnailSide; side >= 80; side /= 2) {
        const small = await smallest(image, side);
        if (small) return small;
      }
      return null;
    } finally {
      image.close();
    }
  } catch {
    return null;
  }
}

async function smallest(image: ImageBitmap, side: number): Promise<Blob | null> {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((length) =>
    Math.max(1, Math.round(length * scale)),
  );
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const brush = canvas.getContext('2d');
  if (!brush || width === undefined || height === undefined) return null;
  brush.imageSmoothingQuality = 'high';
  brush.drawImage(image, 0, 0, width, height);
  if (isTransparent(brush.getImageData(0, 0, width, height).data)) {
    const png = await encoded(canvas, 'image/png');
    return png && png.size <= maxThumbnailBytes ? png : null;
  }
  for (const quality of qualities) {
    const jpeg = await encoded(canvas, 'image/jpeg', quality);
    if (!jpeg) return null;
    const plain = withoutMetadata(new Uint8Array(await jpeg.arrayBuffer()));
    if (plain.length <= maxThumbnailBytes) return new Blob([plain], { type: 'image/jpeg' });
  }
  return null;
}

function isTransparent(pixels: Uint8ClampedArray): boolean {
  for (let at = 3; at < pixels.length; at += 4) if (pixels[at] !== 255) return true;
  return false;
}

const encoded = (canvas: HTMLCanvasElement, type: string, quality?: number) =>
  new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
