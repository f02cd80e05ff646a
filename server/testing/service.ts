// The whole service on a clock that a story moves: real database, broker, HTTP and sockets, and the cast in front.
import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { pino, type Logger } from 'pino'
import { Type } from 'typebox'
import { createFakeClock, type FakeClock } from '#clock/fake-clock.ts'
import { sql } from '#db/sql.ts'
import type { Db } from '#db/database.ts'
import { beginSession, sessionCookie } from '../api/session.ts'
import { createApp, type App } from '../app.ts'
import { limits } from '../limits.ts'
import { callerAt } from './caller.ts'
import { makeOwnRules, sentAtOnce } from './own-rules.ts'
import { seedCast, type Cast, type CastDevice } from './cast.ts'
import type { TestDatabase } from './database.ts'
import { createStoryClock } from './story-clock.ts'
import { createStoryDevices, type NewDevice, type StoryDevices } from './story-devices.ts'
import { createStoryPages, type StoryPages } from './story-pages.ts'

export type TestService = Awaited<ReturnType<typeof createTestService>>

/** A Monday in Shanghai, where the cast lives: eight hours ahead, all the year round. */
const firstDay = '2026-03-02'
const zoneMs = 8 * 3_600_000

/**
 * Runs the service on this database, emptied, with the cast in it, from `startsAt` (HH:MM) on. Time stands still
 * until the story moves it.
 */
export async function createTestService(database: TestDatabase, startsAt = '07:00') {
  const { db } = database
  await emptied(db)
  const clock = createFakeClock(instantOf(startsAt))
  const cast = await seedCast(db, clock.now())
  await makeOwnRules(db, cast.communityId, sentAtOnce)
  const problems: { msg: string; level: number }[] = []
  const log = pino({ level: 'warn', base: null }, { write: (line) => void problems.push(JSON.parse(line)) })
  const runner = await createRunner({ database, clock, log })
  const devices = createStoryDevices({ broker: () => runner.app().broker, clock })
  const pages = createStoryPages({
    db,
    clock,
    cast,
    url: runner.url,
    cookieOf: async (personId) => {
      const session = { personId, now: clock.now(), sessionMs: limits.sessionMs }
      return `${sessionCookie}=${await beginSession(db, session)}`
    },
  })
  const time = createStoryClock({ db, clock, app: runner.app, devices, pages })
  await time.tick()

  return {
    cast,
    db,
    clock,
    devices,
    pages,
    ...runner,
    ...greetingsIn({ cast, devices, url: runner.url }),
    ...heardIn({ pages, devices, nameOf: await namesIn(db), cast }),
    ...registerIn(db, cast),
    at: instantOf,
    settled: time.settled,
    /** To a time of the first day ('08:00:02'), or of another one ('2026-03-03 08:00'). */
    moveTo: (when: string) => time.moveTo(instantOf(when)),
    advance: (ms: number) => time.moveTo(clock.now() + ms),
    everySecondUntil: (when: string) => time.everySecondUntil(instantOf(when)),
    page: pages.page,
    open: pages.open,
    say: devices.say,
    press: devices.press,
    /** Warnings and errors since the last look, each once. */
    logged: (): string[] => [...new Set(problems.splice(0).map(({ msg }) => msg))].sort(),
    /** Stops it, whatever state it is in. */
    async end(): Promise<void> {
      pages.closeAll()
      devices.cutAll()
      await runner.stop()
    },
  }
}

type ResidentName = keyof Cast['residents']

function greetingsIn({ cast, devices, url }: { cast: Cast; devices: StoryDevices; url: () => string }) {
  /** The page of a resident, by her private link. */
  const resident = (name: keyof Cast['links']) =>
    callerAt(url(), { authorization: `Bearer ${cast.links[name]}` })

  /** Every button is heard, so that silence at eight is silence, and no blindness. */
  async function alive(): Promise<void> {
    const { liButton, wuButton, heButton, sunButton } = cast.devices
    for (const button of [liButton, wuButton, heButton, sunButton])
      await devices.say(button, 'heartbeat', { battery: 90 })
  }

  /** Everybody is alive, and has said good morning. */
  async function greetings({ except = [] }: { except?: ResidentName[] } = {}): Promise<void> {
    await alive()
    const { liButton: li, wuButton: wu, heButton: he, sunButton: sun } = cast.devices
    for (const [name, button] of Object.entries({ li, wu, he, sun }))
      if (!except.some((other) => other === name)) await devices.press(button)
    // 郑奶奶 has no button of her own, and uses her page
    if (!except.includes('zheng')) await resident('zheng')('residentCheckIn', { body: { id: 'zheng-1' } })
  }
  return { resident, alive, greetings }
}

type Inboxes = { pages: StoryPages; devices: StoryDevices; nameOf: Map<number, string>; cast: Cast }

const heardIn = ({ pages, devices, nameOf, cast }: Inboxes) => ({
  /** What rang since the last look, by instant and name: `08:00:00 王红 alarm missed alarm`. */
  heard(): string[] {
    const lines = pages.rung.splice(0).map(({ at, name, ring: { purpose, kind, stage, origin } }) => {
      const mark = origin === 'live' ? '' : ` ${origin}`
      return `${clockTime(at)} ${nameOf.get(cast.persons[name])} ${purpose} ${kind} ${stage}${mark}`
    })
    return lines.sort()
  },
  /** What devices were told since the last look: `li-button remind`. */
  told: (): string[] =>
    devices.commands
      .splice(0)
      .map(({ serial, command }) => `${serial} ${command.kind}`)
      .sort(),
})

const registerIn = (db: Db, cast: Cast) => ({
  /** One more device, of which nothing was heard yet. */
  addDevice: (serial: string, home: keyof Cast['homes'], device: NewDevice) =>
    addDevice(db, { serial, homeId: cast.homes[home], ...device }),
  /** Another way to somebody besides the page. */
  addWebhook: (name: keyof Cast['persons'], address: string) =>
    db.run(sql`
      insert into contact_point (person_id, channel, address, secret, position)
      values (${cast.persons[name]}, 'webhook', ${address}, 'a secret of 32 characters or more', 2)`),
})

/** The app itself: it may stop and start again on the same port while the story goes on. */
export async function createRunner(parts: { database: TestDatabase; clock: FakeClock; log: Logger }) {
  let app: App | undefined
  let port = 0

  async function start(): Promise<void> {
    app = await newApp(parts)
    await app.listen({ host: '127.0.0.1', httpPort: port, mqttPort: 0 })
    port = (app.api.server.address() as AddressInfo).port
    // The metronome goes by the clock on the wall; the story ticks by its own.
    await app.jobs.stop()
  }
  await start()
  return {
    start,
    async stop(): Promise<void> {
      await app?.close()
      app = undefined
    },
    isRunning: () => app !== undefined,
    app(): App {
      if (!app) throw new Error('the service is not running')
      return app
    },
    url: () => `http://127.0.0.1:${port}`,
    /** A second process on the same database. */
    another: () => newApp(parts),
  }
}

const newApp = ({ database, clock, log }: { database: TestDatabase; clock: FakeClock; log: Logger }) =>
  createApp({
    db: database.db,
    databaseUrl: database.url,
    clock,
    log,
    demo: undefined,
    secureCookies: false,
    dashboardDir: undefined,
  })

/** Epoch ms of 'HH:MM', 'HH:MM:SS' on the first day, or 'YYYY-MM-DD HH:MM' on any. */
function instantOf(when: string): number {
  const [date, time] = when.includes(' ') ? when.split(' ') : [firstDay, when]
  return Date.parse(`${date}T${time}+08:00`)
}

const clockTime = (instant: number): string => new Date(instant + zoneMs).toISOString().slice(11, 19)

const Named = Type.Object({ id: Type.Integer(), name: Type.String() })

export async function namesIn(db: Db): Promise<Map<number, string>> {
  const persons = await db.many(Named, sql`select id, name from person`)
  return new Map(persons.map(({ id, name }) => [id, name]))
}

type Registered = { serial: string; homeId: number } & NewDevice

export async function addDevice(db: Db, { serial, homeId, ...device }: Registered): Promise<CastDevice> {
  const secret = `secret-of-${serial}-0123456789abcdef`
  const { id } = await db.one(
    Type.Object({ id: Type.Integer() }),
    sql`
      insert into device (serial, community_id, home_id, resident_id, kind, power, secret_hash, origin, indoors)
      select ${serial}, community_id, id, ${device.residentId ?? null}, ${device.kind}, ${device.power},
        ${createHash('sha256').update(secret).digest()}, ${device.origin ?? 'live'}, ${device.indoors ?? true}
      from home
      where id = ${homeId}
      returning id`,
  )
  return { id, serial, secret }
}

/**
 * As it was when it was cloned; `migration` is a schema of its own. Some hundred rows go in 3 ms where `truncate`, which
 * makes every file of every index anew, takes 0.1 s. Like it, this waits for who is still writing.
 */
export async function emptied(db: Db): Promise<void> {
  await db.run(sql`
    do $$
    declare
      one text;
    begin
      execute (
        select 'lock table ' || string_agg(quote_ident(tablename), ', ') || ' in access exclusive mode'
        from pg_tables
        where schemaname = 'public'
      );
      -- no rule of the tables applies to what takes all of them along
      set local session_replication_role = replica;
      for one in select tablename from pg_tables where schemaname = 'public' loop
        execute format('delete from %I', one);
      end loop;
      perform setval(format('%I.%I', schemaname, sequencename), start_value, false)
      from pg_sequences
      where schemaname = 'public' and last_value is not null;
    end $$`)
}
