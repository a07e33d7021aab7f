/** The scale and place of an image in the viewer: by wheel, keys, double click, and one or two fingers. */

interface Place {
  readonly x: number;
  readonly y: number;
}
interface Size {
  readonly width: number;
  readonly height: number;
}
/** The image at scale 1, and the space around it. */
export interface Room {
  readonly image: Size;
  readonly stage: Size;
}
type Pointer = Pick<PointerEvent, 'pointerId' | 'clientX' | 'clientY' | 'button' | 'pointerType'>;

const largest = 8;
const middle: Place = { x: 0, y: 0 };
/** A finger that moves so far sideways asks for another image, in pixels. */
const swiped = 48;

export class Zoom {
  scale = $state(1);
  /** Pixels from the middle. */
  x = $state(0);
  y = $state(0);
  readonly #room: () => Room | null;
  readonly #fingers = new Map<number, Place>();
  /** The place at which the only finger of a gesture began. */
  #began: Place | null = null;

  constructor(room: () => Room | null) {
    this.#room = room;
  }

  reset(): void {
    [this.scale, this.x, this.y] = [1, 0, 0];
    this.#fingers.clear();
    this.#began = null;
  }

  /** The point under `at` stays where it is, unless the image would leave its space. */
  by(factor: number, at: Place = middle): void {
    const scale = Math.min(largest, Math.max(1, this.scale * factor));
    const change = scale / this.scale;
    this.scale = scale;
    this.#moveTo(at.x - (at.x - this.x) * change, at.y - (at.y - this.y) * change);
  }

  toggle(at: Place): void {
    if (this.scale > 1) this.reset();
    else this.by(2.5, at);
  }

  begin({ pointerId, clientX, clientY, button, pointerType }: Pointer): void {
    if (button !== 0) return;
    const place = { x: clientX, y: clientY };
    this.#began = pointerType === 'touch' && this.#fingers.size === 0 && this.scale === 1 ? place : null;
    this.#fingers.set(pointerId, place);
  }

  move({ pointerId, clientX, clientY }: Pointer, at: Place): void {
    const before = this.#fingers.get(pointerId);
    if (!before) return;
    const now = { x: clientX, y: clientY };
    const other = [...this.#fingers].find(([id]) => id !== pointerId)?.[1];
    if (other) this.by(distance(now, other) / Math.max(1, distance(before, other)), at);
    else if (this.scale > 1) this.#moveTo(this.x + now.x - before.x, this.y + now.y - before.y);
    this.#fingers.set(pointerId, now);
  }

  /** Returns the step to another image that a swipe asks for; else 0. */
  finish({ pointerId, clientX, clientY }: Pointer): -1 | 0 | 1 {
    const began = this.#fingers.delete(pointerId) ? this.#began : null;
    this.#began = null;
    if (!began) return 0;
    const [across, down] = [clientX - began.x, clientY - began.y];
    if (Math.abs(across) < swiped || Math.abs(across) < 2 * Math.abs(down)) return 0;
    return across < 0 ? 1 : -1;
  }

  /** The pointer was taken away: its gesture means nothing. */
  cancel({ pointerId }: Pointer): void {
    this.#fingers.delete(pointerId);
    this.#began = null;
  }

  #moveTo(x: number, y: number): void {
    const room = this.#room();
    const within = (place: number, side: keyof Size) => {
      if (!room) return place;
      const most = Math.max(0, (room.image[side] * this.scale - room.stage[side]) / 2);
      return Math.min(most, Math.max(-most, place));
    };
    [this.x, this.y] = this.scale === 1 ? [0, 0] : [within(x, 'width'), within(y, 'height')];
  }
}

const distance = (one: Place, other: Place) => Math.hypot(one.x - other.x, one.y - other.y);
