import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../limits.ts'
import { localDate, localInstant, nextOccurrence } from './occurrence.ts'

const everyDay = [1, 2, 3, 4, 5, 6, 7]
const shanghai = 'Asia/Shanghai'
const next = (pact: Partial<Parameters<typeof nextOccurrence>[0]> & { after: number }) =>
  nextOccurrence({
    deadline: '08:00',
    days: everyDay,
    edge: 'morning',
    zone: shanghai,
    remindBeforeMs: limits.remindBeforeMs,
    ...pact,
  })
const utc = (text: string) => Date.parse(text)
const iso = (at: number) => new Date(at).toISOString()

describe('an ordinary day in Shanghai', () => {
  test('the morning is open from 03:00, reminded at 07:30, due at 08:00', () => {
    const day = next({ after: utc('2026-01-11T16:30:00Z') })
    expect(day.on).toBe('2026-01-12')
    expect([day.opensAt, day.remindAt, day.dueAt].map(iso)).toEqual([
      '2026-01-11T19:00:00.000Z',
      '2026-01-11T23:30:00.000Z',
      '2026-01-12T00:00:00.000Z',
    ])
  })

  test('an evening press counts from noon', () => {
    const day = next({ edge: 'evening', deadline: '20:30', after: utc('2026-01-12T00:00:00Z') })
    expect([day.opensAt, day.dueAt].map(iso)).toEqual([
      '2026-01-12T04:00:00.000Z',
      '2026-01-12T12:30:00.000Z',
    ])
  })

  test('strictly after: at the deadline itself it is tomorrow, one millisecond before it is today', () => {
    const dueAt = utc('2026-01-12T00:00:00Z')
    expect(next({ after: dueAt }).on).toBe('2026-01-13')
    expect(next({ after: dueAt - 1 }).on).toBe('2026-01-12')
  })

  test('only on its weekdays, also where that is a week away', () => {
    const monday = utc('2026-01-12T00:00:00Z')
    expect(next({ days: [1], after: monday }).on).toBe('2026-01-19')
    expect(next({ days: [6, 7], after: monday }).on).toBe('2026-01-17')
    expect(() => next({ days: [], after: monday })).toThrow(/weekday/)
  })

  test('a deadline at 23:59 or just after midnight still leaves an hour to press', () => {
    const late = next({ deadline: '23:59', after: utc('2026-01-12T00:00:00Z') })
    expect(late.on).toBe('2026-01-12')
    const early = next({ deadline: '00:10', after: utc('2026-01-12T00:00:00Z') })
    expect([early.on, iso(early.opensAt), iso(early.dueAt)]).toEqual([
      '2026-01-13',
      '2026-01-12T15:10:00.000Z',
      '2026-01-12T16:10:00.000Z',
    ])
    expect(early.remindAt).toBe(early.dueAt - limits.remindBeforeMs)
  })

  test('the reminder is never before the press would count', () => {
    const day = next({ remindBeforeMs: 12 * 3_600_000, after: utc('2026-01-11T16:30:00Z') })
    expect(day.remindAt).toBe(day.opensAt)
  })
})

describe('the turns of the calendar', () => {
  test('leap day and new year', () => {
    expect(next({ after: utc('2028-02-28T00:00:00Z') }).on).toBe('2028-02-29')
    expect(next({ after: utc('2026-02-28T00:00:00Z') }).on).toBe('2026-03-01')
    expect(next({ after: utc('2026-12-31T00:00:00Z') }).on).toBe('2027-01-01')
  })

  test('a deadline that summer time jumps over falls on the first instant after the jump', () => {
    // Berlin, 2026-03-29: 02:00 becomes 03:00
    const day = next({ zone: 'Europe/Berlin', deadline: '02:30', after: utc('2026-03-28T12:00:00Z') })
    expect([day.on, iso(day.dueAt)]).toEqual(['2026-03-29', '2026-03-29T01:00:00.000Z'])
  })

  test('a deadline that comes twice falls on the earlier one, once', () => {
    // Berlin, 2026-10-25: 03:00 becomes 02:00
    const day = next({ zone: 'Europe/Berlin', deadline: '02:30', after: utc('2026-10-24T12:00:00Z') })
    expect(iso(day.dueAt)).toBe('2026-10-25T00:30:00.000Z')
    expect(next({ zone: 'Europe/Berlin', deadline: '02:30', after: day.dueAt }).on).toBe('2026-10-26')
  })

  test('8:00 stays 8:00 over both changes', () => {
    const days = ['2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z'].map((after) =>
      next({ zone: 'Europe/Berlin', after: utc(after) }),
    )
    expect(days.map(({ dueAt }) => iso(dueAt))).toEqual([
      '2026-03-29T06:00:00.000Z',
      '2026-10-25T07:00:00.000Z',
    ])
  })

  test('a jump of half an hour, and one at midnight', () => {
    // Lord Howe, 2026-10-04: 02:00 becomes 02:30. Santiago, 2026-09-06: 00:00 becomes 01:00
    const lordHowe = next({
      zone: 'Australia/Lord_Howe',
      deadline: '02:15',
      after: utc('2026-10-03T00:00:00Z'),
    })
    expect(iso(lordHowe.dueAt)).toBe('2026-10-03T15:30:00.000Z')
    const santiago = next({ zone: 'America/Santiago', deadline: '00:00', after: utc('2026-09-05T12:00:00Z') })
    expect([santiago.on, iso(santiago.dueAt)]).toEqual(['2026-09-06', '2026-09-06T04:00:00.000Z'])
  })

  test('a day that a zone left out has no deadline', () => {
    const friday = { zone: 'Pacific/Apia', days: [5], after: utc('2011-12-29T00:00:00Z') }
    expect(next(friday).on).toBe('2012-01-06')
    expect(next({ ...friday, days: everyDay, after: utc('2011-12-29T20:00:00Z') }).on).toBe('2011-12-31')
  })
})

const zones = [shanghai, 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC']
const anyPact = fc.record({
  deadline: fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`),
  days: fc.subarray(everyDay, { minLength: 1 }),
  edge: fc.constantFrom('morning' as const, 'evening' as const),
  zone: fc.constantFrom(...zones),
  after: fc.integer({ min: utc('2020-01-01T00:00:00Z'), max: utc('2040-01-01T00:00:00Z') }),
})

test('the next occurrence is after, soon, on its day, on its weekday, and open before it is due', () => {
  fc.assert(
    fc.property(anyPact, (pact) => {
      const day = next(pact)
      expect(day.dueAt).toBeGreaterThan(pact.after)
      expect(day.dueAt - pact.after).toBeLessThanOrEqual(8 * 24 * 3_600_000)
      expect(localDate(day.dueAt, pact.zone)).toBe(day.on)
      const weekday = new Date(`${day.on}T00:00:00Z`).getUTCDay() || 7
      expect(pact.days).toContain(weekday)
      expect(day.dueAt - day.opensAt).toBeGreaterThanOrEqual(3_600_000)
      expect(day.remindAt).toBeGreaterThanOrEqual(day.opensAt)
      expect(day.remindAt).toBeLessThan(day.dueAt)
    }),
  )
})

test('rolling on never skips a day of the pact nor meets one twice', () => {
  fc.assert(
    fc.property(anyPact, (pact) => {
      const days = [next({ ...pact, days: everyDay })]
      for (let index = 0; index < 5; index++) {
        days.push(next({ ...pact, days: everyDay, after: days.at(-1)?.dueAt ?? 0 }))
      }
      days.slice(1).forEach((day, index) => {
        const before = Date.parse(days[index]?.on ?? '')
        expect(Date.parse(day.on) - before).toBe(24 * 3_600_000)
        expect(day.opensAt).toBeGreaterThan(days[index]?.dueAt ?? 0)
      })
    }),
    { numRuns: 50 },
  )
})

test('a wall-clock time is what the clock on the wall shows', () => {
  fc.assert(
    fc.property(anyPact, ({ zone, deadline }) => {
      const shown = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' })
      expect(shown.format(localInstant('2026-06-15', deadline, zone))).toBe(deadline)
    }),
  )
})
