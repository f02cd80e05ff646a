import { expect, test } from 'vitest'
import { whereNext } from './where-next.ts'

test('whoever signs in goes on to the page they asked for, else to their own start', () => {
  expect(whereNext('/desk/home/7', 'steward')).toBe('/desk/home/7')
  expect(whereNext(undefined, 'steward')).toBe('/steward')
  expect(whereNext('/sign-in?to=/desk', 'desk')).toBe('/desk')
})

test('an address of somebody else is never followed', () => {
  for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'desk', ['/desk']]) {
    expect(whereNext(to, 'desk')).toBe('/desk')
  }
})
