import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { stages, type HomeState, type IncidentKind, type Silence } from '#contract/primitives.ts'
import { homeState, type HomeInput, type HomeResident } from './home-state.ts'

const dueAt = Date.UTC(2026, 0, 12, 0, 0)
const liNainai: HomeResident = {
  id: 1,
  name: '李秀英',
  due: false,
  coveredAt: null,
  dueAt,
  absent: false,
  silence: null,
}
const well = { ...liNainai, coveredAt: dueAt - 60_000 }
const home = (change: Partial<HomeInput>) =>
  homeState({
    residents: [liNainai],
    hazards: [],
    blind: false,
    unprotected: false,
    now: dueAt - 1000,
    ...change,
  })
const stateOf = (change: Partial<HomeInput>) => home(change).state

test.each<[string, Partial<HomeInput>, HomeState]>([
  ['before the deadline', {}, 'notDue'],
  ['pressed', { residents: [well] }, 'well'],
  ['pressed, and the deadline has passed', { residents: [{ ...well, due: true }], now: dueAt + 1 }, 'well'],
  ['declared away', { residents: [{ ...liNainai, absent: true }] }, 'away'],
  ['late', { residents: [{ ...liNainai, silence: 'late' }] }, 'late'],
  ['missed', { residents: [{ ...liNainai, silence: 'missed' }] }, 'missed'],
  [
    'missed, and an absence was declared afterwards',
    { residents: [{ ...liNainai, absent: true, silence: 'missed' }] },
    'missed',
  ],
  [
    'missed, and pressed late: still for a human to close',
    { residents: [{ ...well, silence: 'missed' }] },
    'missed',
  ],
  ['due, and not judged yet', { now: dueAt }, 'late'],
  ['due, and not to be seen', { now: dueAt, blind: true }, 'blind'],
  ['monitoring lost', { blind: true }, 'blind'],
  ['monitoring lost while away', { blind: true, residents: [{ ...liNainai, absent: true }] }, 'blind'],
  ['no cover while away', { unprotected: true, residents: [{ ...liNainai, absent: true }] }, 'unprotected'],
  ['no cover, but well', { unprotected: true, residents: [well] }, 'well'],
  ['no cover, and missed', { unprotected: true, residents: [{ ...liNainai, silence: 'missed' }] }, 'missed'],
  ['nobody lives there', { residents: [] }, 'away'],
  [
    'gas, whoever is well',
    { residents: [well], hazards: [{ kind: 'gas', stage: 'alarm', acknowledged: true }] },
    'hazard',
  ],
  ['one of a couple is well, the other not due', { residents: [well, liNainai] }, 'notDue'],
  [
    'one of a couple is well, the other missed',
    { residents: [well, { ...liNainai, silence: 'missed' }] },
    'missed',
  ],
  [
    'an incident that is no hazard',
    { residents: [well], hazards: [{ kind: 'device', stage: 'warning', acknowledged: false }] },
    'well',
  ],
])('%s', (_, change, expected) => {
  expect(stateOf(change)).toBe(expected)
})

test('each resident keeps a state of their own, with when it came or is due', () => {
  const view = home({ residents: [well, { ...liNainai, id: 2, name: '老伴' }], blind: true })
  expect(view.residents).toEqual([
    { id: 1, name: '李秀英', state: 'well', at: well.coveredAt },
    { id: 2, name: '老伴', state: 'notDue', at: dueAt },
  ])
})

test('safety 12: the window shows the worst danger, and of equally bad ones the unacknowledged, then the air', () => {
  const view = home({
    hazards: [
      { kind: 'sos', stage: 'alarm', acknowledged: false },
      { kind: 'gas', stage: 'alarm', acknowledged: true },
      { kind: 'co', stage: 'alarm', acknowledged: false },
      { kind: 'smoke', stage: 'notice', acknowledged: false },
    ],
  })
  expect(view).toMatchObject({ state: 'hazard', hazard: 'co', stage: 'alarm' })
  expect(home({})).toMatchObject({ hazard: null, stage: null })
})

test('nothing hides a danger, and short of one nothing hides somebody who is missed', () => {
  const anyResident = fc.record({
    id: fc.integer({ min: 1, max: 9 }),
    name: fc.constant('x'),
    due: fc.boolean(),
    coveredAt: fc.option(fc.constant(dueAt - 1)),
    dueAt: fc.option(fc.constant(dueAt)),
    absent: fc.boolean(),
    silence: fc.constantFrom<Silence | null>('late', 'blind', 'missed', null),
  })
  const anyHome = fc.record({
    residents: fc.array(anyResident, { maxLength: 3 }),
    hazards: fc.array(
      fc.record({
        kind: fc.constantFrom<IncidentKind>('co', 'gas', 'smoke', 'sos'),
        stage: fc.constantFrom(...stages),
        acknowledged: fc.boolean(),
      }),
      { maxLength: 2 },
    ),
    blind: fc.boolean(),
    unprotected: fc.boolean(),
    now: fc.constantFrom(dueAt - 1, dueAt + 1),
  })
  fc.assert(
    fc.property(anyHome, (input) => {
      const { state } = homeState(input)
      const isMissed = input.residents.some(({ silence }) => silence === 'missed')
      if (input.hazards.length > 0) expect(state).toBe('hazard')
      else if (isMissed) expect(state).toBe('missed')
      if (state === 'well') {
        expect(input.residents.every(({ coveredAt, absent }) => coveredAt !== null || absent)).toBe(true)
      }
    }),
  )
})
