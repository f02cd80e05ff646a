// The product's own judgement of a deadline, put together as server/app.ts does it: rules, incidents, dispatch. Nobody is
// told meanwhile: to send what stands in the outbox is another work, and the yardstick has nothing like it.
import { createFakeClock } from '#clock/fake-clock.ts'
import { openDatabase, type Database } from '#db/database.ts'
import type { Verdict } from '#domain/verdict.ts'
import { createDispatch } from '../../server/dispatch/dispatch.ts'
import { createIncidents } from '../../server/incidents/incidents.ts'
import { limits } from '../../server/limits.ts'
import { lookAgain } from '../../server/rules/look-again.ts'
import { createRules } from '../../server/rules/rules.ts'
import { dueAt } from './world.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

export type Judged = {
  ms: number
  /** CPU of our process; that of the database is counted from outside. */
  cpuMs: number
  /** Of each transaction: nothing that needs one of its rows waits longer. */
  sliceMs: number[]
  /** Of each CO alarm that was stored meanwhile, from its verdict to its commit. */
  hazardMs: number[]
}

function assemble(url: string, name: string) {
  const db = openDatabase({ url, poolSize: 5, applicationName: name })
  const clock = createFakeClock(dueAt)
  const channel = { tell: () => Promise.resolve('retry' as const) }
  const channels = { page: channel, webhook: channel }
  const dispatch = createDispatch({ db, clock, log, limits, channels, sendCommand: () => 'offline' })
  return { db, clock, incidents: createIncidents({ db, dispatch, limits, lookAgain }) }
}

/** From the deadline until everything that follows from it is committed. @param hazardEveryMs 0 for none */
export async function judgeDeadline(url: string, hazardEveryMs: number): Promise<Judged> {
  const { db, clock, incidents } = assemble(url, 'bench: the product')
  const sliceMs: number[] = []
  const timed: Database = {
    ...db,
    transaction: async (work) => {
      const startedAt = performance.now()
      const result = await db.transaction(work)
      sliceMs.push(performance.now() - startedAt)
      return result
    },
  }
  const rules = createRules({ db: timed, clock, log, applyVerdicts: incidents.applyVerdicts })
  // The service looks once a second: its connections and its statements are there when the deadline comes.
  for (let second = 5; second > 0; second -= 1) await rules.judgeDeadlines(dueAt - second * 1000)
  sliceMs.length = 0
  const hazards = hazardEveryMs > 0 ? meanwhile(url, hazardEveryMs) : undefined
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()]
  let hazardMs: number[] = []
  try {
    while ((await rules.judgeDeadlines(dueAt)).more);
  } finally {
    hazardMs = (await hazards?.stop()) ?? []
  }
  const ms = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  await db.close()
  return { ms, cpuMs: (user + system) / 1000, sliceMs, hazardMs }
}

/** One CO alarm after the other in homes whose residents have greeted, over connections of their own. */
function meanwhile(url: string, everyMs: number) {
  const { db, incidents } = assemble(url, 'bench: hazards')
  const storing: Promise<number>[] = []
  const timer = setInterval(() => void storing.push(store()), everyMs)
  const store = async (): Promise<number> => {
    const homeId = 1 + storing.length
    const startedAt = performance.now()
    await db.transaction((tx) => incidents.applyVerdicts(tx, [co(homeId)], dueAt))
    return performance.now() - startedAt
  }
  return {
    async stop(): Promise<number[]> {
      clearInterval(timer)
      const all = await Promise.all(storing)
      await db.close()
      return all
    },
  }
}

/** 500 homes with a CO alarm in one transaction: an outage that ends, or one flue for a whole building. Gives ms. */
export async function alarmTogether(url: string, homes: number): Promise<number> {
  const { db, incidents } = assemble(url, 'bench: alarms')
  await db.pool.query('select 1')
  const verdicts = Array.from({ length: homes }, (_, nth) => co(1 + nth * 2))
  const startedAt = performance.now()
  await db.transaction((tx) => incidents.applyVerdicts(tx, verdicts, dueAt))
  const ms = performance.now() - startedAt
  await db.close()
  return ms
}

const co = (homeId: number): Verdict => ({
  communityId: 2,
  homeId,
  residentId: null,
  deviceId: homeId,
  kind: 'co',
  stage: 'alarm',
  evidence: { value: 150, unit: 'ppm', since: dueAt, lastAt: dueAt },
  origin: 'live',
  ringsAgain: false,
})
