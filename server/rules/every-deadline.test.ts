// Model-based, over the real database: presses on time, late, and long on their way, absences, servers that are away or
// look twice. Whatever comes, every deadline is judged once, and no silence is without an incident or a written reason.
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Type } from 'typebox'
import { orNull } from '#contract/primitives.ts'
import { at, sql } from '#db/sql.ts'
import { localDate, localInstant } from '#domain/occurrence.ts'
import { addDays } from '#domain/calendar-day.ts'
import { createJudging, type Judging } from '#testing/judging.ts'

const minuteMs = 60_000
const zone = 'Asia/Shanghai'
const startAt = Date.parse('2026-11-23T07:30:00+08:00')
/** After an earlier press the longest silence asks before the hour: that has a property of its own. */
const pressesFrom = '06:30'

let judging: Judging
beforeAll(async () => {
  judging = await createJudging({ startAt, opens: true })
})
afterAll(() => judging.close())

type Happening =
  | { is: 'wait'; minutes: number }
  | { is: 'press'; agoMin: number }
  | { is: 'judge'; servers: number }
  | { is: 'leaves'; days: number }
  | { is: 'isBack' }
  | { is: 'closed' }

const minutes = fc.oneof(
  fc.integer({ min: 0, max: 90 }),
  fc.integer({ min: 60, max: 14 * 60 }),
  fc.integer({ min: 1, max: 60 * 60 }),
)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: minutes.map((count) => ({ is: 'wait' as const, minutes: count })) },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 0, max: 150 }).map((agoMin) => ({ is: 'press' as const, agoMin })),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 3 }).map((servers) => ({ is: 'judge' as const, servers })),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((days) => ({ is: 'leaves' as const, days })) },
  { weight: 1, arbitrary: fc.constantFrom<Happening>({ is: 'isBack' }, { is: 'closed' }) },
)

const Pact = Type.Object({ id: Type.Integer(), dueOn: Type.String(), dueAt: Type.Integer() })
const Seen = Type.Object({
  pressed: Type.Boolean(),
  away: Type.Boolean(),
  open: orNull(Type.Integer()),
})

/** Only 李奶奶 has a pact, as it was at half past seven on the first morning. */
async function begin(): Promise<void> {
  const { db } = judging.database
  const { li } = judging.cast.residents
  await db.run(sql`truncate condition, incident, absence, message cascade`)
  await db.run(sql`delete from check_in`)
  await db.run(sql`update pact set paused = resident_id <> ${li}`)
  await judging.clock.moveTo(judging.clock.now() + 3 * 24 * 60 * minuteMs)
  const today = localDate(judging.clock.now(), zone)
  await judging.clock.moveTo(localInstant(addDays(today, 1), '07:30', zone))
  await db.run(sql`
    update pact
    set due_on = ${addDays(today, 1)},
      opens_at = ${at(localInstant(addDays(today, 1), '03:00', zone))},
      due_at = ${at(localInstant(addDays(today, 1), '08:00', zone))},
      agreed_at = null,
      covered_by = null,
      covered_at = null
    where resident_id = ${li}`)
  await db.run(sql`update device set silent_at = null, last_seen_at = ${at(judging.clock.now())}`)
  judging.found.length = 0
}

const pactOf = () =>
  judging.database.db.one(
    Pact,
    sql`select id, due_on, due_at from pact where resident_id = ${judging.cast.residents.li}`,
  )

/** What is written down of that day: her own press before anybody looked, an absence that covers it, a card that stands. */
const written = (on: string) =>
  judging.database.db.one(
    Seen,
    sql`
      select
        exists (
          select
          from check_in
          where resident_id = ${judging.cast.residents.li}
            and at between ${at(localInstant(on, '03:00', zone))} and ${at(judging.clock.now())}
        ) as pressed,
        exists (
          select
          from absence
          where resident_id = ${judging.cast.residents.li}
            and ended_at is null
            and from_on <= ${on}
            and until_on > ${on}
        ) as away,
        (
          select min(id)
          from incident
          where resident_id = ${judging.cast.residents.li}
            and kind = 'missed'
            and state = 'open'
        ) as open`,
  )

/** Everything due is judged, by several servers at once; then each deadline that passed is accounted for. */
async function judge(servers: number): Promise<void> {
  const { clock, found } = judging
  const now = clock.now()
  const before = await pactOf()
  const known = found.length
  const each = Array.from({ length: servers }, () => judging.openRules())
  const all = () =>
    Promise.all(
      each.map(async (rules) => {
        while ((await rules.judgeDeadlines(now)).more);
      }),
    )
  await all()
  // Of many days that passed, each look takes one; the service looks every second.
  let after = await pactOf()
  for (let seconds = 0; after.dueAt <= now && seconds < 100; seconds += 1) {
    await all()
    after = await pactOf()
  }
  expect(after.dueAt).toBeGreaterThan(now)
  await all()
  const missed = found.slice(known).filter(({ kind, stage }) => kind === 'missed' && stage !== null)
  if (before.dueAt > now) return expect(missed).toEqual([])
  const last = addDays(after.dueOn, -1)
  const { pressed, away, open } = await written(last)
  expect(missed.map(({ pact }) => pact?.on)).toEqual(pressed || away ? [] : [last])
  if (!pressed && !away) expect(open).not.toBeNull()
}

async function happen(what: Happening): Promise<void> {
  const { clock, cast, database, say } = judging
  const now = clock.now()
  const today = localDate(now, zone)
  switch (what.is) {
    case 'wait':
      return clock.moveTo(now + what.minutes * minuteMs)
    case 'press': {
      const time = now - what.agoMin * minuteMs
      if (time < localInstant(localDate(time, zone), pressesFrom, zone)) return
      await say(cast.devices.liButton, 'checkin', { id: `press-${time}`, time })
      return
    }
    case 'judge':
      return judge(what.servers)
    case 'leaves':
      await database.db.run(sql`
        insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
        values (
          ${cast.communityId}, ${cast.residents.li}, ${today}, ${addDays(today, what.days)}, '扬州女儿家', '李梅',
          '13800000000', ${at(now)}
        )`)
      return
    case 'isBack':
      await database.db.run(sql`update absence set ended_at = ${at(now)}`)
      return
    case 'closed':
      await database.db.run(sql`
        update incident
        set state = 'closed', outcome = 'slept_late', handled_by = ${cast.persons.zhao}, closed_at = ${at(now)}`)
      await database.db.run(sql`truncate condition cascade`)
  }
}

test('every due deadline is judged exactly once, and no silence is without an incident or a written reason', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 16 }), async (happenings) => {
      await begin()
      for (const what of happenings) await happen(what)
      await judging.clock.moveTo(judging.clock.now() + 24 * 60 * minuteMs)
      await judge(2)
      const { dueOn } = await pactOf()
      const days = judging.found.flatMap(({ kind, stage, pact }) =>
        kind === 'missed' && stage !== null && pact ? [pact.on] : [],
      )
      expect(new Set(days).size).toBe(days.length)
      for (const on of days) expect(on < dueOn).toBe(true)
    }),
    { numRuns: 20 },
  )
}, 60_000)
