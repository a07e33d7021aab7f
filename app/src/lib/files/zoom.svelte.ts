/** The scale and place of an image in the viewer: by wheel, keys, double click, and one or two fingers. */

interface Place {
  readonly x: number;
  readonly y: number;
}
type Pointer = Pick<PointerEvent, 'pointerId' | 'clientX' | 'clientY' | 'button'>;

const largest = 8;
const middle: Place = { x: 0, y: 0 };

export class Zoom {
  scale = $state(1);
  /** Pixels from the middle. */
  x = $state(0);
  y = $state(0);
  readonly #fingers = new Map<number, Place>();

  reset(): void {
    [this.scale, this.x, this.y] = [1, 0, 0];
    this.#fingers.clear();
  }

  /** The point under `at` stays where it is. */
  by(factor: number, at: Place = middle): void {
    const scale = Math.min(largest, Math.max(1, this.scale * factor));
    const change = scale / this.scale;
    this.x = at.x - (at.x - this.x) * change;
    this.y = at.y - (at.y - this.y) * change;
    this.scale = scale;
    if (scale === 1) [this.x, this.y] = [0, 0];
  }

  toggle(at: Place): void {
    if (this.scale > 1) this.reset();
    else this.by(2.5, at);
  }

  /** True if the pointer moves the image from now on. */
  begin({ pointerId, clientX, clientY, button }: Pointer): boolean {
    if (button !== 0) return false;
    this.#fingers.set(pointerId, { x: clientX, y: clientY });
    return this.scale > 1 || this.#fingers.size > 1;
  }

  move({ pointerId, clientX, clientY }: Pointer, at: Place): void {
    const before = this.#fingers.get(pointerId);
    if (!before) return;
    const now = { x: clientX, y: clientY };
    const other = [...this.#fingers].find(([id]) => id !== pointerId)?.[1];
    if (other) this.by(distance(now, other) / Math.max(1, distance(before, other)), at);
    else if (this.scale > 1) {
      this.x += now.x - before.x;
      this.y += now.y - before.y;
    }
    this.#fingers.set(pointerId, now);
  }

  finish({ pointerId }: Pointer): void {
    this.#fingers.delete(pointerId);
  }
}

const distance = (one: Place, other: Place) => Math.hypot(one.x - other.x, one.y - other.y);
