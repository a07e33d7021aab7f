/** Opens an image over the chat. */
import { mount, unmount } from 'svelte';
import type { FileInfo } from '#protocol';
import type { ChatOfFiles } from './file-parts.ts';
import type { Viewed } from './file-address.ts';
import Viewer from './Viewer.svelte';

export function viewImage(
  chat: ChatOfFiles,
  conversation: string,
  file: FileInfo,
  opener: HTMLElement,
): void {
  const images = chat.rows.flatMap((row): Viewed[] =>
    row.kind === 'message' && row.seq !== undefined && !row.deleted
      ? (row.files ?? [])
          .filter(({ width }) => width !== undefined)
          .map((each) => ({ conversation: row.conversation ?? '', file: each }))
      : [],
  );
  const at = Math.max(
    0,
    images.findIndex((image) => image.file.id === file.id && image.conversation === conversation),
  );
  const viewer = mount(Viewer, {
    target: document.body,
    props: {
      ...{ chat, images, at },
      onclose: () => {
        void unmount(viewer);
        opener.focus();
      },
    },
  });
}
