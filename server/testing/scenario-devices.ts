// The devices of a scenario: what cannot be sent now is kept, and delivered when the line is back, with its own time.
import { Type } from 'typebox'
import type { FakeClock } from '#clock/fake-clock.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import type { UpKind } from '#contract/topics.ts'
import type { App } from '../app.ts'
import { instantOf } from '../scenarios/instants.ts'
import type { Happening, Scenario } from '../scenarios/language.ts'
import type { CastDevice } from './cast.ts'
import type { Received } from './scenario-received.ts'
import { sourcesOf, type ScenarioWorld } from './scenario-world.ts'
import { createStoryDevices } from './story-devices.ts'
import { until } from './until.ts'

type Options = {
  world: ScenarioWorld
  clock: FakeClock
  db: Db
  app: () => App
}
type Kept = { device: CastDevice; kind: UpKind; body: object | string; retain: boolean }
type FromDevice = Happening & { is: 'says' | 'backlog' | 'curve' | 'line' | 'power' }

/** A little sooner than a mains device counts as silent (10 min), and a battery one (25 h). */
const everyMs = { mains: 9 * 60_000, battery: 20 * 3_600_000 }

export function createScenarioDevices({ world, clock, db, app }: Options) {
  const living = createStoryDevices({ broker: () => app().broker, clock, everyMs, wills: true })
  /** Whose line is cut, whatever becomes of the service. */
  const cut = new Set<string>()
  let isServerUp = true
  let kept: Kept[] = []

  async function say(one: Kept): Promise<void> {
    if (!isServerUp || cut.has(one.device.serial)) return void kept.push(one)
    await living.say(one.device, one.kind, one.body, { retain: one.retain })
  }

  async function deliverKept(): Promise<void> {
    const now = kept.filter(({ device }) => !cut.has(device.serial))
    kept = kept.filter(({ device }) => cut.has(device.serial))
    for (const one of now) await say(one)
  }

  async function setLine(device: CastDevice, up: boolean): Promise<void> {
    if (up) {
      cut.delete(device.serial)
      if (!isServerUp) return
      await living.say(device, 'heartbeat')
      await deliverKept()
    } else {
      cut.add(device.serial)
      await living.cut(device)
      if (isServerUp) await until(`${device.serial} is gone`, async () => !(await isOnline(db, device)))
    }
  }

  return {
    living,
    /** Everybody in the story connects and is heard, except those whose very first word is part of it. */
    async begin(scenario: Scenario): Promise<void> {
      const unheard = scenario.given.flatMap((given) => (given.is === 'neverHeard' ? [given.resident] : []))
      const sources = scenario.story.flatMap(sourcesOf).filter((source) => !unheard.includes(source.at))
      for (const device of new Set(sources.map(world.device))) await living.say(device, 'heartbeat')
    },
    async happen(what: FromDevice, scenario: Scenario): Promise<void> {
      if (what.is === 'says') return say(wordOf(what, scenario))
      if (what.is === 'backlog') return say(backlogOf(what))
      if (what.is === 'line') return setLine(world.device(what.from), what.up)
      if (what.is === 'power')
        for (const device of await mainsOf(db, what.building, world.speaking)) await setLine(device, what.on)
    },
    /** The broker has gone: nobody is connected any more. */
    async lost(): Promise<void> {
      isServerUp = false
      await living.lost()
    },
    async comeBack(): Promise<void> {
      isServerUp = true
      for (const device of world.speaking) if (!cut.has(device.serial)) await living.say(device, 'heartbeat')
      await deliverKept()
    },
    end: living.cutAll,
    /** What devices were told so far. */
    sounded: (): Received[] =>
      living.commands.map(({ at, serial, command }) => ({
        is: 'sounded',
        at,
        serial,
        command: command.kind,
        ...(command.by ? { by: command.by } : {}),
      })),
  }

  /** All in one message, each value with its own time; the last one is of now. */
  function backlogOf({ from, of, everyMs, values }: FromDevice & { is: 'backlog' }): Kept {
    const timeOf = (nth: number) => clock.now() - (values.length - 1 - nth) * everyMs
    const body = { values: values.map((value, nth) => ({ kind: of, value, time: timeOf(nth) })) }
    return { device: world.device(from), kind: 'readings', body, retain: false }
  }

  function wordOf(
    { from, kind, body, retain, deviceTime }: FromDevice & { is: 'says' },
    scenario: Scenario,
  ): Kept {
    const time = deviceTime === undefined ? clock.now() : instantOf(scenario, deviceTime)
    const stamped = typeof body === 'string' ? body : { time, ...body }
    return { device: world.device(from), kind, body: stamped, retain: retain === true }
  }
}

const isOnline = async (db: Db, { id }: CastDevice): Promise<boolean> => {
  const { online } = await db.one(
    Type.Object({ online: Type.Boolean() }),
    sql`select online is not false as online from device where id = ${id}`,
  )
  return online
}

async function mainsOf(db: Db, building: string, devices: readonly CastDevice[]): Promise<CastDevice[]> {
  const rows = await db.many(
    Type.Object({ id: Type.Integer() }),
    sql`
      select d.id
      from device d
      join home on home.id = d.home_id
      join building on building.id = home.building_id
      where building.name = ${building}
        and d.power = 'mains'`,
  )
  const ids = rows.map(({ id }) => id)
  return devices.filter(({ id }) => ids.includes(id))
}
