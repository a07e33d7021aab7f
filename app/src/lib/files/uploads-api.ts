/** The requests of a user's uploads. */
import { putBytes, type UploadsApi } from '#client/uploads-api';
import type { Answer } from '#client/visitor-api';
import { cannedRoutes, fileRoutes, isRefusal, pathOf, type Refusal, type Upload } from '#protocol';
import { ask } from '../api.ts';

export const uploadsApi: UploadsApi = {
  begin: async (body) => answerOf(await ask(fileRoutes.begin, { body })),
  copy: async (file, id) => answerOf(await ask(cannedRoutes.copyFile, { params: { file }, body: { id } })),
  part: (id, part, bytes, watch) =>
    putBytes<Upload>(
      pathOf(fileRoutes.putPart, { file: id, part: `${part}` }),
      bytes,
      { 'content-type': 'application/octet-stream' },
      watch,
    ),
  thumbnail: async (id, image) =>
    answerOf(await ask(fileRoutes.putThumbnail, { params: { file: id }, body: image })),
  complete: async (id) => answerOf(await ask(fileRoutes.complete, { params: { file: id } })),
  cancel: async (id) => answerOf(await ask(fileRoutes.cancel, { params: { file: id } })),
};

function answerOf<T extends object>(answer: T | Refusal): Answer<T> {
  if (!isRefusal(answer)) return { ok: answer };
  const { refused, message, retryAfter } = answer;
  return { refused, message, retryAfter };
}
