import type { Wire } from '#client/environment';

/** A simulated socket: the test sends the server's frames. */
export class PaperWire implements Wire {
  readyState = 0;
  onopen: Wire['onopen'] = null;
  onmessage: Wire['onmessage'] = null;
  onclose: Wire['onclose'] = null;
  onerror: Wire['onerror'] = null;
  /** All sent texts, pings included; and the frames among them. */
  readonly texts: string[] = [];
  readonly sent: { t: string; id?: string; text?: string; prev?: string }[] = [];
  send = (data: string) => {
    this.texts.push(data);
    if (data.startsWith('{')) this.sent.push(JSON.parse(data) as { t: string });
  };
  close = () => void (this.readyState = 3);

  open(): void {
    this.readyState = 1;
    this.onopen?.(undefined as never);
  }

  say(frame: object | string): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
}
