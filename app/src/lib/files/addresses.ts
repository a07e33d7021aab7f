/** The addresses of the files of messages and of canned responses. */
import { cannedRoutes, fileRoutes, pathOf, type FileInfo } from '#protocol';

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

/** The small image of a canned response's file, if it has one. */
export function cannedThumbnail({ id, thumbnail }: FileInfo): string | undefined {
  return thumbnail ? pathOf(cannedRoutes.readThumbnail, { file: id }) : undefined;
}

export function cannedDownload({ id }: FileInfo): string {
  return pathOf(cannedRoutes.readFile, { file: id }, { save: '1' });
}
