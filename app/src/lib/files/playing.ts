/** Of audio and video, one plays at a time. */

let last: WeakRef<HTMLMediaElement> | undefined;

/** For `onplay`. */
export function playOne({ currentTarget }: { readonly currentTarget: EventTarget | null }): void {
  if (!(currentTarget instanceof HTMLMediaElement)) return;
  const before = last?.deref();
  if (before && before !== currentTarget) before.pause();
  last = new WeakRef(currentTarget);
}
