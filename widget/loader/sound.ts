/** The sound of a new message: two short, soft notes, made here, so that nothing is downloaded. */

/** Frequencies in Hz, and the time between the notes and the length of each in seconds. */
const notes = [784, 1047];
const between = 0.11;
const length = 0.35;
const loudness = 0.12;

/** Makes no sound, and no error, before the visitor has used the page: browsers forbid it. */
export function ring(): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  try {
    const context = new AudioContext();
    let last: OscillatorNode | undefined;
    for (const [at, frequency] of notes.entries()) {
      const start = context.currentTime + at * between;
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(loudness, start + 0.01);
      gain.gain.exponentialRampToValueAtTime(0.001, start + length);
      last = new OscillatorNode(context, { frequency });
      last.connect(gain).connect(context.destination);
      last.start(start);
      last.stop(start + length);
    }
    if (last) last.onended = () => void context.close();
  } catch {
    // There is no sound device, or too many sounds at once.
  }
}
