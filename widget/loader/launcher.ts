/**
 * The round button and the panel, in a shadow root: the host page's styles can't affect it, and it can't shift the
 * page's content.
 */
import { inkOn } from '../contrast.ts';
import css from './launcher.css?inline';

/** The panel fills the screen of a phone, also in landscape, where it would have no height. */
const phone = '(max-width:480px),(max-height:480px)';

export type Launcher = ReturnType<typeof makeLauncher>;

/** No markup is parsed, and the style sheet is constructed: both comply with the strictest policy of a host page. */
export function makeLauncher(
  color: string,
  label: string,
  on: { click(): void; intent(): void; escape(): void; fit(): void },
) {
  const add = (parent: Node, name: string) => parent.appendChild(document.createElement(name));
  // Beside the body, not in it: frameworks replace bodies, and a transform on one would become the container of fixed
  // elements.
  const host = add(document.documentElement, 'div');
  host.role = 'complementary';
  host.ariaLabel = label;
  const shadow = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];

  const box = add(shadow, 'div');
  const button = add(box, 'button');
  const panel = add(box, 'div');
  const spoken = add(box, 'i');
  panel.className = 'panel';
  button.ariaLabel = label;
  button.ariaExpanded = 'false';
  button.setAttribute('aria-describedby', (spoken.id = 'unread'));
  spoken.role = 'status';
  button.onclick = on.click;
  button.onpointerenter = button.onfocus = on.intent;
  // `void`: a handler that returns false would take the key away from the button.
  box.onkeydown = (event) => void (event.key === 'Escape' && on.escape());

  const seen = visualViewport;
  const style = (name: string, value: string | null) => box.style.setProperty(name, value);
  style('--color', color);
  style('--ink', inkOn(color));
  const fit = () => {
    launcher.full = box.classList.toggle('full', matchMedia(phone).matches);
    // A keyboard shrinks the visual viewport, not the page. A pinch shrinks it too, but then the panel keeps its
    // size.
    const room = seen && seen.scale < 1.05;
    style('--height', room ? `${seen.height}px` : null);
    style('--top', room ? `${seen.offsetTop}px` : null);
    on.fit();
  };
  for (const name of ['resize', 'scroll']) seen?.addEventListener(name, fit);

  const launcher = {
    panel,
    fit,
    /** True if the panel fills the screen. */
    full: false,
    show(open: boolean) {
      box.classList.toggle('open', open);
      button.ariaExpanded = `${open}`;
    },
    enlarge: (large: boolean) => box.classList.toggle('large', large),
    focus: () => button.focus(),
    remove: () => host.remove(),
  };
  return launcher;
}
