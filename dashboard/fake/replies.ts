// One function a route, as far as the desk needs it.
import type { IncidentCard, TimelineEntry } from '#contract/incident.ts'
import { findOutcome } from '#contract/outcomes.ts'
import type { RouteInput, RouteName, RouteReply } from '#contract/routes.ts'
import { sheetOf, seriesOf } from './home-sheet.ts'
import { assigned } from './incidents.ts'
import type { FakeState } from './state.ts'
import { clock, communities, ground, homes, nowAt, personId, staff } from './world.ts'

export type Replies = { [N in RouteName]?: (input: RouteInput<N>) => RouteReply<N> }

export function repliesOf(state: FakeState): Replies {
  return { ...aboutMe, ...views(state), ...acts(state), ...residentActs(state) }
}

const me: RouteReply<'me'> = {
  id: personId('赵敏'),
  name: '赵敏',
  title: '值班台',
  language: 'zh',
  roles: ['desk'],
  communities,
  home: 'desk',
}

const aboutMe: Replies = {
  me: () => me,
  signIn: () => me,
  signOut: () => ({ ok: true }),
  setLanguage: ({ body }) => {
    me.language = body.language
    return { ok: true }
  },
  health: () => ({
    ok: true,
    mode: 'demo',
    now: nowAt(),
    database: { ok: true, latencyMs: 1 },
    disk: { state: 'enough', freeBytes: 10_000_000_000 },
    clockBehindMs: 0,
    clockPutForward: null,
    broker: { ok: true, port: 1883, shardGroups: null, clients: 180, accepted: 4210, refused: 2 },
    servers: [],
    jobs: [],
    warnings: [],
  }),
}

const views = (state: FakeState): Replies => ({
  desk: () => ({
    ...ground,
    asOf: nowAt(),
    cursor: { epoch: 1, seq: state.log.length },
    homes: homes.map(({ id }) => state.tile(id)),
    incidents: [...state.incidents.values()].filter((card) => card.state !== 'closed'),
    groups: state.groups,
    ledger: state.ledger(),
    canWakeAnybody: false,
    refusedToday: 2,
    calendar: { collecting: [], warnings: [] },
  }),
  tiles: ({ query }) => ({ asOf: nowAt(), homes: query.ids.split(',').map((id) => state.tile(Number(id))) }),
  ledger: () => state.ledger(),
  pactReviews: () => ({ asOf: nowAt(), pacts: [] }),
  signLedger: () => state.sign('赵敏'),
  refused: () => [
    {
      id: 1,
      receivedAt: clock(6, 12),
      serial: 'co-00001ef0',
      client: 'co-00001ef0',
      topic: 'cp/v1/9c/co-00001ef0/readings',
      reason: 'unreadable',
      detail: '不是 JSON',
      body: '{"values":[{"kind":"co","val',
    },
    {
      id: 2,
      receivedAt: clock(7, 3),
      serial: null,
      client: 'probe-7',
      topic: 'cp/v1/00/button-1/checkin',
      reason: 'forbidden',
      detail: '不是自己的主题',
      body: '{}',
    },
  ],
  messages: () => [],
  home: ({ params }) => sheetOf(state, params.id),
  series: ({ params, query }) => seriesOf(params.id, query.kind),
  incident: ({ params }) => card(state, params.id),
  timeline: ({ params }) => timelineOf(state, params.id),
})

const acts = (state: FakeState): Replies => ({
  acknowledgeFor: ({ params, body }) => acknowledged(state, params.id, body.personId),
  assign: ({ params, body }) => {
    const name = staff.find(({ id }) => id === body.personId)?.name ?? ''
    const before = card(state, params.id)
    const sent = assigned(params.id, { name, state: 'told', toldAt: nowAt() })
    return state.change(params.id, { assignments: [...before.assignments, sent] })
  },
  note: ({ params, body }) => noted(state, params.id, { what: 'note', detail: { text: body.text } }),
  logCall: ({ params, body }) => noted(state, params.id, { what: 'call', detail: body }),
  dialled: ({ params, body }) => {
    const found = [...state.incidents.values()].find(({ calls }) => calls.some(({ id }) => id === params.id))
    if (!found) throw new Error('not_found')
    const calls = found.calls.map((one) =>
      one.id === params.id ? { ...one, doneAt: nowAt(), answer: body.answer } : one,
    )
    return state.change(found.id, { calls })
  },
  close: ({ params, body }) => {
    const before = card(state, params.id)
    const serious = findOutcome(body.outcome, before.kind)?.serious === true
    return state.change(params.id, {
      state: serious ? 'handled' : 'closed',
      outcome: body.outcome,
      handledBy: me.name,
      handledById: me.id,
      ...(serious ? { dueKind: 'checkBack' as const, dueAt: nowAt() + 3_600_000 } : { closedAt: nowAt() }),
    })
  },
  checkBack: ({ params }) => state.change(params.id, { state: 'closed', closedAt: nowAt() }),
})

const residentActs = (state: FakeState): Replies => ({
  proxyCheckIn: ({ params, body }) => {
    state.covered.set(params.id, { at: nowAt(), via: body.via })
    const tile = homes.find(({ residents }) => residents.some(({ id }) => id === params.id))
    if (tile) state.changed('home', tile.id)
    state.changed('ledger', 0)
    return { ok: true }
  },
  declareAbsence: ({ body }) => ({ id: 9, ...body }),
  endAbsence: () => ({ ok: true }),
})

function acknowledged(state: FakeState, id: number, personId: number): IncidentCard {
  const before = card(state, id)
  const assignments = before.assignments.map((one) =>
    one.personId === personId ? { ...one, state: 'acknowledged' as const, acknowledgedAt: nowAt() } : one,
  )
  const acknowledgedBy = assignments.find((one) => one.personId === personId)?.personName ?? null
  return state.change(id, {
    assignments,
    acknowledgedAt: nowAt(),
    acknowledgedBy,
    dueKind: 'depart',
    dueAt: nowAt() + 180_000,
  })
}

function noted(
  state: FakeState,
  id: number,
  { what, detail }: Pick<TimelineEntry, 'what' | 'detail'>,
): IncidentCard {
  const lines = state.notes.get(id) ?? []
  state.notes.set(id, [...lines, { id: 900 + lines.length, at: nowAt(), what, actor: me.name, detail }])
  return state.change(id, {})
}

function card(state: FakeState, id: number): IncidentCard {
  const found = state.incidents.get(id)
  if (!found) throw new Error('not_found')
  return found
}

function timelineOf(state: FakeState, id: number): TimelineEntry[] {
  const { openedAt, assignments } = card(state, id)
  const lines: Omit<TimelineEntry, 'id'>[] = assignments.flatMap((one) => [
    { at: one.toldAt, what: 'told', actor: one.personName, detail: { role: one.role } },
    ...(one.acknowledgedAt
      ? [{ at: one.acknowledgedAt, what: 'acknowledged', actor: one.personName, detail: {} }]
      : []),
  ])
  lines.unshift({ at: openedAt, what: 'opened', actor: null, detail: {} })
  lines.sort((a, b) => a.at - b.at)
  return [...lines.map((line, index) => ({ id: index + 1, ...line })), ...(state.notes.get(id) ?? [])]
}
