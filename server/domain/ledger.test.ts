import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerPlace } from '#contract/community.ts'
import type { CheckInVia, Silence } from '#contract/primitives.ts'
import { composeLedger, type LedgerRow } from './ledger.ts'

const dueAt = Date.UTC(2026, 0, 12, 0, 0)
const liNainai: LedgerRow = {
  residentId: 1,
  homeId: 10,
  name: '李秀英',
  label: '3-2-501',
  dueAt,
  judged: true,
  checkIn: null,
  absent: false,
  blind: false,
  incident: null,
}
const pressedAt = dueAt - 30 * 60_000
const pressed = (via: CheckInVia, late = false) => ({ at: pressedAt, via, late })
const open = {
  open: true,
  outcome: null,
  owner: null,
  closedVia: null,
  silence: 'missed' as Silence | null,
  anyoneSent: true,
}
const compose = (rows: LedgerRow[], now = dueAt + 20 * 60_000) =>
  composeLedger({ on: '2026-01-12', now, rows, signature: null })
const placeOf = (change: Partial<LedgerRow>, now?: number) =>
  compose([{ ...liNainai, ...change }], now).names[0]?.place

describe('the place of a name', () => {
  test.each<[string, Partial<LedgerRow>, LedgerPlace]>([
    ['pressed the button', { checkIn: pressed('button') }, 'pressed'],
    ['opened the curtain', { checkIn: pressed('curtain') }, 'pressed'],
    ['on the page', { checkIn: pressed('web') }, 'pressed'],
    ['by proxy', { checkIn: pressed('proxy') }, 'proxy'],
    ['by phone', { checkIn: pressed('phone') }, 'phoned'],
    ['at a visit', { checkIn: pressed('visit') }, 'visited'],
    [
      'found at the door, closed',
      { incident: { ...open, open: false, outcome: 'forgot', closedVia: 'visited' } },
      'visited',
    ],
    [
      'closed by phone',
      { incident: { ...open, open: false, outcome: 'forgot', closedVia: 'phoned' } },
      'phoned',
    ],
    ['closed, nobody said how', { incident: { ...open, open: false, outcome: 'away' } }, 'phoned'],
    ['away', { absent: true }, 'excused'],
    ['silent, a steward is on the way', { incident: open }, 'open'],
    ['silent, then declared away', { incident: open, absent: true }, 'open'],
    ['pressed late, steward on the way', { incident: open, checkIn: pressed('button', true) }, 'pressed'],
    ['her home cannot be seen', { incident: { ...open, silence: 'blind' } }, 'blind'],
    ['cannot be seen, no incident yet', { blind: true }, 'blind'],
    ['due, and nothing known at all', {}, 'open'],
    ['due, and not judged yet', { judged: false }, 'open'],
  ])('%s', (_, change, place) => {
    expect(placeOf(change)).toBe(place)
  })

  test('before the deadline it is not yet due, also where the home cannot be seen', () => {
    expect(placeOf({ judged: false }, dueAt - 1)).toBe('notYetDue')
    expect(placeOf({ judged: false, blind: true }, dueAt - 1)).toBe('notYetDue')
  })
})

test('the story of one morning: 60 enrolled, 57 pressed, three names are left, and then 60 of 60', () => {
  const others = Array.from({ length: 57 }, (_, index) => ({
    ...liNainai,
    residentId: 100 + index,
    label: `1-1-${100 + index}`,
    checkIn: pressed('button', index < 4),
  }))
  const reminded = { ...liNainai, residentId: 2, label: '2-1-101', judged: false }
  const hospital = { ...liNainai, residentId: 3, label: '2-1-102', absent: true }
  const before = compose([...others, reminded, hospital, { ...liNainai, incident: open }])
  expect(before).toMatchObject({ total: 60, accountedFor: 58, signable: false, lateRisersNobodySent: 4 })
  expect(before.names.slice(0, 2).map(({ label }) => label)).toEqual(['2-1-101', '3-2-501'])

  const closed = {
    ...open,
    open: false,
    outcome: 'fall_hospital',
    owner: '王红',
    closedVia: 'visited' as const,
  }
  const after = compose([
    ...others,
    { ...reminded, checkIn: pressed('button') },
    hospital,
    { ...liNainai, incident: closed },
  ])
  expect(after).toMatchObject({ total: 60, accountedFor: 60, signable: true })
  expect(after.counts).toMatchObject({ pressed: 58, visited: 1, excused: 1, open: 0, blind: 0 })
})

test('it can be signed when every blind or open name has an owner', () => {
  const owned = { ...liNainai, incident: { ...open, owner: '王红' } }
  const blind = { ...liNainai, residentId: 2, blind: true }
  expect(compose([owned]).signable).toBe(true)
  expect(compose([owned, blind]).signable).toBe(false)
  const signed = composeLedger({
    on: '2026-01-12',
    now: dueAt,
    rows: [owned],
    signature: { signedBy: '赵敏', signedAt: dueAt },
  })
  expect(signed).toMatchObject({ signedBy: '赵敏', signedAt: dueAt })
})

test('a late riser to whom somebody was sent is no late riser nobody was sent to', () => {
  const late = { ...liNainai, checkIn: pressed('button', true) }
  expect(compose([late]).lateRisersNobodySent).toBe(1)
  expect(compose([{ ...late, incident: { ...open, open: false } }]).lateRisersNobodySent).toBe(0)
  expect(compose([{ ...late, checkIn: pressed('phone', true) }]).lateRisersNobodySent).toBe(0)
})

test('names stand worst first, then by their door in the order people count', () => {
  const rows = ['3-2-1001', '3-2-501', '12-1-101'].map((label, index) => ({
    ...liNainai,
    residentId: index + 1,
    label,
    checkIn: pressed('button'),
  }))
  const labels = compose([...rows, { ...liNainai, residentId: 9, label: '9-9-909' }]).names.map(
    ({ label }) => label,
  )
  expect(labels).toEqual(['9-9-909', '3-2-501', '3-2-1001', '12-1-101'])
})

const anyRow: fc.Arbitrary<LedgerRow> = fc.record({
  residentId: fc.integer({ min: 1, max: 40 }),
  homeId: fc.constant(1),
  name: fc.constant('x'),
  label: fc.constantFrom('1-1-101', '1-1-102'),
  dueAt: fc.constantFrom(dueAt - 1, dueAt + 1),
  judged: fc.boolean(),
  checkIn: fc.option(
    fc.record({
      at: fc.constant(pressedAt),
      via: fc.constantFrom<CheckInVia>('button', 'curtain', 'web', 'phone', 'visit', 'proxy'),
      late: fc.boolean(),
    }),
  ),
  absent: fc.boolean(),
  blind: fc.boolean(),
  incident: fc.option(
    fc.record({
      open: fc.boolean(),
      outcome: fc.option(fc.constant('forgot')),
      owner: fc.option(fc.constant('王红')),
      closedVia: fc.constantFrom('phoned' as const, 'visited' as const, null),
      silence: fc.constantFrom<Silence | null>('late', 'blind', 'missed', null),
      anyoneSent: fc.boolean(),
    }),
  ),
})

test('every name stands once, the places add up to all enrolled, and nobody silent is accounted for', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 60 }), (rows) => {
      const ledger = compose(rows, dueAt)
      const residents = new Set(rows.map(({ residentId }) => residentId))
      expect(ledger.names).toHaveLength(residents.size)
      expect(new Set(ledger.names.map(({ residentId }) => residentId))).toEqual(residents)
      expect(ledger.total).toBe(residents.size)
      const counts = ledger.counts
      const sum = Object.values(counts).reduce((total, count) => total + count, 0)
      expect(sum).toBe(ledger.total)
      expect(ledger.accountedFor + counts.notYetDue + counts.blind + counts.open).toBe(ledger.total)
      expect(ledger.lateRisersNobodySent).toBeLessThanOrEqual(counts.pressed)
    }),
  )
})
