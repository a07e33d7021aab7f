/** Two short earcons, made on the spot. A browser stays silent until the person has touched the page once. */

let context: AudioContext | null = null;

/** Prepares the sound at the first gesture. Answers a function that stops waiting for one. */
export function unlockSound(): () => void {
  const gestures = ['pointerdown', 'keydown'] as const;
  const unlock = () => {
    try {
      context ??= new AudioContext();
      void context.resume();
    } catch {
      // No sound on this device.
    }
    stop();
  };
  const stop = () => {
    for (const gesture of gestures) removeEventListener(gesture, unlock, true);
  };
  for (const gesture of gestures) addEventListener(gesture, unlock, true);
  return stop;
}

/** True where a sound would be heard. */
export function audible(): boolean {
  return context?.state === 'running';
}

/** A waiting visitor rises in two notes, a message is one low drop. */
export function play(kind: 'waiting' | 'message'): void {
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
