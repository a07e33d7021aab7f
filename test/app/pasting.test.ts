/** F71 Copied HTML as clean markup. */
import { plainText } from '#domain/conversation/format';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markupOf } from '../../app/src/lib/chat/pasting.ts';

const word = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><title>x</title><style><!-- p.MsoNormal{margin:0} --></style></head>
<body lang=EN-US><!--StartFragment--><p class=MsoNormal>Dear <b style='mso-bidi-font-weight:normal'>Mia</b>,<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>one
<i>thing</i><o:p></o:p></p>
<p class=MsoListParagraphCxSpLast><span style='mso-list:Ignore'>2)<span>&nbsp;&nbsp; </span></span>two&#8217;s</p><!--EndFragment--></body></html>`;
const docs = `<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38"><span
style="font-size:11pt;font-weight:700;font-style:normal;white-space:pre-wrap;">Bold</span><span
style="font-weight:400;font-style:italic;white-space:pre-wrap;"> slanted</span><span style="font-weight:400"> plain</span></p></b>`;

describe('F71 copied HTML', () => {
  it.each([
    ['<b>Hi</b> <em>you</em> <code>x*y</code>', '**Hi** _you_ `x*y`'],
    ['<strong><i>both</i></strong>, <b> spaced </b>end', '**_both_**, **spaced** end'],
    [
      '<a href="https://shop.example/b_(c)?a=1&amp;b=2">Our shop</a>',
      '[Our shop](https://shop.example/b_(c)?a=1&b=2)',
    ],
    ['<a href="https://a.test"><b>Shop</b></a>.', '[**Shop**](https://a.test).'],
    ['<a href="https://a.test">https://a.test/</a> <b>b</b>', 'https://a.test/ **b**'],
    ['un<b>believ</b>able <b>b</b>', 'unbelievable **b**'],
    ['<p>one</p><p><b>two</b></p><div>three<br>four</div>', 'one\n\n**two**\n\nthree\nfour'],
    ['<p>one<p><b>two</b>', 'one\n\n**two**'],
    ['<ul><li><b>a</b></li><li>b</li></ul><ol start="3"><li>c<li>d</ol>', '- **a**\n- b\n\n3. c\n4. d'],
    ['<pre>let a;\n  b*c</pre>', '`let a;`\n  `b*c`'],
    ['<table><tr><td><b>a</b></td><td>b</td></tr><tr><td>c</td></tr></table>', '**a**\tb\nc'],
    ['<p>a &lt;b&gt; &amp;amp; &#x1F600; <b>«x»&nbsp;&mdash; y</b></p>', 'a <b> &amp; 😀 **«x» — y**'],
    ['2 < 3 and <b>b</b>', '2 < 3 and **b**'],
    ['<h1>Title</h1><p><i>text</i></p>', 'Title\n\n_text_'],
    ['<b>two<br>lines</b>', '**two**\n**lines**'],
    [word, 'Dear **Mia**,\n- one _thing_\n2) two’s'],
    [docs, '**Bold** _slanted_ plain'],
  ])('%j is pasted as %j', (html, markup) => expect(markupOf(html)).toBe(markup));

  it.each([
    [
      '<b>safe</b> <script>alert("<b>1</b>")</script><img src=x onerror="alert(1)"><style>*{display:none}</style><i onclick=alert(1)>i</i>',
      '**safe** _i_',
    ],
    ['<a href="javascript:alert(1)">a</a> <b>b</b>', 'a **b**'],
    ['<a href="https://bank.example@evil.example">a</a> <b>b</b>', 'a **b**'],
    ['<b style="color:red; display:none">hidden</b><b>seen</b>', '**seen**'],
    ['<svg><text>no</text></svg><template><b>no</b></template><b>yes</b>', '**yes**'],
    ['<!-- <b>no</b> --><b title="<i>no</i>">yes</b>', '**yes**'],
  ])('S4 of %j only %j survives', (html, markup) => expect(markupOf(html)).toBe(markup));

  it.each([
    '',
    'plain',
    '<p>plain <span style="color:red">text</span></p>',
    '<b>cut off</b> <a href="',
    '<b>cut off</b> <!-- ',
    '<b>cut off</b><script>',
    '<b>unknown</b> &notanentity;',
    `${'a'.repeat(1_000_001)}<b>b</b>`,
  ])('%# leaves text without a format, and HTML that is not well-formed, to the browser', (html) => {
    expect(markupOf(html)).toBeUndefined();
  });

  it('S4 of any HTML the markup has the text alone, and no format of its own', () => {
    const piece = fc.oneof(
      fc.constantFrom('<b>', '</b>', '<i>', '</i>', '<p>', '</p>', '<ul>', '</ul>', '<tr>', '<br>', '<code>'),
      fc.constantFrom(
        '</a>',
        '<style>',
        '</style>',
        '<svg>',
        '</svg>',
        '<!--',
        '-->',
        '<a href="javascript:x">',
      ),
      fc.constantFrom('<a href="https://a.test">', '<span style="font-weight:bold">', '</span>'),
      fc.constantFrom('text', 'x', 'я', ' ', '\n', ',', '&lt;i&gt;', '&amp;', '&quot;'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const html = pieces.join('');
        const markup = markupOf(html);
        if (markup === undefined) return;
        const typed = html
          .replace(/<!--[^]*?-->|<style>[^]*?<\/style>|<[^>]*>/g, '')
          .replace(/&lt;i&gt;/g, '<i>');
        const known = typed
          .replace(/&amp;/g, '&')
          .replace(/&quot;/g, '"')
          .replace(/\s/g, '');
        const shown = [...plainText(markup).replace(/\s/g, '')];
        let at = -1;
        for (const char of shown) expect((at = known.indexOf(char, at + 1))).not.toBe(-1);
        expect(markup.length).toBeGreaterThan(plainText(markup).length);
      }),
      { numRuns: 2_000 },
    );
  });

  // Quadratic time would exceed the test's time limit many times over.
  it('L3 takes time linear in the length of the HTML', () => {
    for (const unit of [
      '<b>x',
      '</b>',
      '<p>',
      '<',
      '<a "',
      '<!--',
      '<script>',
      '<td>',
      '&amp;',
      '<li>',
      '<br>',
      '<b>a</b> ',
    ])
      expect(markupOf(unit.repeat(120_000 / unit.length))).not.toBeNull();
  });
});
