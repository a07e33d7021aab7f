/** Texts for the assignment methods of a level. */
import { methods, type Method } from '#protocol';
import { m } from '#words/app';

export const methodWords: Readonly<Record<Method, () => string>> = {
  random: m.method_random,
  least_chats: m.method_least_chats,
  most_space: m.method_most_space,
  sequentially: m.method_sequentially,
  most_chats: m.method_most_chats,
};
export const methodHints: Readonly<Record<Method, () => string>> = {
  random: m.method_random_hint,
  least_chats: m.method_least_chats_hint,
  most_space: m.method_most_space_hint,
  sequentially: m.method_sequentially_hint,
  most_chats: m.method_most_chats_hint,
};

export const methodOptions = () => methods.map((value) => ({ value, label: methodWords[value]() }));
