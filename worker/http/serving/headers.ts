/** The headers of every answer. A header that a handler has set is kept. */
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Bound } from './exchange.ts';

/**
 * Browser features that no page of ours uses. Writing to the clipboard and playing sounds are used, so both keep their
 * defaults.
 */
const unused = [
  ...['accelerometer', 'browsingTopics', 'camera', 'clipboardRead', 'displayCapture', 'encryptedMedia'],
  ...['gamepad', 'geolocation', 'gyroscope', 'hid', 'identityCredentialsGet', 'idleDetection', 'localFonts'],
  ...[
    'magnetometer',
    'microphone',
    'midi',
    'otpCredentials',
    'payment',
    'pictureInPicture',
    'publickeyCredentialsGet',
  ],
  ...['screenWakeLock', 'serial', 'syncXhr', 'usb', 'windowManagement', 'xrSpatialTracking'],
] as const;

const secure = (isHttps: boolean) =>
  secureHeaders({
    // No page may frame ours, except the widget's frame, whose own policy names the pages that may.
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    permissionsPolicy: Object.fromEntries(unused.map((feature) => [feature, []])),
    // Over plain http it must not be sent (RFC 6797, 7.2).
    strictTransportSecurity: isHttps,
    xFrameOptions: false,
    referrerPolicy: 'no-referrer',
    overwrite: false,
  });
const [overHttp, overHttps] = [secure(false), secure(true)];

const nothing = () => Promise.resolve();

export const safeHeaders: MiddlewareHandler<Bound> = async (c, next) => {
  await next();
  // The answer to an upgrade is the runtime's own: it must not be copied, and can't be changed.
  if (c.res.status === 101) return;
  await (new URL(c.req.url).protocol === 'https:' ? overHttps : overHttp)(c, nothing);
};

/**
 * An answer of the API is for one caller at one moment, so caches must not store it unless the handler sets
 * Cache-Control.
 */
export const neverStored: MiddlewareHandler<Bound> = async (c, next) => {
  await next();
  if (c.res.status !== 101 && !c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
};
