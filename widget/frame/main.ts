/** Starts the frame: waits for the greeting of the embedding page, then shows the chat. */
import { mount } from 'svelte';
import { platform } from '../client/environment.ts';
import { Chat } from './chat.svelte.ts';
import { acceptGreeting, readConfig } from './greeting.ts';
import './frame.css';
import Frame from './Frame.svelte';
import { chooseCarrier, Host } from './host.ts';
import { paint } from './palette.ts';

/** The site's origins, as listed in the frame's page. */
const origins = document.querySelector<HTMLMetaElement>('meta[name="parley-origins"]');
const allowed = origins ? origins.content.split(' ').filter(Boolean) : null;
const site = new URLSearchParams(location.search).get('site');

addEventListener('message', function greeted(event) {
  const accepted = acceptGreeting(event, window.parent === window ? null : window.parent, allowed);
  if (!accepted) return;
  const config = readConfig(accepted.greeting.config);
  if (config?.site !== site) return;
  removeEventListener('message', greeted);

  const host = new Host(accepted.port, (message) => chat.hear(message));
  const chat = new Chat({
    env: platform(),
    base: location.origin,
    config,
    host,
    carrier: chooseCarrier(() => localStorage, host.carrier),
    page: accepted.greeting.page,
  });
  paint(document.documentElement, config.settings.color);
  document.title = config.settings.title;
  document.addEventListener('visibilitychange', () => {
    chat.visible = document.visibilityState === 'visible';
    if (!chat.visible) chat.keepDraft();
  });
  mount(Frame, { target: document.body, props: { chat } });
  host.say({ t: 'ready' });
  void chat.start();
});
