// The API over a real database with the cast in it, on a clock that stands still. Calls go through `inject`.
import type { FastifyInstance } from 'fastify'
import { routes, type RouteInput, type RouteName } from '#contract/routes.ts'
import { createFakeClock } from '#clock/fake-clock.ts'
import type { Database, Tx } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'
import { Type } from 'typebox'
import { createApi, type ApiConfig } from '../api/create-api.ts'
import type { DemoPort, WebSigns } from '../api/ports.ts'
import { beginSession, sessionCookie } from '../api/session.ts'
import { createTryRules } from '../replay/try-rules.ts'
import { keptByDefault } from '../retention/kept.ts'
import { ruleBook, ruleHistory, writeRuleBook } from '../rules/rule-book.ts'
import { createIncidents } from '../incidents/incidents.ts'
import { limits, type Limits } from '../limits.ts'
import { lookAgain } from '../rules/look-again.ts'
import { seedCast, type Cast } from './cast.ts'
import { createTestDatabase } from './database.ts'

/** A Monday in March, 7:30 in Shanghai: the morning's window is open, nothing is due yet. */
export const monday = Date.parse('2026-03-02T07:30:00+08:00')

export type Answer = { status: number; body: unknown; headers: Record<string, unknown> }
export type Caller = <N extends RouteName>(name: N, ...input: InputOf<N>) => Promise<Answer>
type InputOf<N extends RouteName> = keyof RouteInput<N> extends never ? [] : [input: RouteInput<N>]

export type TestApi = Awaited<ReturnType<typeof createTestApi>>

export type TestApiOptions = {
  config?: Partial<ApiConfig>
  demo?: DemoPort
  empty?: boolean
  now?: number
  /** Bounds that this test lowers. */
  lowered?: { signInTriesOfAddressMax?: number }
}

export async function createTestApi(options: TestApiOptions = {}) {
  const { db, drop } = await createTestDatabase()
  const clock = createFakeClock(options.now ?? monday)
  // an empty system has no cast, and its tests ask for none of it
  const cast = options.empty ? ({} as Cast) : await seedCast(db, clock.now())
  const signs: string[] = []
  const signedOut: number[] = []
  const logged: object[] = []
  const app = await createApi({
    db,
    clock,
    limits: { ...limits, ...options.lowered } as Limits,
    log: { info: () => {}, warn: () => {}, error: (fields) => void logged.push(fields) },
    config: { demo: false, secureCookies: false, ...options.config },
    incidents: {
      ...createIncidents({ db, limits, dispatch: noDispatch, lookAgain }),
      canWake: () => Promise.resolve(false),
    },
    ingestWeb: recording(signs),
    ruleBook: { read: ruleBook, history: ruleHistory, write: writeRuleBook },
    tryRules: createTryRules({ db, kept: keptByDefault }),
    demo: options.demo,
    health: () => Promise.resolve(healthy(clock.now())),
    onSignOut: (personId) => void signedOut.push(personId),
  })
  return {
    app,
    db,
    clock,
    cast,
    /** `checkIn 3 web-1`, `sos 3 web-2`: what a resident's page sent on. */
    signs,
    signedOut,
    /** Faults of ours. */
    logged,
    nobody: callerOf(app, {}),
    async as(person: keyof Cast['persons']): Promise<Caller> {
      const session = { personId: cast.persons[person], now: clock.now(), sessionMs: limits.sessionMs }
      return callerOf(app, { cookie: `${sessionCookie}=${await beginSession(db, session)}` })
    },
    asResident: (link: string): Caller => callerOf(app, { authorization: `Bearer ${link}` }),
    async close(): Promise<void> {
      await app.close()
      await drop()
    },
  }
}

function callerOf(app: FastifyInstance, headers: Record<string, string>): Caller {
  return async (name, ...input) => {
    const { method, path } = routes[name]
    const { params = {}, query = {}, body } = (input[0] ?? {}) as Loose
    const url = path.replace(/:(\w+)/g, (_, key: string) => String(params[key]))
    const response = await app.inject({
      method,
      url,
      query: Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
      headers: { ...headers, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
      ...(method === 'GET' ? {} : { payload: JSON.stringify(body ?? {}) }),
    })
    return { status: response.statusCode, body: response.json(), headers: response.headers }
  }
}

type Loose = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown }

/** Telling people is another stage's; here a responder is assigned by the test itself. */
const noDispatch = {
  onOpened: nothing,
  onRaised: nothing,
  onAcknowledged: nothing,
  onDeclined: nothing,
  onAssigned: (tx: Tx, told: { incidentId: number; personId: number; role: string }, now: number) =>
    assigned(tx, { ...told, now }),
  onNoAnswer: nothing,
  onJoined: nothing,
  onNews: nothing,
  onEnded: nothing,
}

function nothing(): Promise<void> {
  return Promise.resolve()
}

/** This person has been told of this incident. */
export async function assigned(
  db: Database | Tx,
  told: { incidentId: number; personId: number; role: string; now: number },
): Promise<void> {
  await db.run(sql`
    insert into assignment (community_id, incident_id, person_id, role, state, told_at)
    select community_id, id, ${told.personId}, ${told.role}, 'told', ${at(told.now)}
    from incident
    where id = ${told.incidentId}`)
}

export type OpenedIncident = {
  communityId: number
  homeId: number
  residentId?: number
  kind: 'co' | 'gas' | 'smoke' | 'sos' | 'missed' | 'device'
  stage?: string
  origin?: string
  evidence?: Record<string, unknown>
  on?: string
  now: number
}

/** As a rule would have opened it. Gives its id. */
export async function openIncident(db: Database, incident: OpenedIncident): Promise<number> {
  const { id } = await db.one(
    Type.Object({ id: Type.Integer() }),
    sql`
      insert into incident (community_id, home_id, resident_id, kind, stage, origin, evidence, opened_at, "on")
      values (
        ${incident.communityId}, ${incident.homeId}, ${incident.residentId ?? null}, ${incident.kind},
        ${incident.stage ?? 'alarm'}, ${incident.origin ?? 'live'}, ${json(incident.evidence ?? {})},
        ${at(incident.now)}, ${incident.on ?? null}
      )
      returning id`,
  )
  return id
}

const recording = (signs: string[]): WebSigns => ({
  checkIn: async (residentId, { id }) => void signs.push(`checkIn ${residentId} ${id}`),
  sos: async (residentId, { id }) => void signs.push(`sos ${residentId} ${id}`),
})

const healthy = (now: number) => ({
  ok: true,
  mode: 'real' as const,
  now,
  database: { ok: true, latencyMs: 1 },
  disk: { state: 'enough' as const, freeBytes: 10_000_000_000 },
  clockBehindMs: 0,
  clockPutForward: null,
  broker: { ok: true, port: 1883, shardGroups: null, clients: 0, accepted: 0, refused: 0 },
  servers: [],
  jobs: [],
})
