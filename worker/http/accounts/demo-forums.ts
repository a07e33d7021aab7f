/** The demo account's canned responses: two forums of a shop for outdoor gear. */
import type { ResponseTexts } from '#protocol';

interface DemoForum {
  readonly title: string;
  readonly responses: readonly ResponseTexts[];
}

const orders: readonly ResponseTexts[] = [
  {
    key: 'hi',
    question: 'Greeting',
    answer: 'Hi {{visitor|there}}, this is {{agent}} from Northwind. How can I help?',
  },
  {
    key: 'order',
    question: 'Where is my order?',
    answer:
      'I’m happy to look it up. Could you send me your *order number*? It begins with NW and is in the confirmation that we mailed you.',
  },
  {
    key: 'delivery',
    question: 'How long does delivery take?',
    answer:
      'Orders that are placed before 14:00 leave our warehouse on the same day. Within the Netherlands they take **1 to 2 working days**, to the rest of the EU **3 to 5**.',
  },
  {
    key: 'shipping',
    question: 'What does shipping cost?',
    answer:
      'Shipping is free from **€60**. Below that it is €4.95 in the Netherlands and €9.95 in the rest of the EU.',
  },
  {
    key: 'returns',
    question: 'How do I return something?',
    answer:
      'You can return anything unused within **30 days**. Start the return at https://northwind.example/returns, print the label, and hand the parcel in at any post office. We refund you within 5 days after it arrives.',
  },
  {
    key: 'exchange',
    question: 'Can I exchange for another size?',
    answer:
      'Of course. Tell me the size that you need and I’ll reserve it for you now, so that it isn’t sold out when your parcel gets back to us.',
  },
  {
    key: 'address',
    question: 'Can I change the delivery address?',
    answer:
      'As long as the parcel hasn’t left the warehouse, yes. Please send me your order number and the new address, and I’ll change it right away.',
  },
  {
    key: 'damaged',
    question: 'My order arrived damaged',
    answer:
      'I’m sorry about that, {{visitor|and thank you for telling us}}. Please send a photo of the damage and of the label to help@northwind.example. You can choose between a replacement and your money back.',
  },
];

const gear: readonly ResponseTexts[] = [
  {
    key: 'bootsize',
    question: 'Which size of boots do I need?',
    answer:
      'Measure your longest foot in the evening, with the socks that you hike in, and add **1.5 cm**. If you are between two sizes, take the larger one: feet swell on long days.',
  },
  {
    key: 'waterproof',
    question: 'Are the boots waterproof?',
    answer:
      'All boots with the *Dry* label have a membrane and keep your feet dry in rain and wet grass. For days in snow I’d choose full leather, waxed before the tour.',
  },
  {
    key: 'breakin',
    question: 'How do I break in new boots?',
    answer:
      'Wear them at home for a few evenings first, then on two or three short walks. If a spot still rubs after that, send them back: the 30 days count from delivery, and clean soles are all we ask for.',
  },
  {
    key: 'tent',
    question: 'Which tent is right for me?',
    answer:
      'How many of you will sleep in it, and will you carry it or drive? For carrying we count about **1.2 kg a person**; for a car, space matters more than weight.',
  },
  {
    key: 'seams',
    question: 'My tent lets water in',
    answer:
      'Most often it is a seam. Let the tent dry, brush seam sealer along the inside and leave it for a night. If the fabric itself is wet through, it is a case for the warranty.',
  },
  {
    key: 'warranty',
    question: 'How long is the warranty?',
    answer:
      'Everything has **3 years** of warranty on material and workmanship. Wear is not covered, but our workshop repairs most things: zips from €15, soles from €60.',
  },
  {
    key: 'bye',
    question: 'Farewell',
    answer:
      'You’re welcome, {{visitor|and thanks for asking}}! If anything else comes up, just write to us here. Happy trails!',
  },
];

export const demoForums: readonly DemoForum[] = [
  { title: 'Orders and returns', responses: orders },
  { title: 'Boots and tents', responses: gear },
];
