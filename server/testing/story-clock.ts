// Time in a story: it goes from deadline to deadline, and at each of them waits until everything has come to rest.
import { Type } from 'typebox'
import { orNull } from '#contract/primitives.ts'
import type { FakeClock } from '#clock/fake-clock.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { App } from '../app.ts'
import type { StoryDevices } from './story-devices.ts'
import type { StoryPages } from './story-pages.ts'
import { until } from './until.ts'

export type StoryClockOptions = {
  db: Db
  clock: FakeClock
  app: () => App
  devices: StoryDevices
  pages: StoryPages
}

const second = 1000

export function createStoryClock({ db, clock, app, devices, pages }: StoryClockOptions) {
  /** Everything that was set off has come to rest: stored, sent, rung, confirmed, and seen by whoever follows. */
  async function settled(): Promise<void> {
    await app().ingest.settled()
    // Who cannot be reached is passed over aside: the next one is asked before the second is over.
    do await app().jobs.hurry('outbox')
    while (await app().dispatch.settled())
    await until(
      'whoever is told is reached',
      async () => (await tellingsUnderWay(db, clock.now(), pages.answeringIds())) === 0,
    )
    await until('every command is heard', async () => {
      const sent = await commandsSent(db)
      return sent.every(({ id, serial }) => devices.heardIds.has(id) || !devices.isListening(serial))
    })
    await until('every page has seen the last event', pages.haveSeenTheLastEvent)
  }

  /** The next second at which something falls due, at most `latest`. */
  async function nextSecond(latest: number): Promise<number> {
    const now = clock.now()
    const dueAt = Math.min((await nextDeadline(db, now)) ?? Infinity, devices.nextHeartbeatAt())
    const soonest = (Math.floor(now / second) + 1) * second
    return Math.min(latest, Math.max(soonest, Math.ceil(dueAt / second) * second))
  }

  async function tick(): Promise<void> {
    await devices.breathe()
    await sawAllTheWay()
    await app().jobs.tick(clock.now())
    await settled()
  }

  /** A tick at each second before `target` at which something is due; what happens then comes before its own tick. */
  async function arriveAt(target: number): Promise<void> {
    if (target < clock.now()) throw new Error('the clock of a story does not go back')
    await settled()
    while (clock.now() < target) {
      await clock.moveTo(await nextSecond(target))
      if (clock.now() < target) await tick()
    }
  }

  /** In earnest the service looks every second; a story passes over an hour in a moment and was there all the same. */
  const sawAllTheWay = () =>
    db.run(sql`
      update server_beat
      set seen_until = ${at(clock.now())}
      where left_at is null`)

  /** A tick at each second at which something is due, and one at the end. `target` in epoch ms, never back. */
  async function moveTo(target: number): Promise<void> {
    const isAhead = clock.now() < target
    await arriveAt(target)
    if (isAhead) await tick()
  }

  return {
    settled,
    tick,
    arriveAt,
    moveTo,
    /** A tick every second, as the service has it in earnest. */
    async everySecondUntil(target: number): Promise<void> {
      while (clock.now() < target) {
        await clock.advance(second)
        await tick()
      }
    },
  }
}

const Due = Type.Object({ dueAt: orNull(Type.Integer()) })

/**
 * The earliest deadline of any row, also one that has passed and still stands; null where there is none. Between
 * two of them a tick finds nothing to do, so that a story may pass over an hour in a moment.
 */
async function nextDeadline(db: Db, now: number): Promise<number | null> {
  const { dueAt } = await db.one(
    Due,
    sql`
      select min(due_at) as due_at
      from (
        select due_at from pact where not paused and not exists (
          select
          from blind_interval b
          where b.judge_after > ${at(now)}
            and pact.due_at between b.from_at and b.judge_after
        )
        union all
        select remind_at from pact where not paused and covered_by is null
        union all
        select silent_at from device where not out_of_service
        union all
        select due_at from incident where state <> 'closed' and due_kind <> 'secondDeadline'
        union all
        select to_timestamp((evidence ->> 'secondDueAt')::float8 / 1000)
        from incident
        where state = 'open' and kind = 'missed' and stage = 'notice'
        union all
        select due_at from assignment
        union all
        select c.due_at from emergency_call c join incident i on i.id = c.incident_id
        where c.done_at is null and i.state = 'open'
        union all
        select due_at from telling where state in ('due', 'sending') and lease_until is null
        union all
        select created_at from device_command c join device d on d.id = c.device_id
        where c.sent_at is null and c.result is null and d.online
        union all
        select expires_at from device_command where sent_at is null and result is null
        union all
        select until_at from set_aside where how = 'shelved' and ended_at is null
        union all
        select judge_after from blind_interval where judge_after > ${at(now)}
      ) as deadline`,
  )
  return dueAt
}

const Unsettled = Type.Object({ left: Type.Integer() })

/** How many tellings are still on their way to somebody whose page would say that it rang. */
async function tellingsUnderWay(db: Db, now: number, answeringIds: number[]): Promise<number> {
  const { left } = await db.one(
    Unsettled,
    sql`
      select count(*)::int as left
      from telling
      where (state = 'due' and due_at <= ${at(now)})
        or (state = 'sending' and lease_until > clock_timestamp())
        or (
          state = 'sending'
          and sent_at is not null
          and channel like 'page-%'
          and person_id = any(${answeringIds}::bigint[])
        )`,
  )
  return left
}

const Sent = Type.Object({ id: Type.Integer(), serial: Type.String() })

/** Commands that left for a device. */
const commandsSent = (db: Db) =>
  db.many(
    Sent,
    sql`
      select c.id, d.serial
      from device_command c
      join device d on d.id = c.device_id
      where c.sent_at is not null`,
  )
