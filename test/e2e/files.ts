/** Files for journeys, made here: no binary lies in the repository. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Download, Locator, Page } from 'playwright';
import type { Agent } from './people.ts';

export interface Made {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A picture as a browser encodes it, with a gradient and a text. */
export async function picture(
  page: Page,
  name: string,
  { width = 1200, height = 800, hue = 210, type = 'image/jpeg' } = {},
): Promise<Made> {
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

/** Sends files with a text from a composer, and waits until the log has the message. */
export async function send(agent: Agent, files: Made[], words = ''): Promise<void> {
  await agent.page.locator('input[type=file]').first().setInputFiles(files);
  await agent.composer.fill(words);
  await agent.composer.press('Enter');
  await agent.log.getByRole('article', { name: files.at(-1)?.name ?? '' }).waitFor();
}

/** The digests of bytes and of a saved file. */
export const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
export const savedSum = async (download: Download) => sumOf(readFileSync(await download.path()));

export const loaded = (shown: Locator) =>
  shown.evaluate(
    (element) => element instanceof HTMLImageElement && element.complete && element.naturalWidth > 0,
  );
