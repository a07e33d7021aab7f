/** The addresses of a message's files. */
import { fileRoutes, pathOf, type FileInfo } from '#protocol';

export function fileAddress(conversation: string, { id }: FileInfo): string {
  return pathOf(fileRoutes.read, { id: conversation, file: id });
}

export function downloadAddress(conversation: string, { id }: FileInfo): string {
  return pathOf(fileRoutes.read, { id: conversation, file: id }, { save: '1' });
}

/** Of an image: the small one that its sender's browser made, if there is one. */
export function smallAddress(conversation: string, file: FileInfo): string {
  return file.thumbnail
    ? pathOf(fileRoutes.thumbnail, { id: conversation, file: file.id })
    : fileAddress(conversation, file);
}
