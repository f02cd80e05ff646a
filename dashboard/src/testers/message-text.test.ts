import { expect, test } from 'vitest'
import { inLines, inOneLine } from './message-text.ts'

test('a body is read at a glance in one line and in full below', () => {
  expect(inOneLine('{"kind":"co","value":186}')).toBe('kind: "co", value: 186')
  expect(inLines('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
})

test('the envelope gives way to what the message says, and stands where it says nothing else', () => {
  expect(inOneLine('{"id":"a","seq":4,"via":"curtain"}')).toBe('via: "curtain"')
  expect(inOneLine('{"id":"a","seq":4}')).toBe('id: "a", seq: 4')
})

test('what is no JSON is shown as it came, and is never hidden', () => {
  expect(inOneLine('{"values":[{"kind":"co","val')).toBe('{"values":[{"kind":"co","val')
  expect(inLines('OFF')).toBe('OFF')
  expect(inOneLine('"x"')).toBe('"x"')
  expect(inOneLine('')).toBe('')
})
