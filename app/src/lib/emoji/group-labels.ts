import type { Group } from '#domain/emoji/set';
import { m } from '#words/app';

export const groupLabels: Readonly<Record<Group | 'recent', () => string>> = {
  recent: m.emoji_recent,
  smileys: m.emoji_smileys,
  people: m.emoji_people,
  animals: m.emoji_animals,
  food: m.emoji_food,
  travel: m.emoji_travel,
  activities: m.emoji_activities,
  objects: m.emoji_objects,
  symbols: m.emoji_symbols,
  flags: m.emoji_flags,
};
