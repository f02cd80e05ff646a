// Incidents and dispatch on a real database, with everybody's pages as inboxes: tests say what people received.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Type } from 'typebox'
import type { Ring } from '#contract/live.ts'
import type { CommandMessage } from '#contract/messages.ts'
import type { IncidentKind, Silence, Stage } from '#contract/primitives.ts'
import { createFakeClock } from '#clock/fake-clock.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { Verdict } from '#domain/verdict.ts'
import type { Channel } from '../dispatch/channels/channel.ts'
import { createPageChannel } from '../dispatch/channels/page.ts'
import { createWebhookChannel } from '../dispatch/channels/webhook.ts'
import { createDispatch } from '../dispatch/dispatch.ts'
import { createIncidents } from '../incidents/incidents.ts'
import { limits } from '../limits.ts'
import { lookAgain } from '../rules/look-again.ts'
import { seedCast, type Cast } from './cast.ts'
import { createTestDatabase } from './database.ts'
import { makeOwnRules, sentAtOnce } from './own-rules.ts'

export type PersonName = keyof Cast['persons']
/** One ring at somebody's page: who, by what kind of telling, what about. */
export type Heard = `${PersonName} ${'alarm' | 'inform'} ${IncidentKind} ${Stage}`

export type Responding = Awaited<ReturnType<typeof createResponding>>

const silentLog = { info: () => {}, warn: () => {}, error: () => {} }
const emptied = sql`
  truncate incident, condition, set_aside, assignment, emergency_call, telling, timeline, device_command, page_presence,
    event_log, audit, contact_point`

/** 7:00 in Shanghai; every page is closed until `open` is called. */
export async function createResponding() {
  const own = await createTestDatabase()
  const { db } = own
  const startAt = Date.parse('2026-03-02T07:00:00+08:00')
  const cast = await seedCast(db, startAt)
  await makeOwnRules(db, cast.communityId, sentAtOnce)
  const clock = createFakeClock(startAt)
  const nameOf = new Map(Object.entries(cast.persons).map(([name, id]) => [id, name as PersonName]))
  const heard: Heard[] = []
  const rung: { personId: number; tellingId: number }[] = []
  /** Pages that ring, and do not say so: a browser whose sound failed. */
  const mute = new Set<PersonName>()
  const commands: { serial: string; command: CommandMessage }[] = []
  const offline = new Set<string>()

  const sound = (personId: number, ring: Ring): 'rung' | 'notInFront' => {
    const name = nameOf.get(personId)
    if (!name) return 'notInFront'
    if (mute.has(name)) return 'rung'
    heard.push(`${name} ${ring.purpose} ${ring.kind} ${ring.stage}`)
    rung.push({ personId, tellingId: ring.tellingId })
    return 'rung'
  }
  const channels: Record<'page' | 'webhook', Channel> = {
    page: createPageChannel(sound),
    webhook: createWebhookChannel({ timeoutMs: 2000, log: silentLog }),
  }
  const dispatch = createDispatch({
    db,
    clock,
    log: silentLog,
    limits,
    channels,
    rings: { channel: 'cp_ring', by: 'this server', sound },
    sendCommand(serial, command) {
      if (offline.has(serial)) return 'offline'
      commands.push({ serial, command })
      return 'sent'
    },
  })
  const incidents = createIncidents({ db, dispatch, limits, lookAgain })

  /** What the jobs of a second do; pages that rang say so. */
  const jobs = async (): Promise<void> => {
    await dispatch.tick(clock.now())
    do await dispatch.send(clock.now())
    while (await dispatch.settled())
    for (const { personId, tellingId } of rung.splice(0)) await dispatch.confirm(tellingId, personId)
    await dispatch.sendCommands(clock.now())
  }

  return {
    ...own,
    cast,
    clock,
    dispatch,
    incidents,
    channels,
    heard,
    mute,
    commands,
    offline,
    jobs,
    /** What was heard since the last look, in the order of the alphabet: who rings first is nobody's promise. */
    listen: (): Heard[] => heard.splice(0).sort(),
    async open(...names: PersonName[]): Promise<void> {
      for (const name of names)
        await db.run(sql`
          insert into page_presence (connection, person_id, in_front, sound, proved_at)
          values (${`page of ${name}`}, ${cast.persons[name]}, true, true, clock_timestamp())
          on conflict (connection) do update set in_front = true, sound = true, proved_at = clock_timestamp()`)
    },
    /** Time passes, then the jobs run once. */
    async after(ms: number): Promise<void> {
      await clock.advance(ms)
      await jobs()
    },
    /** The rules find something, and the jobs run once. */
    async found(...verdicts: Verdict[]): Promise<void> {
      await db.transaction((tx: Tx) => incidents.applyVerdicts(tx, verdicts, clock.now()))
      await jobs()
    },
    async cards() {
      return incidents.cards(db, { states: ['open', 'handled', 'closed'] }, clock.now())
    },
    async card() {
      const [first, ...others] = await incidents.cards(
        db,
        { states: ['open', 'handled', 'closed'] },
        clock.now(),
      )
      if (!first || others.length > 0)
        throw new Error(`one incident expected, not ${others.length + (first ? 1 : 0)}`)
      return first
    },
    async lines(incidentId: number): Promise<string[]> {
      const lines = await incidents.timeline(incidentId)
      return lines.map(({ what, actor }) => (actor ? `${what} ${actor}` : what))
    },
    async reset(): Promise<void> {
      await db.run(emptied)
      await db.run(sql`delete from device where kind = 'tablet'`)
      heard.length = 0
      rung.length = 0
      commands.length = 0
      mute.clear()
      offline.clear()
      await clock.moveTo(clock.now() + 24 * 3_600_000)
    },
    /** Another way to somebody besides the page. */
    async addWebhook(name: PersonName, address: string, wakes = false): Promise<void> {
      await db.run(sql`
        insert into contact_point (person_id, channel, address, secret, wakes, position)
        values (${cast.persons[name]}, 'webhook', ${address}, 'a secret of 32 characters or more', ${wakes}, 2)`)
    },
    async addTablet(homeId: number): Promise<void> {
      await db.run(sql`
        insert into device (serial, community_id, home_id, kind, power, secret_hash)
        select 'tablet-' || id, community_id, id, 'tablet', 'mains', '\\x00'
        from home
        where id = ${homeId}
        on conflict (serial) do nothing`)
    },
    verdicts: verdictsIn(cast),
    tellings: () =>
      db.many(
        TellingRow,
        sql`
          select person_id, state, tried, attempts
          from telling
          order by id`,
      ),
    calls: () =>
      db.many(
        CallRow,
        sql`
          select id, number, person_id, due_at
          from emergency_call
          order by number`,
      ),
    setDue: (incidentId: number, dueAt: number) =>
      db.run(sql`
        update incident
        set due_at = ${at(dueAt)}
        where id = ${incidentId}`),
  }
}

const TellingRow = Type.Object({
  personId: Type.Integer(),
  state: Type.String(),
  tried: Type.Array(Type.String()),
  attempts: Type.Integer(),
})
const CallRow = Type.Object({
  id: Type.Integer(),
  number: Type.String(),
  personId: Type.Union([Type.Integer(), Type.Null()]),
  dueAt: Type.Integer(),
})

/** What the rules would say of 李奶奶's home. */
function verdictsIn(cast: Cast) {
  const home = { communityId: cast.communityId, homeId: cast.homes.li, origin: 'live' as const }
  const base = { ...home, residentId: null, ringsAgain: false }
  return {
    co: (stage: Stage | null, evidence: Verdict['evidence'] = { value: 150, unit: 'ppm' }): Verdict => ({
      ...base,
      kind: 'co',
      stage,
      deviceId: cast.devices.liCo.id,
      evidence,
    }),
    gas: (stage: Stage | null): Verdict => ({
      ...base,
      kind: 'gas',
      stage,
      deviceId: cast.devices.liGas.id,
      evidence: { value: 12, unit: '%LEL' },
    }),
    sos: (): Verdict => ({
      ...base,
      kind: 'sos',
      stage: 'alarm',
      deviceId: cast.devices.liButton.id,
      evidence: {},
      ringsAgain: true,
    }),
    silence: (silence: Silence, stage: Stage | null, dueAt: number): Verdict => ({
      ...base,
      kind: 'missed',
      stage,
      residentId: cast.residents.li,
      deviceId: null,
      evidence: {
        silence,
        dueAt,
        ...(silence === 'late' ? { secondDueAt: dueAt + limits.secondDeadlineMs } : {}),
      },
    }),
    device: (stage: Stage | null, deviceId: number = cast.devices.liButton.id): Verdict => ({
      ...base,
      kind: 'device',
      stage,
      deviceId,
      evidence: { trouble: 'silent', devices: [`device ${deviceId}`] },
    }),
  }
}

export type Post = { headers: Record<string, string | string[] | undefined>; body: string }

/** A real HTTP server on a free port that answers with `status` and keeps what it was sent. */
export async function createPostbox(status: number | ((post: Post) => number) = 204) {
  const posts: Post[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const post = { headers: request.headers, body: Buffer.concat(chunks).toString() }
      posts.push(post)
      const code = typeof status === 'function' ? status(post) : status
      response.writeHead(code, code === 302 ? { location: '/elsewhere' } : {}).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    posts,
    url: `http://127.0.0.1:${port}/hook`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
