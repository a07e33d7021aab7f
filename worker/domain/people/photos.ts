/** Public paths of users' photos (V46). */

/** The path of a photo. It carries only the random name of the file: visitors see it, and must learn no agent's id. */
export const photoPath = (name: string): string => `/api/photos/${name}`;

/** The same for a stored path: earlier versions also named the account and the user in it. */
export const publicPhoto = (path: string): string => photoPath(path.slice(path.lastIndexOf('/') + 1));
