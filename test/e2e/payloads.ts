/**
 * Texts that run a script, or become an element or a link, wherever they are taken for markup. Each one sets `hacked`
 * if it runs. An element of theirs has the attribute `data-p`.
 */

/** Elements that run a script without anybody's help. */
const running = [
  '<img data-p src=x onerror=hacked=1>',
  '<img data-p src=x onerror="hacked=1"/>',
  "<img data-p src='x' onerror='hacked=1'>",
  '<IMG DATA-P SRC=x ONERROR=hacked=1>',
  '<img/data-p/src=x/onerror=hacked=1>',
  '<img data-p src=x onerror=&#104;acked=1>',
  '<img data-p src=x onerror=eval(atob(`aGFja2VkPTE`))>',
  '<img data-p srcset=x onerror=hacked=1>',
  '<image data-p src=x onerror=hacked=1>',
  '<svg data-p onload=hacked=1>',
  '<svg data-p/onload=hacked=1>',
  '<svg data-p><image href=x onerror=hacked=1>',
  '<svg data-p><animate onbegin=hacked=1 attributeName=x dur=1s>',
  '<svg data-p><set onbegin=hacked=1 attributeName=x to=1>',
  '<video data-p src=x onerror=hacked=1></video>',
  '<video data-p><source onerror=hacked=1></video>',
  '<audio data-p src=x onerror=hacked=1></audio>',
  '<input data-p autofocus onfocus=hacked=1>',
  '<details data-p open ontoggle=hacked=1>x</details>',
  '<iframe data-p srcdoc="<script>parent.hacked=1</script>"></iframe>',
  '<iframe data-p src="javascript:parent.hacked=1"></iframe>',
  '<iframe data-p onload=hacked=1></iframe>',
  '<object data-p data=x onerror=hacked=1></object>',
  '<embed data-p src="javascript:hacked=1">',
  '<style data-p onload=hacked=1></style>',
  '<link data-p rel=stylesheet href=x onerror=hacked=1>',
  '<script data-p>hacked=1</script>',
];

/** Elements that wait for a pointer, a key or a parser's quirk, and ones that change the page without a script. */
const waiting = [
  '<a data-p href="javascript:hacked=1">press</a>',
  '<a data-p href="java\\nscript:hacked=1">press</a>',
  '<a data-p href="&#106;avascript:hacked=1">press</a>',
  '<a data-p href="data:text/html,<script>hacked=1</script>">press</a>',
  '<b data-p onmouseover=hacked=1>over</b>',
  '<div data-p style="position:fixed;inset:0" onpointerenter=hacked=1>',
  '<button data-p onclick=hacked=1>press</button>',
  '<form data-p action="javascript:hacked=1"><button>send</button></form>',
  '<math data-p><mtext></form><form><mglyph><style></math><img src onerror=hacked=1>',
  '<noscript data-p><p title="</noscript><img src=x onerror=hacked=1>">',
  '<base data-p href="https://evil.test/">',
  '<meta data-p http-equiv=refresh content="0;url=javascript:hacked=1">',
  '<template data-p><script>hacked=1</script></template>',
  '<x-p data-p contenteditable onblur=hacked=1 autofocus>x</x-p>',
  '<plaintext data-p>',
  '<!--<img data-p src=x onerror=hacked=1>-->',
  '{{constructor.constructor("hacked=1")()}}',
  '${hacked=1}',
  '{@html "<img data-p src=x onerror=hacked=1>"}',
  '{#if hacked=1}{/if}',
  '<%= hacked=1 %>',
  '\u202e<b data-p>gnp.exe</b>',
];

/** Links that are none, in the forms of the message markup and bare. */
const links = [
  '[press](javascript:hacked=1)',
  '[press](JaVaScRiPt:hacked=1)',
  '[press]( javascript:hacked=1 )',
  '[press](javascript&colon;hacked=1)',
  '[press](vbscript:hacked=1)',
  '[press](data:text/html,<script>hacked=1</script>)',
  '[press](https://a.test/"onmouseover="hacked=1)',
  "[press](https://a.test/'onmouseover='hacked=1)",
  '[<img data-p src=x onerror=hacked=1>](https://a.test/)',
  '[press](https://a.test/ "<img data-p src=x onerror=hacked=1>")',
  '![x](x"onerror="hacked=1)',
  'javascript:hacked=1',
  'https://a.test/"><img/data-p/src=x/onerror=hacked=1>',
  'https://a.test/?q=<svg/data-p/onload=hacked=1>',
];

/** Ways to leave the place in which a text stands: an attribute, an element, a script, the message markup. */
const ways: readonly ((text: string) => string)[] = [
  (text) => `">${text}`,
  (text) => `</p></div></script></style>${text}`,
  (text) => `**${text}**`,
  (text) => `\`${text}\``,
];

/** All of them, each within the length of a name. */
export const payloads: readonly string[] = [
  ...[...running, ...waiting, ...links],
  ...[...running, ...waiting.slice(0, 8)].flatMap((text) => ways.map((way) => way(text))),
].filter((text) => text.length <= 100);

/** Those that run by themselves where a page takes them for HTML. */
export const live: readonly string[] = running;
