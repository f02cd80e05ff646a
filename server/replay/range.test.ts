import { expect, test } from 'vitest'
import { keptByDefault } from '../retention/kept.ts'
import { earliestReplay, lastMonth, problemOf } from './range.ts'

const now = Date.parse('2026-11-23T10:00:00Z')
const dayMs = 24 * 3_600_000

test('history is judged again only as far back as all of it is kept, with what may have stood before', () => {
  const earliest = earliestReplay(keptByDefault, now)
  expect(new Date(earliest).toISOString()).toBe('2026-10-26T02:00:00.000Z')
  const asked = (fromAt: number, untilAt: number) =>
    problemOf({ fromAt, untilAt }, { kept: keptByDefault, now })
  expect(asked(earliest, now)).toBeUndefined()
  expect(asked(earliest - 1, now)).toBe('tooEarly')
  expect(asked(now - dayMs, now + 1)).toBe('future')
  expect(asked(now, now - dayMs)).toBe('backwards')
})

test('the last month is as much of it as is kept', () => {
  expect(lastMonth(keptByDefault, now)).toEqual({ fromAt: earliestReplay(keptByDefault, now), untilAt: now })
  const kept = { ...keptByDefault, readings: 90, messages: 90, signs: 90 }
  expect(lastMonth(kept, now).fromAt).toBe(now - 30 * dayMs)
})
