// Ingest and rules on a real database: devices speak, and tests say what the rules found.
import { createFakeClock } from '#clock/fake-clock.ts'
import { noChanges, type RuleLayers } from '#contract/rule-layers.ts'
import { topicOf, type UpKind } from '#contract/topics.ts'
import type { Verdict } from '#domain/verdict.ts'
import { applyVerdicts } from '../incidents/apply-verdicts.ts'
import type { IncidentDispatch } from '../incidents/dispatch-side.ts'
import { createIngest, type Incoming } from '../ingest/ingest.ts'
import { limits } from '../limits.ts'
import { writeRuleBook } from '../rules/rule-book.ts'
import { createRules, type Rules } from '../rules/rules.ts'
import { seedCast, type CastDevice } from './cast.ts'
import { createTestDatabase } from './database.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const quiet = async () => {}
/** Nobody is told here: these stories end at the incident. */
export const quietDispatch: IncidentDispatch = {
  onOpened: quiet,
  onRaised: quiet,
  onAcknowledged: quiet,
  onDeclined: quiet,
  onAssigned: quiet,
  onNoAnswer: quiet,
  onJoined: quiet,
  onNews: quiet,
  onEnded: quiet,
}

export type Judging = Awaited<ReturnType<typeof createJudging>>

/** @param startAt epoch ms. `opens`: whether what is found becomes incidents, or is only found */
export async function createJudging({ startAt, opens }: { startAt: number; opens: boolean }) {
  const database = await createTestDatabase()
  const { db } = database
  const cast = await seedCast(db, startAt)
  const clock = createFakeClock(startAt)
  const found: Verdict[] = []

  /** As another server on the same database. @param refuse may throw before anything is applied */
  const openRules = (refuse: (verdicts: readonly Verdict[]) => void = () => {}): Rules =>
    createRules({
      db,
      clock,
      log,
      applyVerdicts: async (tx, verdicts, now) => {
        refuse(verdicts)
        found.push(...verdicts)
        if (opens) await applyVerdicts(tx, verdicts, { now, dispatch: quietDispatch })
      },
    })
  const rules = openRules()
  const { judgeBatch: judge, judgePlainly } = rules
  const ingest = createIngest({ db, clock, log, limits, judge, judgePlainly, acknowledge: () => {} })

  /** A body that is a text goes as it is. */
  async function messageOf(device: CastDevice, kind: UpKind, body: unknown): Promise<Incoming> {
    const principal = await ingest.authenticate(device.serial, device.secret)
    if (!principal) throw new Error('the device was not let in')
    const payload = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    const topic = topicOf(device.serial, kind)
    const receivedAt = clock.now()
    return { principal, clientId: device.serial, topic, payload, qos: 1, retain: false, receivedAt }
  }

  return {
    database,
    cast,
    clock,
    rules,
    ingest,
    /** Everything since the test emptied it. */
    found,
    openRules,
    messageOf,
    say: async (device: CastDevice, kind: UpKind, body: unknown) =>
      ingest.accept(await messageOf(device, kind, body)),
    /** The first version of the community's own rules. */
    change: (layers: Partial<RuleLayers>) =>
      db.transaction((tx) =>
        writeRuleBook(tx, {
          communityId: cast.communityId,
          version: 1,
          layers: { ...noChanges, ...layers },
          note: 'for a test',
          byId: cast.persons.zhao,
          now: startAt,
        }),
      ),
    async close(): Promise<void> {
      await ingest.close()
      await database.drop()
    },
  }
}
