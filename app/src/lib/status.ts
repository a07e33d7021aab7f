/** The statuses in words. */
import type { Status } from '#protocol';
import { m } from '#words/app';

export const statusWords: Readonly<Record<Status, () => string>> = {
  online: m.status_online,
  invisible: m.status_invisible,
  dinner: m.status_dinner,
  before_dinner: m.status_before_dinner,
  private_break: m.status_private_break,
  short_break: m.status_short_break,
  offline_processing: m.status_offline_processing,
  offline: m.status_offline,
};
