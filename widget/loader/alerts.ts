/**
 * Unread messages on the customer's page: the badge, a preview beside the closed button, the count in the page's title
 * and a sound. Loaded with the first unread message. Every later version must serve an older loader.
 */
import { readNews, type News, type Unread } from '../bridge.ts';
import css from './alerts.css?inline';
import { remember } from './memory.ts';
import { ring } from './sound.ts';
import { TitleCount } from './title.ts';

/** Shows a state. `panel` is the launcher's; keys of the page's storage begin with `prefix`; `open` opens the panel. */
export function showUnread(
  panel: HTMLElement,
  state: Unread,
  prefix: string,
  open: (on: boolean) => void,
): void {
  shown ??= show(panel, prefix, open);
  shown(state);
}

let shown: ((state: Unread) => void) | undefined;

function show(panel: HTMLElement, prefix: string, open: (on: boolean) => void) {
  const root = panel.getRootNode() as ShadowRoot;
  const box = panel.parentElement as HTMLElement;
  const button = box.querySelector('button') as HTMLElement;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);
  const badge = add(button, 'b');
  badge.ariaHidden = 'true';
  const spoken = box.querySelector('i') as HTMLElement;
  const title = new TitleCount(document);
  new MutationObserver(() => title.changed()).observe(document.head, {
    subtree: true,
    childList: true,
    characterData: true,
  });
  let preview: HTMLElement | undefined;
  let previewed = '';

  function hide() {
    preview?.remove();
    preview = undefined;
  }

  function look({ id, name, text, close }: News, words: string) {
    if (previewed === id) return;
    previewed = id;
    hide();
    // The visitor has closed this preview, here or on an earlier page.
    if (remember('sessionStorage', `${prefix}closed`) === id) return;
    const made = (preview = add(box, 'div'));
    made.className = 'news';
    made.role = 'group';
    made.ariaLabel = words;
    const opens = add(made, 'button');
    add(opens, 'strong').textContent = name;
    add(opens, 'span').textContent = text;
    opens.onclick = () => open(true);
    const closes = add(made, 'button');
    closes.className = 'close';
    closes.ariaLabel = close;
    closes.textContent = '×';
    closes.onclick = () => {
      remember('sessionStorage', `${prefix}closed`, id);
      hide();
      button.focus();
    };
    made.onkeydown = (event) => {
      if (event.key === 'Escape') closes.click();
    };
  }

  return ({ unread, words, news }: Unread) => {
    badge.textContent = unread > 99 ? '99+' : unread > 0 ? `${unread}` : '';
    spoken.textContent = words;
    title.show(unread);
    const latest = readNews(news);
    if (!latest) {
      hide();
      remember('sessionStorage', `${prefix}closed`, null);
      return;
    }
    // With several pages open, the first one makes the sound.
    const heard = remember('localStorage', `${prefix}heard`) === latest.id;
    remember('localStorage', `${prefix}heard`, latest.id);
    if (!heard && latest.sound) ring();
    look(latest, words);
  };
}

const add = (parent: Node, name: string) => parent.appendChild(document.createElement(name));
