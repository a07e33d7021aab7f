/** A zip with empty files of these names, or with sizes that its directory merely states. */
export function zipOf(names: readonly string[], stated = { packed: 0, unpacked: 0 }): Uint8Array {
  const files = names.map((name) => new TextEncoder().encode(name));
  const locals = files.map((name) => [
    ...u32(0x04034b50),
    ...zeros(22),
    ...u16(name.length),
    ...u16(0),
    ...name,
  ]);
  let at = 0;
  const entries = files.map((name, index) => {
    const offset = at;
    at += locals[index]?.length ?? 0;
    return [
      ...u32(0x02014b50),
      ...zeros(16),
      ...u32(stated.packed),
      ...u32(stated.unpacked),
      ...u16(name.length),
      ...zeros(12),
      ...u32(offset),
      ...name,
    ];
  });
  const length = entries.reduce((sum, entry) => sum + entry.length, 0);
  const end = [
    ...u32(0x06054b50),
    ...zeros(4),
    ...u16(names.length),
    ...u16(names.length),
    ...u32(length),
    ...u32(at),
    ...u16(0),
  ];
  return Uint8Array.from([...locals.flat(), ...entries.flat(), ...end]);
}

const zeros = (count: number): number[] => Array<number>(count).fill(0);
const u16 = (value: number): number[] => [value & 255, (value >> 8) & 255];
const u32 = (value: number): number[] => [
  ...u16(value & 0xffff),
  ...u16(Math.floor(value / 65_536) & 0xffff),
];
