/** How a file is shown, and its icon. */
import File from '@lucide/svelte/icons/file';
import FileImage from '@lucide/svelte/icons/file-image';
import FileMusic from '@lucide/svelte/icons/file-music';
import FilePlay from '@lucide/svelte/icons/file-play';
import FileSpreadsheet from '@lucide/svelte/icons/file-spreadsheet';
import FileText from '@lucide/svelte/icons/file-text';
import Presentation from '@lucide/svelte/icons/presentation';
import { fileTypes, type Shown } from '#domain/files/types';
import type { FileExtension, FileInfo } from '#protocol';

/** An image of unknown or too many pixels is shown as a name. */
export function shownAs({ type, width }: Pick<FileInfo, 'type' | 'width'>): Shown {
  const { shown } = fileTypes[type];
  return shown === 'image' && width === undefined ? 'none' : shown;
}

const tables: readonly FileExtension[] = ['csv', 'xlsx', 'numbers'];
const slides: readonly FileExtension[] = ['pptx', 'key'];

export function iconOf(type: FileExtension | null): typeof File {
  if (type === null) return File;
  const { shown } = fileTypes[type];
  if (shown === 'image') return FileImage;
  if (shown === 'audio') return FileMusic;
  if (shown === 'video') return FilePlay;
  if (tables.includes(type)) return FileSpreadsheet;
  return slides.includes(type) ? Presentation : FileText;
}
