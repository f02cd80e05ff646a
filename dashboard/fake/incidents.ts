import type { Assignment, IncidentCard } from '#contract/incident.ts'
import type { AssignmentState } from '#contract/acts.ts'
import { clock, minuteMs, morningAt, personId, residents, type FakeResident } from './world.ts'

let lastId = 100
const nextId = (): number => ++lastId

type Sent = { name: string; role?: Assignment['role']; state: AssignmentState; toldAt: number }

/** Assigns somebody: the times of the steps before are made up to fit. */
export function assigned(incidentId: number, { name, role = 'steward', state, toldAt }: Sent): Assignment {
  const reached = ['told', 'acknowledged', 'enRoute', 'onScene', 'done'].indexOf(state)
  return {
    id: nextId(),
    incidentId,
    personId: personId(name),
    personName: name,
    role,
    state,
    toldAt,
    acknowledgedAt: reached >= 1 ? toldAt + 20_000 : null,
    departedAt: reached >= 2 ? toldAt + 50_000 : null,
    arrivedAt: reached >= 3 ? toldAt + 200_000 : null,
    finding: null,
    doneAt: null,
    dueAt: null,
    dueKind: null,
  }
}

/** An open silence that nobody has been told of. */
export function blank(of: FakeResident, openedAt: number): IncidentCard {
  return {
    id: nextId(),
    communityId: 1,
    homeId: of.homeId,
    homeLabel: of.label,
    address: `幸福里${of.building}号楼${of.unit}单元${of.room}`,
    buildingId: of.building,
    residents: residents
      .filter(({ homeId }) => homeId === of.homeId)
      .map(({ id, name, greeting, birthYear, tier, deaf }) => ({
        id,
        name,
        greeting,
        birthYear,
        tier,
        deaf,
      })),
    residentId: null,
    kind: 'missed',
    stage: 'warning',
    state: 'open',
    origin: 'demo',
    evidence: {},
    air: { co: null, gas: null },
    openedAt,
    acknowledgedAt: null,
    acknowledgedBy: null,
    dueAt: null,
    dueKind: null,
    assignments: [],
    calls: [],
    outcome: null,
    handledBy: null,
    handledById: null,
    closedAt: null,
    foldedInto: null,
    version: 1,
  }
}

const at = (label: string): FakeResident => residents.find((one) => one.label === label) as FakeResident
const clean = (value: number) => ({ value, at: morningAt - 2 * minuteMs, stale: false })

function carbonMonoxide(): IncidentCard {
  const openedAt = morningAt - 72_000
  const card = blank(at('8-2-301'), openedAt)
  const [told, onWay] = [
    openedAt + 1000,
    { name: '王红', state: 'acknowledged', toldAt: openedAt + 1000 } as const,
  ]
  return {
    ...card,
    kind: 'co',
    stage: 'alarm',
    evidence: {
      value: 186,
      unit: 'ppm',
      peak: 186,
      since: morningAt - 40 * minuteMs,
      lastAt: morningAt - 20_000,
      cohb: { estimate: 3.1, low: 2.4, high: 4.2 },
      window: '100ppm-10min',
    },
    air: { co: { value: 186, at: morningAt - 20_000, stale: false }, gas: clean(0) },
    acknowledgedAt: openedAt + 21_000,
    acknowledgedBy: '王红',
    dueAt: morningAt + 108_000,
    dueKind: 'depart',
    assignments: [
      assigned(card.id, onWay),
      assigned(card.id, { name: '张伟', role: 'backup', state: 'told', toldAt: told }),
      assigned(card.id, { name: '周强', role: 'desk', state: 'told', toldAt: told }),
      assigned(card.id, { name: '赵敏', role: 'desk', state: 'told', toldAt: told }),
    ],
    calls: [
      {
        id: nextId(),
        number: '119',
        personId: personId('赵敏'),
        personName: '赵敏',
        dueAt: openedAt + 80_000,
        doneAt: null,
        answer: null,
      },
    ],
  }
}

function silent(): IncidentCard {
  const one = at('3-2-501')
  const card = blank(one, clock(8, 0) + 1200)
  return {
    ...card,
    residentId: one.id,
    stage: 'warning',
    evidence: {
      silence: 'missed',
      on: '2026-11-22',
      dueAt: clock(8, 0),
      lastSign: { at: clock(8, 0) - 10.4 * 60 * minuteMs, what: 'motion' },
    },
    air: { co: clean(0), gas: clean(0) },
    dueAt: morningAt + 52_000,
    dueKind: 'acknowledge',
    assignments: [
      assigned(card.id, { name: '王红', state: 'told', toldAt: clock(8, 0) + 2000 }),
      assigned(card.id, { name: '张伟', role: 'backup', state: 'told', toldAt: clock(8, 3) }),
    ],
  }
}

function late(): IncidentCard {
  const one = at('3-1-204')
  return {
    ...blank(one, clock(8, 0) + 900),
    residentId: one.id,
    stage: 'notice',
    evidence: {
      silence: 'late',
      on: '2026-11-22',
      dueAt: clock(8, 0),
      secondDueAt: clock(8, 45),
      lastSign: { at: clock(7, 41), what: 'motion' },
    },
    air: { co: clean(0), gas: null },
    dueAt: clock(8, 45),
    dueKind: 'secondDeadline',
  }
}

function blind(): IncidentCard {
  const one = residents[43] as FakeResident
  const card = blank(one, clock(7, 32))
  return {
    ...card,
    kind: 'device',
    stage: 'notice',
    evidence: { trouble: 'silent', devices: ['button-5a1f09c2'], lastAt: clock(1, 20) },
    acknowledgedAt: clock(7, 40),
    acknowledgedBy: '赵敏',
    assignments: [assigned(card.id, { name: '刘洋', state: 'enRoute', toldAt: clock(7, 35) })],
    dueAt: clock(8, 12),
    dueKind: 'arrive',
  }
}

function handled(): IncidentCard {
  const one = at('1-1-302')
  const card = blank(one, clock(7, 31))
  return {
    ...card,
    residentId: one.id,
    state: 'handled',
    evidence: { silence: 'missed', on: '2026-11-22', dueAt: clock(7, 30) },
    acknowledgedAt: clock(7, 33),
    acknowledgedBy: '张伟',
    assignments: [assigned(card.id, { name: '张伟', state: 'done', toldAt: clock(7, 31) })],
    outcome: 'hospital',
    handledBy: '张伟',
    handledById: personId('张伟'),
    dueAt: clock(10, 0),
    dueKind: 'checkBack',
  }
}

/** The board at 08:04. */
export const morningIncidents = (): IncidentCard[] => [late(), handled(), silent(), blind(), carbonMonoxide()]
