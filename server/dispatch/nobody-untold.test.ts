// Model-based, over the real database: people answer as they like, and whoever is silent is not left untold.
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResponderAct } from '#contract/acts.ts'
import { sql } from '#db/sql.ts'
import { makeOwnRules } from '#testing/own-rules.ts'
import { createResponding, type Responding } from '#testing/responding.ts'

const minute = 60_000
/** A newcomer may be phoned for 45 minutes; then whoever set out has 3, 15 and 5 minutes, and is lost once more. */
const waitedMin = 120

let rig: Responding
beforeAll(async () => {
  rig = await createResponding()
})
afterAll(() => rig.drop())

type Name = 'wang' | 'zhang' | 'zhou' | 'daughter' | 'zhao'
const stewards = ['wang', 'zhang'] as const
const acts: readonly ResponderAct[] = ['acknowledge', 'depart', 'arrive', 'decline']

/** The desk stays at its desk: of two silent people at the door, of whom one is the whole desk, nobody else is asked yet. */
const answer = fc
  .record({
    who: fc.constantFrom<Name>('zhou', 'daughter', 'zhao', 'zhang', 'wang'),
    act: fc.constantFrom(...acts),
    waitMin: fc.integer({ min: 0, max: 9 }),
  })
  .filter(({ who, act }) => who !== 'zhao' || act === 'acknowledge' || act === 'decline')
const morning = fc.record({
  tier: fc.constantFrom('general', 'key', 'high'),
  deaf: fc.boolean(),
  isNew: fc.boolean(),
  what: fc.constantFrom('missed', 'blind', 'neverPressed', 'departure'),
  /** Whose phone can be rung. */
  awake: fc.uniqueArray(fc.constantFrom(...stewards), { minLength: 1 }),
  answers: fc.array(answer, { maxLength: 9 }),
})
type Morning = typeof morning extends fc.Arbitrary<infer M> ? M : never

async function begin({ tier, deaf, isNew, what, awake }: Morning): Promise<void> {
  await rig.reset()
  await rig.db.run(sql`
    update resident
    set tier = ${tier},
      deaf = ${deaf},
      contact_mode = ${deaf ? 'light' : 'phone'},
      enrolled_on = ${isNew ? '2026-03-01' : '2026-01-05'}
    where id = ${rig.cast.residents.li}`)
  await rig.open('zhou', 'zhao', 'daughter', ...awake)
  const silence = what === 'blind' ? 'blind' : 'missed'
  const verdict = rig.verdicts.silence(silence, 'warning', rig.clock.now())
  const task = what === 'neverPressed' || what === 'departure' ? { task: what } : {}
  const { silence: _silence, ...departed } = verdict.evidence
  const evidence = what === 'departure' ? departed : verdict.evidence
  await rig.found({ ...verdict, evidence: { ...evidence, ...task } })
}

/**
 * Everybody who was rung, from the beginning to the end; who knows of it, having been rung or having set to it unasked;
 * and whose last word was that they cannot go.
 */
async function live({ answers }: Morning) {
  const rung = new Set<string>()
  const unasked = new Set<string>()
  const cannotGo = new Set<string>()
  const listen = () => {
    for (const heard of rig.listen()) {
      const [who = '', purpose] = heard.split(' ')
      if (purpose === 'alarm') rung.add(who)
    }
  }
  const { id: incidentId } = await rig.card()
  for (const { who, act, waitMin } of answers) {
    const byId = rig.cast.persons[who]
    const result = await rig.incidents.respond({ incidentId, byId, act, now: rig.clock.now() })
    if (result.ok && act === 'decline') cannotGo.add(who)
    else if (result.ok) {
      cannotGo.delete(who)
      unasked.add(who)
    }
    await rig.after(waitMin * minute)
    listen()
  }
  for (let waited = 0; waited < waitedMin; waited += 5) {
    await rig.after(5 * minute)
    listen()
  }
  return { rung, knows: new Set([...rung, ...unasked]), cannotGo }
}

test('safety 3, 7: whatever neighbour, family, desk and stewards answer, nobody who is silent remains untold to a steward who can go', async () => {
  await makeOwnRules(rig.db, rig.cast.communityId, {})
  await fc.assert(
    fc.asyncProperty(morning, async (one) => {
      await begin(one)
      const { rung, knows, cannotGo } = await live(one)
      const canGo = one.awake.filter((who) => !cannotGo.has(who))
      if (canGo.length > 0) expect(canGo.filter((who) => knows.has(who))).not.toEqual([])
      // And it is not over: the desk is rung on until somebody says what it was.
      expect(await rig.card()).toMatchObject({ state: 'open' })
      expect(rung).toContain('zhao')
    }),
    // what fails is told as it is: to make it smaller takes longer than the test may
    { numRuns: 10, endOnFailure: true },
  )
}, 60_000)
