// Days lived through at the pace of what happens: the clock stops where something is due, and the rules look then.
import { Type } from 'typebox'
import type { OutcomeCode } from '#contract/outcomes.ts'
import type { UpKind } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import { createIncidents } from '../incidents/incidents.ts'
import { limits } from '../limits.ts'
import type { CastDevice } from './cast.ts'
import { quietDispatch, type Judging } from './judging.ts'

const Due = Type.Object({ at: Type.Union([Type.Integer(), Type.Null()]) })
const Open = Type.Object({ id: Type.Integer() })

export function createLiving({ database, clock, rules, say, cast }: Judging) {
  const { db } = database
  const incidents = createIncidents({ db, dispatch: quietDispatch, limits, lookAgain: rules.lookAgain })

  /** As the jobs of app.ts: everything that is due now. */
  async function look(): Promise<void> {
    const now = clock.now()
    while ((await rules.judgeDeadlines(now)).more);
    await rules.judgeSecondDeadlines(now)
    await rules.judgeSilentDevices(now)
    await rules.judgeAgain(now)
  }

  async function nextDue(): Promise<number | null> {
    const { at } = await db.one(
      Due,
      sql`
        select min(due.at) as at
        from (
          select due_at as at
          from pact
          union all
          select silent_at
          from device
          union all
          select due_at
          from air_due
          union all
          select to_timestamp((evidence ->> 'secondDueAt')::float8 / 1000)
          from incident
          where state = 'open'
            and kind = 'missed'
            and stage = 'notice'
        ) as due`,
    )
    return at
  }

  async function until(at: number): Promise<void> {
    for (let due = await nextDue(); due !== null && due <= at; due = await nextDue()) {
      await clock.moveTo(Math.max(due, clock.now() + 1))
      await look()
    }
    await clock.moveTo(at)
  }

  return {
    look,
    /** Lives until then (epoch ms). */
    until,
    async says(
      at: number,
      devices: readonly CastDevice[],
      what: { kind: UpKind; body?: object },
    ): Promise<void> {
      await until(at)
      await Promise.all(devices.map((device) => say(device, what.kind, what.body ?? {})))
    },
    /** The desk says what was found, of the open incident of this kind in this home. */
    async closes(
      at: number,
      homeId: number,
      found: { kind: string; outcome: OutcomeCode; residentId?: number },
    ): Promise<void> {
      await until(at)
      const { id } = await db.one(
        Open,
        sql`
          select id
          from incident
          where home_id = ${homeId}
            and kind = ${found.kind}
            and state = 'open'
            and resident_id is not distinct from ${found.residentId ?? null}`,
      )
      const act = { incidentId: id, byId: cast.persons.zhao, outcome: found.outcome, note: '已核实', now: at }
      const result = await incidents.close(act)
      if (!result.ok) throw new Error(`could not be closed: ${result.code}`)
    },
  }
}
