/** Two short sounds, synthesised. A browser stays silent until the user has interacted with the page once. */

import type { News } from './news.ts';

let context: AudioContext | null = null;

/** Prepares the sound at the first gesture. Returns a function that stops waiting for one. */
export function unlockSound(): () => void {
  const gestures = ['pointerdown', 'keydown'] as const;
  const unlock = () => {
    try {
      context ??= new AudioContext();
      void context.resume();
    } catch {
      // This device has no sound.
    }
    stop();
  };
  const stop = () => {
    for (const gesture of gestures) removeEventListener(gesture, unlock, true);
  };
  for (const gesture of gestures) addEventListener(gesture, unlock, true);
  return stop;
}

/** True if a sound would be audible. */
export function audible(): boolean {
  return context?.state === 'running';
}

/** Two rising notes for a waiting visitor, one low note for a message or a mention. */
export function play(kind: News['kind']): void {
  if (!context) return;
  const notes = kind === 'waiting' ? [659, 880] : [587];
  notes.forEach((pitch, index) => note(pitch, index * 0.13));
}

function note(pitch: number, after: number): void {
  if (!context) return;
  const start = context.currentTime + after;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.type = 'sine';
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.18, start + 0.012);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.32);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.34);
}
