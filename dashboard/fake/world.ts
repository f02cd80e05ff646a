// A morning in 幸福里 at 08:04, from memory: for component tests and pictures only, never for a story.
import type { Building, Community, DeskView, HomeTile, StaffMember } from '#contract/community.ts'
import type { HomeState } from '#contract/primitives.ts'
import { baseMap, buildings as planned, center, zone } from '../../server/demo/neighbourhood.ts'
import { greeting, residents as people, type PlannedResident } from '../../server/demo/people.ts'
import { staff as plannedStaff } from '../../server/demo/staff.ts'

/** 22 November 2026, 08:04:12 in 幸福里. The fake's clock starts here and runs on. */
export const morningAt = Date.UTC(2026, 10, 22, 0, 4, 12)
const startedAt = Date.now()
export const nowAt = (): number => morningAt + (Date.now() - startedAt)

export const minuteMs = 60_000
export const clock = (hour: number, minute: number): number => Date.UTC(2026, 10, 22, hour - 8, minute)

export const community: Community = { id: 1, name: '幸福里社区', zone, origin: 'demo', center }
export const communities: Community[] = [
  community,
  { id: 2, name: '和睦里社区', zone, origin: 'demo', center },
]

export const buildings: Building[] = planned.map((building, index) => ({ id: index + 1, ...building }))

export type FakeResident = PlannedResident & { id: number; homeId: number; label: string; greeting: string }

const labels = [...new Set(people.map(doorOf))]
export const residents: FakeResident[] = people.map((one, index) => ({
  ...one,
  id: index + 1,
  homeId: labels.indexOf(doorOf(one)) + 1,
  label: doorOf(one),
  greeting: greeting(one),
}))

function doorOf(one: PlannedResident): string {
  return `${one.building}-${one.unit}-${one.room}`
}

export const staff: StaffMember[] = plannedStaff
  .filter(({ community }) => community === 'here')
  .map((one, index) => ({
    id: index + 1,
    name: one.name,
    title: one.title,
    role: one.role,
    phone: one.phone,
    dialable: false,
    onDuty: one.onDuty,
    reachableNow: ['王红', '张伟', '赵敏'].includes(one.name),
    wakes: false,
  }))
export const personId = (name: string): number => staff.find((one) => one.name === name)?.id ?? 1

/** What is not a lit window at 08:04, by door. */
const unlit: Record<string, HomeState> = {
  '3-2-501': 'missed',
  '8-2-301': 'hazard',
  '3-1-204': 'late',
  '1-1-302': 'away',
}
const pressedAt = (id: number): number => clock(5, 48) + ((id * 17) % 128) * minuteMs

export const isDueLater = (one: FakeResident): boolean => one.deadline === '08:30' && one.id % 3 === 0

export function stateOf(one: FakeResident): HomeState {
  const special = unlit[one.label]
  if (special) return special
  if (one.id === 44) return 'blind'
  if (one.id === 51) return 'away'
  if (one.id === 38) return 'unprotected'
  return isDueLater(one) ? 'notDue' : 'well'
}

export function tileOf(homeId: number): HomeTile {
  const own = residents.filter((one) => one.homeId === homeId)
  const first = own[0] as FakeResident
  const state = stateOf(first)
  return {
    id: homeId,
    buildingId: first.building,
    unit: first.unit,
    floor: first.floor,
    room: first.room,
    label: first.label,
    state,
    hazard: state === 'hazard' ? 'co' : null,
    stage: state === 'hazard' ? 'alarm' : null,
    incidentIds: [],
    acknowledged: state === 'hazard',
    unprotected: state === 'unprotected' ? ['co'] : [],
    blind: state === 'blind',
    residents: own.map((one) => ({
      id: one.id,
      name: one.name,
      state,
      at: state === 'well' || state === 'unprotected' ? pressedAt(one.id) : clock(8, 0),
    })),
  }
}

export const homes: HomeTile[] = labels.map((_, index) => tileOf(index + 1))

export const ground: Pick<DeskView, 'community' | 'buildings' | 'baseMap' | 'staff'> = {
  community,
  buildings,
  baseMap,
  staff,
}
