import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sql } from '#db/sql.ts'
import { makeOwnRules } from '#testing/own-rules.ts'
import { createResponding, type Responding } from '#testing/responding.ts'

const minute = 60_000

let rig: Responding
let li: Responding['verdicts']
beforeAll(async () => {
  rig = await createResponding()
  li = rig.verdicts
})
beforeEach(async () => {
  await rig.reset()
  await makeOwnRules(rig.db, rig.cast.communityId, {})
  await is(sql`tier = 'general', deaf = false, contact_mode = 'phone', enrolled_on = '2026-01-05'`)
  await rig.open('wang', 'zhang', 'zhou', 'zhao', 'daughter')
})
afterAll(() => rig.drop())

/** 李奶奶 is otherwise than usual. */
const is = (what: ReturnType<typeof sql>) =>
  rig.db.run(sql`update resident set ${what} where id = ${rig.cast.residents.li}`)
const missed = () => rig.found(li.silence('missed', 'alarm', rig.clock.now()))
const reminded = () => rig.commands.splice(0).map(({ serial, command }) => `${serial} ${command.kind}`)
const act = async (
  who: keyof Responding['cast']['persons'],
  deed: 'acknowledge' | 'depart' | 'arrive' | 'decline',
) => {
  const { id: incidentId } = await rig.card()
  return rig.incidents.respond({
    incidentId,
    byId: rig.cast.persons[who],
    act: deed,
    now: rig.clock.now(),
  })
}
const alarm = (...names: string[]) => names.map((name) => `${name} alarm missed alarm`)

describe('the plan of a silence', () => {
  test('the resident is asked, then neighbour and family together, and the steward is sent at T0+15', async () => {
    await missed()
    expect(rig.listen()).toEqual(['zhao inform missed alarm'])
    expect(reminded()).toEqual(['li-button remind'])
    await rig.after(minute)
    expect(rig.listen()).toEqual(alarm('daughter', 'zhou'))
    await rig.after(4 * minute)
    expect(reminded()).toEqual(['li-button remind'])
    await rig.after(9 * minute)
    expect(rig.listen()).toEqual([])
    await rig.after(minute)
    expect(rig.listen()).toEqual(alarm('wang'))
    await rig.after(3 * minute)
    expect(rig.listen()).toEqual(alarm('daughter', 'zhang', 'zhou'))
    await rig.after(3 * minute)
    expect(rig.listen()).toEqual(alarm('zhao'))
  })

  test('at high risk the neighbour is asked at once, and the steward goes at T0+5', async () => {
    await is(sql`tier = 'high'`)
    await missed()
    expect(rig.listen()).toEqual([...alarm('daughter'), 'zhao inform missed alarm', ...alarm('zhou')])
    await rig.after(4 * minute)
    expect(rig.listen()).toEqual([])
    await rig.after(minute)
    expect(rig.listen()).toEqual(alarm('wang'))
  })

  test('safety 18: in the first days the desk phones first, and never somebody who does not hear it', async () => {
    await is(sql`enrolled_on = current_date`)
    await missed()
    expect(rig.listen()).toEqual(alarm('zhao'))
    await rig.reset()
    await rig.open('zhao')
    await is(sql`enrolled_on = current_date, deaf = true, contact_mode = 'light'`)
    await missed()
    expect(rig.listen()).toEqual(['zhao inform missed alarm'])
    expect(reminded()).toEqual(['li-button remind'])
  })

  test('safety 8: a blind home at high risk has a steward on the way after three minutes', async () => {
    await is(sql`tier = 'high'`)
    await rig.found(li.silence('blind', 'warning', rig.clock.now()))
    expect(rig.listen()).toEqual(['daughter', 'zhao', 'zhou'].map((name) => `${name} alarm missed warning`))
    await rig.after(3 * minute)
    expect(rig.listen()).toEqual(['wang alarm missed warning'])
  })

  test('what our own outage cost is taken from the time to ask', async () => {
    await rig.found(li.silence('missed', 'alarm', rig.clock.now() - 6 * minute))
    rig.listen()
    await rig.after(9 * minute)
    expect(rig.listen()).toContain('wang alarm missed alarm')
  })

  test('safety 6: of a late riser neighbour and family are asked without an alarm, and nobody is sent', async () => {
    await rig.found(li.silence('late', 'notice', rig.clock.now()))
    await rig.after(minute)
    const told = ['daughter', 'zhao', 'zhou'].map((name) => `${name} inform missed notice`)
    expect(rig.listen()).toEqual(told)
    for (let passed = 0; passed < 12; passed += 1) await rig.after(5 * minute)
    expect(rig.listen()).toEqual([])
    expect(await rig.card()).toMatchObject({ dueKind: 'secondDeadline' })
  })

  test('a change of the rules meanwhile neither skips the steward nor asks twice', async () => {
    await missed()
    await rig.after(minute)
    await makeOwnRules(rig.db, rig.cast.communityId, { ladder: { tries: 1, stewardAfterMin: 8 } })
    rig.listen()
    await rig.after(7 * minute)
    expect(rig.listen()).toEqual(alarm('wang'))
  })

  test('a rule of one home holds for that home', async () => {
    const layers = {
      community: {},
      tiers: { high: {}, key: {}, general: {} },
      homes: { [rig.cast.homes.li]: { ladder: { stewardAfterMin: 2 } } },
    }
    await rig.db.run(sql`
      insert into rule_book (community_id, version, layers, note, created_at)
      select ${rig.cast.communityId}, max(version) + 1, ${JSON.stringify(layers)}::jsonb, '', max(created_at)
      from rule_book
      where community_id = ${rig.cast.communityId}`)
    await missed()
    await rig.after(minute)
    rig.listen()
    await rig.after(minute)
    expect(rig.listen()).toEqual(alarm('wang'))
  })

  test('servers that look at the same moment ask once', async () => {
    await missed()
    rig.listen()
    await rig.clock.advance(minute)
    const now = rig.clock.now()
    await Promise.all([rig.dispatch.tick(now), rig.dispatch.tick(now), rig.dispatch.tick(now)])
    await rig.jobs()
    expect(rig.listen()).toEqual(alarm('daughter', 'zhou'))
  })
})

describe('answers', () => {
  test('the resident presses: nobody is sent, and the desk is asked to close until it does', async () => {
    await missed()
    await rig.after(5 * minute)
    rig.listen()
    const lateCheckInAt = rig.clock.now()
    await rig.found({ ...li.silence('missed', null, lateCheckInAt), evidence: { lateCheckInAt } })
    expect(rig.listen()).toEqual(['daughter', 'zhao', 'zhou'].map((name) => `${name} inform missed alarm`))
    await rig.after(30 * minute)
    expect(rig.listen()).toEqual([])
    await rig.after(30 * minute)
    expect(rig.listen()).toEqual(['zhao inform missed alarm'])
    expect(await rig.card()).toMatchObject({ state: 'open' })
  })

  test.each(['missed', 'late', 'blind'] as const)(
    'safety 3: she was heard and nobody closed the card; silent again (%s) at the next deadline, she is looked for',
    async (silence) => {
      await missed()
      await rig.after(5 * minute)
      const lateCheckInAt = rig.clock.now()
      await rig.found({ ...li.silence('missed', null, lateCheckInAt), evidence: { lateCheckInAt } })
      await rig.after(23 * 60 * minute + 55 * minute)
      rig.listen()
      const dueAt = rig.clock.now()
      const stage = { missed: 'alarm', late: 'notice', blind: 'warning' } as const
      await rig.found(li.silence(silence, stage[silence], dueAt))
      expect(rig.listen()).toContain('wang alarm missed alarm')
      const { id, evidence } = await rig.card()
      expect(evidence).toMatchObject({ silence: silence === 'late' ? 'missed' : silence, dueAt })
      expect(evidence.lateCheckInAt).toBeUndefined()
      expect(await rig.lines(id)).toContain('missedAgain')
      await rig.after(3 * minute)
      expect(rig.listen()).toContain('zhang alarm missed alarm')
      // The same word again, of a judgement that is repeated, rings nobody.
      await rig.found(li.silence(silence, stage[silence], dueAt))
      expect(rig.listen()).toEqual([])
    },
  )

  test('safety 7: who has not seen her says so, and the others are still waited for', async () => {
    await missed()
    await rig.after(minute)
    rig.listen()
    expect(await act('daughter', 'decline')).toEqual({ ok: true })
    expect(await act('zhou', 'decline')).toEqual({ ok: true })
    await rig.after(minute)
    expect(rig.listen()).toEqual([])
    await rig.after(13 * minute)
    expect(rig.listen()).toEqual(alarm('wang'))
  })

  test('safety 7: family is sent nowhere, and cannot take it off anybody’s hands', async () => {
    await missed()
    await rig.after(minute)
    for (const deed of ['acknowledge', 'depart', 'arrive'] as const)
      expect(await act('daughter', deed)).toMatchObject({ ok: false, code: 'not_allowed_now' })
    expect(await rig.card()).toMatchObject({ acknowledgedAt: null })
  })

  test('收到 at the desk or by the neighbour is no answer yet: the steward is sent in time all the same', async () => {
    await missed()
    await act('zhao', 'acknowledge')
    await rig.after(minute)
    rig.listen()
    await act('zhou', 'acknowledge')
    await rig.after(3 * minute)
    rig.listen()
    await rig.after(11 * minute)
    expect(rig.listen()).toContain('wang alarm missed alarm')
  })

  test('the neighbour sets out: no steward is sent, unless she is lost on the way', async () => {
    await missed()
    await rig.after(2 * minute)
    rig.listen()
    await act('zhou', 'depart')
    await rig.after(8 * minute)
    await rig.after(5 * minute)
    expect(rig.listen()).not.toContain('wang alarm missed alarm')
    await rig.after(2 * minute)
    expect(rig.listen()).toContain('wang alarm missed alarm')
  })
})

describe('a desk that sets out itself', () => {
  test('is going as anybody else: nobody else is rung', async () => {
    await makeOwnRules(rig.db, rig.cast.communityId, { ladder: { stewardAfterMin: 0 } })
    await missed()
    expect(rig.listen()).toEqual(alarm('wang'))
    await act('zhao', 'acknowledge')
    expect(await act('zhao', 'depart')).toEqual({ ok: true })
    await rig.after(10 * minute)
    expect(rig.listen()).toEqual(['wang inform missed alarm'])
    expect(await rig.card()).toMatchObject({ acknowledgedBy: '赵敏', dueKind: 'arrive' })
  })

  test('and is rung, and others with it, when it is lost on the way', async () => {
    await makeOwnRules(rig.db, rig.cast.communityId, { ladder: { stewardAfterMin: 0 } })
    await missed()
    await act('zhao', 'acknowledge')
    await act('zhao', 'depart')
    rig.listen()
    await rig.after(15 * minute)
    expect(rig.listen()).toEqual(expect.arrayContaining(alarm('zhang', 'zhao', 'zhou')))
  })

  test('while another goes it need not, and its note stands', async () => {
    await makeOwnRules(rig.db, rig.cast.communityId, { ladder: { stewardAfterMin: 0 } })
    await missed()
    await act('zhao', 'acknowledge')
    await act('zhao', 'depart')
    await rig.jobs()
    rig.listen()
    expect(await act('wang', 'acknowledge')).toMatchObject({ ok: false, by: '赵敏' })
    await act('wang', 'depart')
    await rig.after(minute)
    expect(rig.listen()).toEqual([])
  })
})
