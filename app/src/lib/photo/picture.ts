/** Turns a chosen file into the file of a photo: rotated as it was taken, cropped, small, and without metadata. */
import { sideOf, type Crop } from './crop.ts';
import { withoutMetadata } from '#domain/files/jpeg';

/** A photo's side, in pixels: the largest avatar on a screen with three device pixels per pixel. */
const photoSide = 256;
/** The server's limit in bytes (PHO-2), and the qualities that are tried until the file fits. */
const maxPhotoBytes = 65_536;
const qualities = [0.9, 0.75, 0.5, 0.25];
/** A larger file is not even opened, in bytes. */
export const maxFileBytes = 20 * 1_048_576;

export async function openPicture(file: Blob): Promise<ImageBitmap | 'too_big' | 'no_picture'> {
  if (file.size > maxFileBytes) return 'too_big';
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return 'no_picture';
  }
}

/** Draws the cropped part on a canvas. */
export function paint(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const side = sideOf(picture, crop);
  context.imageSmoothingQuality = 'high';
  // Transparent parts would be black in a JPEG.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  const from = [crop.x - side / 2, crop.y - side / 2, side, side] as const;
  context.drawImage(picture, ...from, 0, 0, canvas.width, canvas.height);
}

/** Returns the photo's file, or null if the browser can't create one. As JPEG, which every browser writes. */
export async function photoFile(picture: ImageBitmap, crop: Crop): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = photoSide;
  paint(canvas, picture, crop);
  for (const quality of qualities) {
    const blob = await new Promise<Blob | null>((made) => canvas.toBlob(made, 'image/jpeg', quality));
    if (blob?.type !== 'image/jpeg') return null;
    const bytes = withoutMetadata(new Uint8Array(await blob.arrayBuffer()));
    if (bytes.length <= maxPhotoBytes) return new Blob([bytes], { type: 'image/jpeg' });
  }
  return null;
}
