import type { CalendarDay, DeviceView, HomeSheet, Series } from '#contract/community.ts'
import type { ReadingKind } from '#contract/primitives.ts'
import { readingUnits } from '#contract/primitives.ts'
import { contacts } from '../../server/demo/staff.ts'
import type { FakeState } from './state.ts'
import { clock, minuteMs, nowAt, residents, staff, type FakeResident } from './world.ts'

const dayMs = 24 * 60 * minuteMs

export function sheetOf(state: FakeState, homeId: number): HomeSheet {
  const own = residents.filter((one) => one.homeId === homeId)
  const [first] = own
  if (!first) throw new Error('not_found')
  return {
    tile: state.tile(homeId),
    address: `幸福里${first.building}号楼${first.unit}单元${first.room}`,
    flue: null,
    plan: {
      outsideValve: '楼道燃气立管旁，逆时针四分之一圈',
      access: '无电梯，楼梯感应灯',
      fuel: first.part === 'co' ? '冬季煤炉' : '天然气',
      authorityToEnter: first.tier !== 'general',
    },
    residents: own.map(residentOf),
    paired: pairedOf(first.label),
    devices: devicesOf(first),
    lastSign: { at: clock(7, 41), what: 'motion' },
    incidents: [...state.incidents.values()].filter((card) => card.homeId === homeId),
  }
}

const residentOf = (one: FakeResident): HomeSheet['residents'][number] => ({
  id: one.id,
  name: one.name,
  greeting: one.greeting,
  birthYear: one.birthYear,
  tier: one.tier,
  deaf: one.deaf,
  tierReason: one.tier === 'general' ? null : '独居，八十岁以上',
  contactMode: one.deaf ? 'light' : 'phone',
  deadline: one.deadline,
  dueAt: clock(8, 0),
  coveredAt: null,
  file: { facts: [...one.facts] },
  absence:
    one.part === 'hospital'
      ? {
          id: 1,
          fromOn: '2026-11-20',
          untilOn: '2026-11-28',
          place: '区人民医院',
          companion: '儿子王磊',
          phone: '138 0000 4003',
        }
      : null,
  calendar: calendarOf(one.id),
  wellbeing: { now: 'notDue', habit: { usual: '07:05', laterByMin: 35, days: 14, byOthers: 1, silent: 0 } },
  lastCheckIn: { at: clock(7, 2) - dayMs, via: 'button' },
})

function calendarOf(residentId: number): CalendarDay[] {
  return Array.from({ length: 35 }, (_, index) => {
    const at = clock(6, 30) - (34 - index) * dayMs + ((residentId * 31 + index * 47) % 80) * minuteMs
    const turn = (residentId * 7 + index * 5) % 31
    const place =
      index === 34
        ? 'none'
        : turn === 3
          ? 'late'
          : turn === 11
            ? 'phoned'
            : turn === 19
              ? 'excused'
              : turn === 27 && index < 20
                ? 'missed'
                : 'pressed'
    return {
      on: new Date(at + 8 * 60 * minuteMs).toISOString().slice(0, 10),
      place,
      at: place === 'excused' || place === 'none' || place === 'missed' ? null : at,
    }
  })
}

function pairedOf(label: string): HomeSheet['paired'] {
  const stewards = staff.filter(({ role }) => role === 'steward').slice(0, 2)
  return [
    ...stewards.map((one, index) => ({
      personId: one.id,
      role: index === 0 ? ('steward' as const) : ('backup' as const),
      name: one.name,
      relation: null,
      phone: one.phone,
      dialable: false,
      holdsKey: false,
    })),
    ...contacts
      .filter(({ of }) => of === label)
      .map((one, index) => ({
        personId: 50 + index,
        role: one.role,
        name: one.name,
        relation: one.relation,
        phone: one.phone,
        dialable: false,
        holdsKey: one.holdsKey,
      })),
  ]
}

const devicesOf = (one: FakeResident): DeviceView[] =>
  (['button', 'co', 'gas', 'motion'] as const).map((kind, index) => ({
    id: one.homeId * 10 + index,
    serial: `${kind}-${(one.homeId * 7919 + index).toString(16).padStart(8, '0')}`,
    kind,
    power: kind === 'co' || kind === 'gas' ? 'mains' : 'battery',
    residentId: kind === 'button' ? one.id : null,
    lastSeenAt: nowAt() - (index + 1) * 2 * minuteMs,
    online: kind === 'co' || kind === 'gas' ? true : null,
    silent: false,
    missing: kind === 'motion' ? 3 : 0,
    battery: kind === 'button' ? 86 : kind === 'motion' ? 18 : null,
    outOfService: false,
    origin: 'demo',
    gateway: null,
    carrier: null,
    doubts: [],
  }))

/** Six hours, one value in two minutes; the stove of 8-2-301 since 40 minutes ago. */
export function seriesOf(homeId: number, kind: ReadingKind): Series {
  const burning = residents.some((one) => one.homeId === homeId && one.part === 'co') && kind === 'co'
  const at = Array.from({ length: 180 }, (_, index) => nowAt() - (179 - index) * 2 * minuteMs)
  const value = at.map((_, index) => {
    const rise = Math.max(0, index - 159) / 20
    const noise = Math.abs(Math.sin(index * 12.9898 + homeId)) * (kind === 'co' ? 1.6 : 0.8)
    return Math.round((burning ? 186 * rise ** 1.4 : 0) + noise)
  })
  return { kind, unit: readingUnits[kind], at, value, flagged: value.map(() => false) }
}
