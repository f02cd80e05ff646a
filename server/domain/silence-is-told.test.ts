// The plan by which a silence is asked about, and the ladder behind it, as one: whatever neighbour, family and desk
// answer short of having seen or spoken with her, nobody who is silent remains untold to a steward who can go.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RiskTier, Silence } from '#contract/primitives.ts'
import { effectiveRules } from '#contract/rule-set.ts'
import { limits } from '../limits.ts'
import { askPlan, type AskInput } from './ask-plan.ts'
import { ladderFor, whoIsNext, type Around } from './ladder.ts'
import type { SilenceTask } from './silence.ts'

const minuteMs = 60_000

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 3 })
const around: fc.Arbitrary<Around> = fc.record({
  steward: ids,
  backup: ids,
  neighbour: ids,
  family: ids,
  desk: ids,
})
const asked: fc.Arbitrary<AskInput & { tier: RiskTier }> = fc.record({
  task: fc.constantFrom<SilenceTask>('missed', 'late', 'blind', 'neverPressed', 'longSilence', 'departure'),
  tier: fc.constantFrom<RiskTier>('high', 'key', 'general'),
  deaf: fc.boolean(),
  firstFortnight: fc.boolean(),
  agreedInMs: fc.integer({ min: 0, max: 7_200_000 }),
  judgedLateMs: fc.integer({ min: 0, max: 7_200_000 }),
})
const within = (from: number, to: number) => fc.integer({ min: from, max: to })
const community = fc.record({
  ladder: fc.record({
    firstTryMin: within(-30, 0),
    tries: within(1, 8),
    triesApartMin: within(1, 15),
    nearbyAfterMin: within(0, 15),
    stewardAfterMin: within(0, 15),
    newcomerStewardAfterMin: within(15, 60),
  }),
  silence: fc.record({ blindStewardAfterMin: within(1, 39), secondDeadlineMin: within(15, 60) }),
})

/** Late but active is missed at its second deadline: then the plan of a silence that is missed begins. */
function sentAtMs(input: AskInput): number {
  const rules = input.rules ?? effectiveRules({ tier: input.tier })
  const startMs = input.task === 'late' ? rules.silence.secondDeadlineMin * minuteMs : 0
  const plan = askPlan(input.task === 'late' ? { ...input, task: 'missed' } : input)
  return startMs + (plan.find(({ whom }) => whom === 'steward')?.afterMs ?? Infinity)
}

const silenceOf = (task: SilenceTask): Silence => (task === 'blind' ? 'blind' : 'missed')

/** Climbs until it repeats; `busy` are those whom the plan asked before, and who have answered since (收到, or no). */
function climbed(task: SilenceTask, people: Around, busy: readonly number[]) {
  const ladder = ladderFor({ kind: 'missed', stage: 'alarm', silence: silenceOf(task) })
  const told: { personId: number; atMs: number }[] = []
  let [step, atMs] = [0, 0]
  while (step < ladder.steps.length) {
    const next = whoIsNext({ ladder, step, around: people, alreadyTold: [...busy, ...told.map(idOf)] })
    told.push(...next.tell.map(({ personId }) => ({ personId, atMs })))
    step = next.step + 1
    atMs += next.waitMs
  }
  return told
}
const idOf = ({ personId }: { personId: number }) => personId

test('safety 3, 7: whatever neighbour, family and desk answer, whoever can go is told, all of them in an hour and a quarter', () => {
  fc.assert(
    fc.property(asked, community, around, ids, (input, change, people, answered) => {
      const rules = effectiveRules({ tier: input.tier, community: change })
      // Who is a steward and answers otherwise is somebody who answered for themselves; the others answer for nobody.
      const canGo = [...people.steward, ...people.backup]
      const busy = answered.filter((personId) => !canGo.includes(personId))
      const told = climbed(input.task, people, busy)
      const startMs = sentAtMs({ ...input, rules })
      expect(startMs).toBeLessThanOrEqual(75 * minuteMs)
      for (const personId of canGo) {
        const first = told.find((one) => one.personId === personId)
        expect(first, `${personId} can go and hears of nothing`).toBeDefined()
        // The first steward at once, the backup one step later; nobody waits longer than the steps of the ladder.
        expect(first?.atMs).toBeLessThanOrEqual(2 * limits.acknowledgeDueMs)
      }
    }),
  )
})

test('safety 7: no answer of neighbour, family or desk takes the steward out of the plan, or makes them later', () => {
  fc.assert(
    fc.property(asked, within(0, 15), within(0, 15), (input, nearbyAfterMin, other) => {
      const withNearby = (minute: number) =>
        sentAtMs({
          ...input,
          rules: effectiveRules({ tier: input.tier, community: { ladder: { nearbyAfterMin: minute } } }),
        })
      expect(withNearby(nearbyAfterMin)).toBe(withNearby(other))
    }),
  )
})
