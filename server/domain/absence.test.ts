import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from './calendar-day.ts'
import { departureAskAt, judgeAbsence, pressDuring, type Absence } from './absence.ts'

const toDaughter: Absence = {
  fromOn: '2026-11-20',
  untilOn: '2026-11-25',
  confirmedOn: '2026-11-19',
  endedOn: null,
}

test('safety 10: it excuses its days and not the day of return, and ends by itself', () => {
  expect(judgeAbsence(toDaughter, '2026-11-19')).toEqual({ excuses: false, tasks: [], isOver: false })
  expect(judgeAbsence(toDaughter, '2026-11-20')).toMatchObject({ excuses: true, tasks: ['confirmDeparture'] })
  expect(judgeAbsence(toDaughter, '2026-11-24')).toMatchObject({ excuses: true, tasks: ['remindReturn'] })
  expect(judgeAbsence(toDaughter, '2026-11-25')).toEqual({
    excuses: false,
    tasks: ['firstMorningHome'],
    isOver: true,
  })
})

test('safety 10: beyond fourteen days nothing is excused before a call has confirmed it again', () => {
  const long = { ...toDaughter, untilOn: '2026-12-31' }
  expect(judgeAbsence(long, '2026-12-03')).toMatchObject({ excuses: true, tasks: ['confirmAgain'] })
  expect(judgeAbsence(long, '2026-12-04').excuses).toBe(false)
  const confirmed = { ...long, confirmedOn: '2026-12-03' }
  expect(judgeAbsence(confirmed, '2026-12-04').excuses).toBe(true)
})

test('safety 10: a press during it asks whether somebody is back, and changes nothing by itself', () => {
  expect(pressDuring(toDaughter, { on: '2026-11-22' })).toBe('askBackEarly')
  expect(pressDuring(toDaughter, { on: '2026-11-25' })).toBe('ordinary')
  expect(pressDuring({ ...toDaughter, endedOn: '2026-11-22' }, { on: '2026-11-22' })).toBe('ordinary')
})

test('ended early by a human, the first morning home is looked after', () => {
  const back = { ...toDaughter, endedOn: '2026-11-22' }
  expect(judgeAbsence(back, '2026-11-22')).toEqual({
    excuses: false,
    tasks: ['firstMorningHome'],
    isOver: true,
  })
})

test('whatever the dates: no day from the return on is ever excused, nor one long unconfirmed', () => {
  const day = fc.integer({ min: 0, max: 60 }).map((days) => addDays('2026-11-01', days))
  fc.assert(
    fc.property(
      day,
      day,
      day,
      fc.option(day, { nil: null }),
      day,
      (fromOn, untilOn, confirmedOn, endedOn, on) => {
        const { excuses } = judgeAbsence({ fromOn, untilOn, confirmedOn, endedOn }, on)
        if (!excuses) return
        expect(on >= fromOn && on < untilOn).toBe(true)
        expect(endedOn === null || on < endedOn).toBe(true)
        expect(on < addDays(confirmedOn > fromOn ? confirmedOn : fromOn, 14)).toBe(true)
      },
    ),
  )
})

test('the departure is asked about at the first excused deadline, or early enough for a door within 26 hours', () => {
  const dueAt = Date.parse('2026-11-20T08:00:00+08:00')
  const first = { on: '2026-11-20', opensAt: dueAt - 5 * 3_600_000, remindAt: dueAt - 1_800_000, dueAt }
  expect(departureAskAt(first, dueAt - 20 * 3_600_000)).toBe(dueAt)
  const lastSignAt = dueAt - 26 * 3_600_000
  expect(departureAskAt(first, lastSignAt) + 45 * 60_000 - lastSignAt).toBeLessThanOrEqual(26 * 3_600_000)
  expect(departureAskAt(first, null)).toBe(dueAt)
})
