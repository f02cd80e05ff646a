import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultRules } from '#contract/rule-set.ts'
import { addDays } from './calendar-day.ts'
import { absenceAsks, departureAskAt, judgeAbsence, pressDuring, type Absence } from './absence.ts'

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
  // Not heard for days, as where one absence follows another: no telephone rings at three in the morning.
  expect(departureAskAt(first, dueAt - 72 * 3_600_000)).toBe(dueAt)
})

const zone = 'Asia/Shanghai'
const first = {
  on: '2026-11-20',
  opensAt: Date.parse('2026-11-20T03:00:00+08:00'),
  remindAt: Date.parse('2026-11-20T07:30:00+08:00'),
  dueAt: Date.parse('2026-11-20T08:00:00+08:00'),
}
const declared = { ...toDaughter, declaredAt: Date.parse('2026-11-19T10:00:00+08:00') }
const asksOf = (lastOwnSignAt: number | null, absence = declared, rules = defaultRules) =>
  absenceAsks(absence, { first, lastOwnSignAt, zone }, rules).map(({ task, at, on }) => ({
    task,
    on,
    at: localTime(at),
  }))
const localTime = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 16)

test('an absence asks twice: on the first morning whether they have left, on the evening before its end whether it goes on', () => {
  expect(asksOf(Date.parse('2026-11-19T07:00:00+08:00'))).toEqual([
    { task: 'departure', on: '2026-11-20', at: '2026-11-20T08:00' },
    { task: 'absenceEnds', on: '2026-11-25', at: '2026-11-24T18:00' },
  ])
})

test('whoever greeted early the day before is asked about early; who pressed that very morning is asked for the press', () => {
  expect(asksOf(Date.parse('2026-11-19T04:00:00+08:00'))[0]).toMatchObject({ at: '2026-11-20T05:15' })
  expect(asksOf(Date.parse('2026-11-20T06:00:00+08:00')).map(({ task }) => task)).toEqual(['absenceEnds'])
})

test('where the rules want a call sooner, the evening before it is named with the first day that is not excused', () => {
  const rules = { ...defaultRules, absence: { ...defaultRules.absence, daysMax: 3 } }
  expect(asksOf(null, declared, rules)).toEqual([
    { task: 'departure', on: '2026-11-20', at: '2026-11-20T08:00' },
    { task: 'absenceEnds', on: '2026-11-23', at: '2026-11-22T18:00' },
  ])
})
