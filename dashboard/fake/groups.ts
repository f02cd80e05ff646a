// Many at once, for pictures: a list to verify after our own outage, and a building without power.
import type { GroupCard, GroupRow } from '#contract/group.ts'
import type { IncidentCard } from '#contract/incident.ts'
import { blank } from './incidents.ts'
import { clock, minuteMs, morningAt, residents } from './world.ts'

export type FakeGroups = { groups: GroupCard[]; members: IncidentCard[] }

export function manyAtOnce(): FakeGroups {
  const list = groupOf(1, { from: 3, count: 14, kind: 'missed' })
  const outage = groupOf(2, { from: 40, count: 4, kind: 'device' })
  return { groups: [list.group, outage.group], members: [...list.members, ...outage.members] }
}

function groupOf(
  nth: number,
  { from, count, kind }: { from: number; count: number; kind: 'missed' | 'device' },
): { group: GroupCard; members: IncidentCard[] } {
  const openedAt = morningAt - 4 * minuteMs
  const id = 9000 + nth
  const isList = kind === 'missed'
  const members = residents.slice(from, from + count).map((one, index): IncidentCard => {
    const card = blank(one, openedAt)
    const lastSign = { at: clock(6 - (index % 3), 12 + index), what: index % 2 === 0 ? 'motion' : 'button' }
    const evidence = isList
      ? { silence: 'blind' as const, dueAt: clock(8, 0), ...(index % 4 === 3 ? {} : { lastSign }) }
      : { trouble: 'silent' as const, devices: ['co-1'] }
    const dueAt = morningAt + (index === 0 ? 2 : 35) * minuteMs
    return {
      ...card,
      kind,
      evidence,
      residentId: isList ? one.id : null,
      foldedInto: id,
      dueAt,
      dueKind: isList ? 'contact' : 'repeat',
    }
  })
  const rows = members.map((card, index) => rowOf(card, index, { openedAt, last: members.length - 1 }))
  const group: GroupCard = {
    id,
    communityId: 1,
    kind,
    stage: 'warning',
    state: 'open',
    origin: 'demo',
    cause: isList ? 'ownOutage' : 'building',
    evidence: {
      ...(isList ? { silence: 'blind' as const } : { trouble: 'silent' as const }),
      group: {
        cause: isList ? 'ownOutage' : 'building',
        homes: count,
        ...(isList ? { fromAt: clock(7, 40), untilAt: clock(8, 12) } : { place: '7号楼', newcomers: [] }),
      },
    },
    openedAt,
    acknowledgedAt: null,
    acknowledgedBy: null,
    dueAt: null,
    dueKind: null,
    closedAt: null,
    rows,
    version: 1,
  }
  return { group, members }
}

function rowOf(
  card: IncidentCard,
  index: number,
  { openedAt, last }: { openedAt: number; last: number },
): GroupRow {
  const isOver = index === last && card.kind === 'missed'
  return {
    incidentId: card.id,
    homeId: card.homeId,
    homeLabel: card.homeLabel,
    residentId: card.residentId,
    residents: card.residents.filter(({ id }) => card.residentId === null || id === card.residentId),
    alone: card.residents.length === 1,
    kind: card.kind,
    stage: card.stage,
    state: isOver ? 'closed' : 'open',
    evidence: card.evidence,
    lastSign: card.evidence.lastSign ?? { at: clock(7, 2), what: 'button' },
    joinedAt: openedAt + (card.kind === 'device' && index === last ? minuteMs : 0),
    newcomer: card.kind === 'device' && index === last,
    dueAt: card.dueAt,
    dueKind: card.dueKind,
    onIt: index === 1 ? { name: '王红', state: 'enRoute' } : null,
    answer: isOver
      ? {
          at: openedAt + minuteMs,
          by: '赵敏',
          what: 'closed',
          detail: { outcome: 'slept_late', text: '与本人通话 · 座机' },
        }
      : null,
    outcome: isOver ? 'slept_late' : null,
    closedAt: isOver ? openedAt + minuteMs : null,
    version: 1,
  }
}
