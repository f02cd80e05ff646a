import { expect, test } from 'vitest'
import { placeCheckIn, type PactAtPress } from './place-check-in.ts'

const hourMs = 3_600_000
const midnight = Date.parse('2026-11-23T00:00:00+08:00')
const hour = (hours: number) => midnight + hours * hourMs

const morning: PactAtPress = {
  pactId: 1,
  edge: 'morning',
  dueOn: '2026-11-23',
  opensAt: hour(3),
  dueAt: hour(8),
  covered: false,
  pressedOn: '2026-11-23',
  asksThatDay: true,
  coveredThatDay: false,
  missedOn: null,
}
const evening: PactAtPress = { ...morning, pactId: 2, edge: 'evening', opensAt: hour(12), dueAt: hour(20) }
const judgedMorning = { ...morning, dueOn: '2026-11-24', opensAt: hour(27), dueAt: hour(32) }
const place = (hours: number, pacts: PactAtPress[], edge: PactAtPress['edge'] | null = null) =>
  placeCheckIn({ at: hour(hours), edge, pacts })

test('a press before the window opens is last night’s and covers nothing', () => {
  expect(place(2.9, [{ ...morning, asksThatDay: true }])).toBeNull()
  expect(place(3, [morning])).toMatchObject({ on: '2026-11-23', covers: true, late: false })
})

test('in the evening a plain button means the evening, and an opened curtain never does', () => {
  expect(place(19, [judgedMorning, evening])).toMatchObject({ pactId: 2, covers: true })
  expect(place(19, [{ ...judgedMorning, coveredThatDay: true }, evening], 'morning')).toBeNull()
})

test('a second press belongs to the same morning and covers it no second time', () => {
  expect(place(7, [{ ...morning, covered: true }])).toMatchObject({ on: '2026-11-23', covers: false })
})

test('after the judgement a press is late for the day, unless the day was covered or asks for none', () => {
  expect(place(9, [judgedMorning])).toEqual({
    pactId: 1,
    on: '2026-11-23',
    edge: 'morning',
    late: true,
    covers: false,
  })
  expect(place(9, [{ ...judgedMorning, coveredThatDay: true }])).toBeNull()
  expect(place(9, [{ ...judgedMorning, asksThatDay: false }])).toBeNull()
})

test('with the card of an earlier day still open, a press after the hour is late for its own day', () => {
  const missedBefore = { ...judgedMorning, missedOn: '2026-11-20' }
  expect(place(9, [missedBefore])).toMatchObject({ on: '2026-11-23', late: true })
  expect(place(1, [{ ...morning, missedOn: '2026-11-22' }])).toMatchObject({ on: '2026-11-22', late: true })
})

test('a press of a later day never covers the morning that nobody has judged yet', () => {
  const days = { pressedOn: '2026-11-25' }
  expect(place(48 + 7, [{ ...morning, ...days }])).toBeNull()
})
