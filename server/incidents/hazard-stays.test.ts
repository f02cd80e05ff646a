// Model-based, over the real database: whatever happens around it, a danger keeps a card of its own until a human closes
// it. An absence, the card of a group, clean air, shelving, a device taken out of service: none of them removes it.
import * as fc from 'fast-check'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { IncidentKind, Stage, orNull, stages } from '#contract/primitives.ts'
import { at, sql } from '#db/sql.ts'
import type { Verdict } from '#domain/verdict.ts'
import { createResponding, type Responding } from '#testing/responding.ts'

const minute = 60_000

let rig: Responding
beforeAll(async () => {
  rig = await createResponding()
})
afterAll(() => rig.drop())

const hazards = ['co', 'gas', 'sos'] as const
type Hazard = (typeof hazards)[number]

const happening = fc.oneof(
  fc.record({
    is: fc.constant('danger' as const),
    kind: fc.constantFrom(...hazards),
    stage: fc.constantFrom<Stage>('warning', 'alarm', 'critical'),
    /** Two homes at once are what one cause looks like. */
    isUpstairsToo: fc.boolean(),
  }),
  // What dose or clean air would say later: less, or nothing any more.
  fc.record({
    is: fc.constant('less' as const),
    kind: fc.constantFrom('co' as const, 'gas' as const),
    stage: fc.constantFrom<Stage | null>(null, 'notice', 'warning'),
  }),
  fc.record({ is: fc.constantFrom('away', 'ownOutage', 'blindHomes', 'powerCut', 'missed', 'shelved') }),
  fc.record({
    is: fc.constant('takenOut' as const),
    device: fc.constantFrom('liCo' as const, 'liGas' as const, 'liButton' as const),
  }),
  fc.record({ is: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 40 }) }),
)
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never

const found = (...verdicts: Verdict[]) => rig.found(...verdicts)
const wish = () => ({
  reason: '师傅在修',
  untilAt: rig.clock.now() + 20 * minute,
  byId: rig.cast.persons.zhao,
  now: rig.clock.now(),
})

async function happen(one: Happening): Promise<void> {
  const { cast, db, verdicts, incidents } = rig
  const now = rig.clock.now()
  switch (one.is) {
    case 'danger': {
      const danger = one.kind === 'sos' ? verdicts.sos() : verdicts[one.kind](one.stage)
      const upstairs = { ...danger, homeId: cast.homes.couple, deviceId: cast.devices.coupleCo.id }
      return one.isUpstairsToo ? found(danger, upstairs) : found(danger)
    }
    case 'less':
      return found(verdicts[one.kind](one.stage))
    case 'away':
      await db.run(sql`
        insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
        select community_id, id, ${at(now)}::date, ${at(now)}::date + 3, '市人民医院', '李梅', '0514-1', ${at(now)}
        from resident`)
      return
    case 'ownOutage':
      await db.run(sql`
        insert into blind_interval (from_at, until_at, judge_after, cause)
        values (${at(now - 30 * minute)}, ${at(now)}, ${at(now + minute)}, 'no server ran')`)
      return
    case 'blindHomes':
      return found(...(['li', 'he', 'wu'] as const).map(blind))
    case 'powerCut':
      return found(
        verdicts.device('warning', cast.devices.liCo.id),
        { ...verdicts.device('warning', cast.devices.coupleCo.id), homeId: cast.homes.couple },
        { ...verdicts.device('warning', cast.devices.heButton.id), homeId: cast.homes.he },
      )
    case 'missed':
      return found(verdicts.silence('missed', 'alarm', now))
    case 'shelved':
      for (const { id, kind } of await conditions()) {
        const result = await incidents.shelve({ conditionId: id, ...wish() })
        if (kind !== 'device') expect(result).toMatchObject({ ok: false })
      }
      return
    case 'takenOut':
      return void (await incidents.takeOut({ deviceId: cast.devices[one.device].id, ...wish() }))
    case 'wait':
      return rig.after(one.minutes * minute)
  }
}

const blind = (who: 'li' | 'he' | 'wu'): Verdict => ({
  ...rig.verdicts.silence('blind', 'warning', rig.clock.now()),
  homeId: rig.cast.homes[({ li: 'li', he: 'he', wu: 'couple' } as const)[who]],
  residentId: rig.cast.residents[who],
})

const Condition = Type.Object({ id: Type.Integer(), kind: Type.String(), state: Type.String() })
const conditions = () =>
  rig.db.many(
    Condition,
    sql`select id, kind, state from condition where home_id = ${rig.cast.homes.li} order by id`,
  )
const Card = Type.Object({ kind: IncidentKind, stage: Stage, foldedInto: orNull(Type.Integer()) })
const cards = () =>
  rig.db.many(
    Card,
    sql`
      select kind, stage, folded_into
      from incident
      where home_id = ${rig.cast.homes.li}
        and state = 'open'`,
  )

test('safety 5, 10, 11: no dose, absence, group or shelf removes a danger, hides it, or keeps it from ringing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 2, maxLength: 10 }), async (happenings) => {
      await rig.reset()
      await rig.db.run(sql`truncate absence, blind_interval`)
      await rig.db.run(sql`update device set out_of_service = false`)
      await rig.open('wang', 'zhao')
      const worst = new Map<Hazard, number>()
      const rung = new Set<string>()
      for (const one of happenings) {
        await happen(one)
        for (const heard of rig.listen()) {
          const [, purpose, kind = ''] = heard.split(' ')
          if (purpose === 'alarm') rung.add(kind)
        }
        if (one.is === 'danger') {
          const stage = one.kind === 'sos' ? 'alarm' : one.stage
          worst.set(one.kind, Math.max(worst.get(one.kind) ?? 0, stages.indexOf(stage)))
        }
        const open = await cards()
        const shown = await conditions()
        for (const [kind, least] of worst) {
          const own = open.filter((card) => card.kind === kind)
          expect(own, kind).toHaveLength(1)
          expect(own[0]?.foldedInto).toBeNull()
          expect(stages.indexOf(own[0]?.stage ?? 'notice')).toBeGreaterThanOrEqual(least)
          expect(rung).toContain(kind)
          const states = shown.filter((condition) => condition.kind === kind).map(({ state }) => state)
          expect(states).not.toContain('shelved')
          expect(states).not.toContain('outOfService')
        }
      }
    }),
    { numRuns: 20 },
  )
}, 60_000)
