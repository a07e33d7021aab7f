/** Public paths of users' photos (PHO-4). */

/**
 * The path of a photo. It contains only the random name of the file, because visitors see it and must not learn an
 * agent's id.
 */
export const photoPath = (name: string): string => `/api/photos/${name}`;

/** The same for a stored path: in earlier versions it also contained the account and the user. */
export const publicPhoto = (path: string): string => photoPath(path.slice(path.lastIndexOf('/') + 1));
