/**
 * The routes of files (FIL-1). Uploads belong to their sender, an agent or a visitor; a file in a message is read
 * through its conversation.
 */
import * as v from 'valibot';
import { ConversationId, FileId } from '../base/ids.ts';
import { maxThumbnailBytes } from '../base/limits.ts';
import { Done, file, route } from '../base/route.ts';
import { FileSpace, Upload, UploadBody, VisitorUploadBody } from './files.ts';

const ofFile = { file: FileId };
const part = v.pipe(v.string(), v.regex(/^[1-9]\d?$/));
const ofPart = { file: FileId, part };
/** Of the length that `lengthOf` states, which the handler holds the body to. */
const bytes = { ...file(['application/octet-stream']), streamed: true } as const;
const thumbnails = { ...file(['image/jpeg', 'image/png']), maxBytes: maxThumbnailBytes };
/** Any of the types of `#domain/files/types`, with a name and a range (FIL-9). */
const download = file(['*/*']);

/* An agent's. */

export const begin = route('POST /api/files', {
  right: 'conversation.write',
  summary: 'Begins an upload, or returns the one with this id',
  body: UploadBody,
  answer: Upload,
});

export const get = route('GET /api/files/:file', {
  right: 'conversation.write',
  summary: 'Returns an upload: which parts are stored',
  params: ofFile,
  answer: Upload,
});

export const putPart = route('PUT /api/files/:file/parts/:part', {
  right: 'conversation.write',
  counted: 'files',
  summary: 'Stores a part of an upload',
  params: ofPart,
  body: bytes,
  answer: Upload,
});

export const putThumbnail = route('PUT /api/files/:file/thumbnail', {
  right: 'conversation.write',
  summary: 'Stores the small image of an upload',
  params: ofFile,
  body: thumbnails,
  answer: Upload,
});

export const complete = route('POST /api/files/:file/complete', {
  right: 'conversation.write',
  summary: 'Completes an upload, and checks its content',
  params: ofFile,
  answer: Upload,
});

export const cancel = route('DELETE /api/files/:file', {
  right: 'conversation.write',
  summary: 'Cancels an upload that is in no message',
  params: ofFile,
  answer: Done,
});

export const read = route('GET /api/conversations/:id/files/:file', {
  right: 'conversation.follow',
  counted: 'files',
  summary: 'Returns a file of a message',
  params: { id: ConversationId, file: FileId },
  query: v.object({ save: v.optional(v.literal('1')) }),
  answer: download,
});

export const thumbnail = route('GET /api/conversations/:id/files/:file/thumbnail', {
  right: 'conversation.follow',
  counted: 'files',
  summary: 'Returns the small image of a file of a message',
  params: { id: ConversationId, file: FileId },
  answer: thumbnails,
});

export const space = route('GET /api/account/files', {
  right: 'settings.read',
  summary: 'Returns how many bytes the account’s files take',
  answer: FileSpace,
});

/* A visitor's. The handlers check the ids themselves, after the credential, as on the widget's other routes. */

const anyText = v.string();
const SiteQuery = v.object({ site: v.optional(anyText) });
const visitors = { right: 'visitor', query: SiteQuery } as const;
const anyFile = { file: anyText };

export const visitorBegin = route('POST /api/widget/files', {
  right: 'visitor',
  summary: 'Begins a visitor’s upload, or returns the one with this id',
  body: VisitorUploadBody,
  answer: Upload,
});

export const visitorGet = route('GET /api/widget/files/:file', {
  ...visitors,
  summary: 'Returns a visitor’s upload: which parts are stored',
  params: anyFile,
  answer: Upload,
});

export const visitorPutPart = route('PUT /api/widget/files/:file/parts/:part', {
  ...visitors,
  summary: 'Stores a part of a visitor’s upload',
  params: { file: anyText, part: anyText },
  body: bytes,
  answer: Upload,
});

export const visitorPutThumbnail = route('PUT /api/widget/files/:file/thumbnail', {
  ...visitors,
  summary: 'Stores the small image of a visitor’s upload',
  params: anyFile,
  body: thumbnails,
  answer: Upload,
});

export const visitorComplete = route('POST /api/widget/files/:file/complete', {
  ...visitors,
  summary: 'Completes a visitor’s upload, and checks its content',
  params: anyFile,
  answer: Upload,
});

export const visitorCancel = route('DELETE /api/widget/files/:file', {
  ...visitors,
  summary: 'Cancels a visitor’s upload that is in no message',
  params: anyFile,
  answer: Done,
});

export const visitorRead = route('GET /api/widget/conversations/:id/files/:file', {
  right: 'visitor',
  summary: 'Returns a file of a message in the visitor’s own conversation',
  params: { id: anyText, file: anyText },
  query: v.object({ ...SiteQuery.entries, save: v.optional(v.literal('1')) }),
  answer: download,
});

export const visitorThumbnail = route('GET /api/widget/conversations/:id/files/:file/thumbnail', {
  ...visitors,
  summary: 'Returns the small image of a file in the visitor’s own conversation',
  params: { id: anyText, file: anyText },
  answer: thumbnails,
});
