/** Audio and video for journeys, made here: no binary lies in the repository. */
import type { Page } from 'playwright';

/** Silence: frames of MPEG audio, layer III, at 128 kbit/s and 44.1 kHz (ISO 11172-3). A frame has 26.1 ms. */
export function mp3(name: string, seconds: number) {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x64]);
  const frames = Array.from({ length: Math.ceil(seconds / 0.0261) }, () => frame);
  return { name, mimeType: 'audio/mpeg', buffer: Buffer.concat(frames) };
}

/**
 * Three seconds of a moving picture, in VP9: the test's Chromium has no H.264. Free space of `gap` bytes lies before
 * its contents, so a player that must not load all of it has to ask for a range.
 */
export async function mp4(page: Page, name: string, gap: number) {
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const brush = canvas.getContext('2d') as CanvasRenderingContext2D;
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/mp4;codecs=vp9' });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    const begun = performance.now();
    await new Promise<void>((resolve) => {
      const draw = () => {
        const passed = performance.now() - begun;
        brush.fillStyle = `hsl(${200 + passed / 60} 55% 45%)`;
        brush.fillRect(0, 0, 640, 360);
        brush.fillStyle = '#fff';
        brush.beginPath();
        brush.arc(80 + passed / 7, 180, 60, 0, 7);
        brush.fill();
        if (passed > 3_000) resolve();
        else requestAnimationFrame(draw);
      };
      draw();
    });
    recorder.stop();
    await stopped;
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      reader.readAsDataURL(new Blob(parts));
    });
    return url.split(',')[1] ?? '';
  });
  const bytes = Buffer.from(base64, 'base64');
  const boxes = boxesOf(bytes);
  const free = Buffer.alloc(gap);
  free.writeUInt32BE(gap, 0);
  free.write('free', 4, 'latin1');
  const of = (wanted: (type: string) => boolean) =>
    boxes.filter(({ type }) => wanted(type)).map(({ box }) => box);
  // The index at the end has places in the file, which the free space moves.
  const contents = of((type) => type !== 'ftyp' && type !== 'mfra');
  return {
    name,
    mimeType: 'video/mp4',
    buffer: Buffer.concat([...of((type) => type === 'ftyp'), free, ...contents]),
  };
}

function boxesOf(bytes: Buffer): { type: string; box: Buffer }[] {
  const boxes: { type: string; box: Buffer }[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const box = bytes.subarray(at, at + bytes.readUInt32BE(at));
    boxes.push({ type: box.toString('latin1', 4, 8), box });
    at += box.length;
  }
  return boxes;
}
