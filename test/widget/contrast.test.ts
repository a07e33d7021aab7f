import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrast, inkOn, legible } from '../../widget/contrast.ts';

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('contrast', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#777777', '#ffffff', 4.48],
    ['#1f5eff', '#ffffff', 5.16],
  ])('of %s on %s is %d', (a, b, ratio) => {
    expect(contrast(a, b)).toBeCloseTo(ratio, 1);
    expect(contrast(b, a)).toBe(contrast(a, b));
  });

  it('of the ink is never below 4.5, and never lower than the other ink’s by more than 0.01', () => {
    fc.assert(
      fc.property(color, (ground) => {
        const ink = inkOn(ground);
        const other = ink === '#ffffff' ? '#000000' : '#ffffff';
        expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(ink, ground)).toBeGreaterThanOrEqual(contrast(other, ground) - 0.01);
      }),
    );
  });

  it('of a colour made legible reaches the required ratio', () => {
    const ground = fc.constantFrom('#f0f1f4', '#272b33', '#ffffff', '#000000');
    fc.assert(
      fc.property(color, ground, fc.constantFrom(3, 4.5, 5.2), (given, on, ratio) => {
        const made = legible(given, on, ratio);
        expect(made).toMatch(/^#[0-9a-f]{6}$/);
        expect(contrast(made, on)).toBeGreaterThanOrEqual(ratio);
        if (contrast(given, on) >= ratio) expect(made).toBe(given);
      }),
    );
  });
});
