import { expect, test } from 'vitest';
import * as domain from '#domain';

test('the domain loads in plain Node', () => {
  expect(domain).toBeTypeOf('object');
});
