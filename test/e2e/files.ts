/** Files for journeys, made here: no binary lies in the repository. */
import type { Page } from 'playwright';

/** A picture as a browser encodes it, with a gradient and a text. */
export async function picture(
  page: Page,
  name: string,
  { width = 1200, height = 800, hue = 210, type = 'image/jpeg' } = {},
): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const base64 = await page.evaluate(
    ([text, wide, high, tone, kind]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: wide, height: high });
      const brush = canvas.getContext('2d') as CanvasRenderingContext2D;
      const ground = brush.createLinearGradient(0, 0, wide, high);
      ground.addColorStop(0, `hsl(${tone} 70% 72%)`);
      ground.addColorStop(1, `hsl(${tone + 60} 60% 38%)`);
      brush.fillStyle = ground;
      brush.fillRect(0, 0, wide, high);
      brush.fillStyle = '#fff';
      brush.font = `${Math.round(Math.min(wide, high) / 8)}px sans-serif`;
      brush.fillText(text, wide / 12, high / 2);
      return canvas.toDataURL(kind, 0.9).split(',')[1] ?? '';
    },
    [name, width, height, hue, type] as const,
  );
  return { name, mimeType: type, buffer: Buffer.from(base64, 'base64') };
}

export const pdf = (name: string, size = 60_000) => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(size - 9, 32)]),
});

export const text = (name: string, content: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
});

/** A second of silence: frames of MPEG 1, layer III, 128 kbit/s at 44.1 kHz. */
export function mp3(name: string): { name: string; mimeType: string; buffer: Buffer } {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x64]);
  return { name, mimeType: 'audio/mpeg', buffer: Buffer.concat(Array<Buffer>(38).fill(frame)) };
}
