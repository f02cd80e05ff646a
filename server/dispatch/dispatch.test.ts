import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sql } from '#db/sql.ts'
import { createResponding, type Responding } from '#testing/responding.ts'

const second = 1000
const minute = 60 * second

let rig: Responding
let li: Responding['verdicts']
beforeAll(async () => {
  rig = await createResponding()
  li = rig.verdicts
})
beforeEach(() => rig.reset())
afterAll(() => rig.drop())

const act = async (
  who: keyof Responding['cast']['persons'],
  act: 'acknowledge' | 'depart' | 'arrive' | 'decline',
) => {
  const { id: incidentId } = await rig.card()
  const byId = rig.cast.persons[who]
  return rig.incidents.respond({ incidentId, byId, act, now: rig.clock.now() })
}

describe('a hazard', () => {
  test('safety 1: CO tells steward, backup, neighbour and desk together, and the resident', async () => {
    await rig.open('wang', 'zhang', 'zhou', 'zhao', 'chen', 'guo', 'lin')
    await rig.found(li.co('alarm'))
    expect(rig.listen()).toEqual([
      'wang alarm co alarm',
      'zhang alarm co alarm',
      'zhao alarm co alarm',
      'zhou alarm co alarm',
    ])
    expect(rig.commands.map(({ serial, command }) => `${serial} ${command.kind}`)).toContain(
      'li-button alarm',
    )
  })

  test('safety 1: it rings everybody again every minute until somebody says 收到, and then nobody', async () => {
    await rig.open('wang', 'zhang', 'zhou', 'zhao')
    await rig.found(li.gas('alarm'))
    rig.listen()
    await rig.after(30 * second)
    expect(rig.listen()).toEqual([])
    await rig.after(30 * second)
    expect(rig.listen()).toHaveLength(4)
    expect(await act('wang', 'acknowledge')).toEqual({ ok: true })
    await rig.after(1 * second)
    expect(rig.listen()).toEqual(['zhang inform gas alarm', 'zhao inform gas alarm', 'zhou inform gas alarm'])
    const [byId, now] = [rig.cast.persons.zhao, rig.clock.now()]
    for (const { id: callId } of await rig.calls())
      await rig.incidents.dialled({ callId, byId, answer: '已出车', now })
    await rig.after(2 * minute)
    expect(rig.listen()).toEqual([])
  })

  test('a mild reading is for the desk, and rings nobody', async () => {
    await rig.open('wang', 'zhao')
    await rig.found(li.co('notice'))
    expect(rig.listen()).toEqual(['zhao inform co notice'])
    expect((await rig.card()).calls).toEqual([])
  })

  test('safety 3: a worse reading un-acknowledges and rings everybody, a better one changes nothing', async () => {
    await rig.open('wang', 'zhang', 'zhou', 'zhao')
    await rig.found(li.co('warning'))
    await act('wang', 'acknowledge')
    await act('wang', 'depart')
    await rig.jobs()
    rig.listen()
    await rig.found(li.co('critical', { value: 500, unit: 'ppm' }))
    expect(rig.listen()).toEqual([
      'wang alarm co critical',
      'zhang alarm co critical',
      'zhao alarm co critical',
      'zhou alarm co critical',
    ])
    const worse = await rig.card()
    expect(worse).toMatchObject({ stage: 'critical', acknowledgedAt: null, evidence: { peak: 500 } })
    await act('zhang', 'acknowledge')
    await rig.jobs()
    rig.listen()
    await rig.found(li.co('warning', { value: 80, unit: 'ppm' }))
    expect(rig.listen()).toEqual([])
    expect(await rig.card()).toMatchObject({
      stage: 'critical',
      acknowledgedBy: '张伟',
      evidence: { peak: 500 },
    })
  })

  test('safety 3: every further SOS press rings everybody again, also after 收到', async () => {
    await rig.open('wang', 'zhang', 'zhou', 'zhao')
    await rig.found(li.sos())
    expect(rig.listen()).toHaveLength(4)
    await act('wang', 'acknowledge')
    await rig.jobs()
    rig.listen()
    await rig.found(li.sos())
    expect(rig.listen()).toHaveLength(4)
    await rig.found(li.sos(), li.sos())
    // two presses in one batch of messages: one of them is still waiting to be sent when the other comes
    expect(rig.listen()).toHaveLength(4)
    const card = await rig.card()
    expect(card).toMatchObject({ acknowledgedAt: null, evidence: { presses: 4 } })
    expect(await rig.lines(card.id)).toContain('pressedAgain')
  })

  test('safety 4: 119 and 120 are a named person each, due in 60 s, and pass on with a ring', async () => {
    await rig.open('wang', 'zhao')
    await rig.found(li.co('alarm'))
    rig.listen()
    const given = await rig.calls()
    const { zhao } = rig.cast.persons
    const dueAt = rig.clock.now() + minute
    expect(given).toMatchObject([
      { number: '119', personId: zhao, dueAt },
      { number: '120', personId: zhao, dueAt },
    ])
    const [fire, ambulance] = given
    const now = rig.clock.now()
    await rig.incidents.dialled({ callId: fire?.id ?? 0, byId: zhao, answer: '消防已出车', now })
    await act('wang', 'acknowledge')
    await rig.after(minute)
    expect(rig.listen()).toContain('zhao alarm co alarm')
    expect(await rig.lines((await rig.card()).id)).toContain('callOverdue 赵敏')
    expect((await rig.calls()).find(({ id }) => id === ambulance?.id)?.dueAt).toBe(dueAt + minute)
    const again = await rig.incidents.dialled({ callId: fire?.id ?? 0, byId: zhao, answer: '又打', now })
    expect(again).toEqual({ ok: false, code: 'somebody_was_first', by: '赵敏' })
  })

  test('safety 12: CO warns the homes above, below and on the same flue, and their stewards', async () => {
    // another steward looks after the couple above
    const { cast, db } = rig
    await db.run(sql`
      update pairing
      set person_id = ${cast.persons.lin}
      where home_id = ${cast.homes.couple}
        and role = 'steward'`)
    await rig.open('lin', 'wang')
    await rig.found(li.co('alarm'))
    const { id: incidentId } = await rig.card()
    const homes = [{ label: '3-2-601' }]
    expect(await rig.incidents.warningsOf(cast.persons.lin)).toMatchObject([
      { incidentId, kind: 'co', homes },
    ])
    // who is sent there has it as a job
    expect(await rig.incidents.warningsOf(cast.persons.wang)).toEqual([])
    await db.run(sql`
      update pairing
      set person_id = ${cast.persons.wang}
      where home_id = ${cast.homes.couple}
        and role = 'steward'`)
    const told = rig.commands.map(({ serial, command }) => `${serial} ${command.kind}`)
    expect(told.toSorted()).toEqual(['li-button alarm', 'wu-button alarm'])
    expect(rig.listen()).toEqual(['lin inform co alarm', 'wang alarm co alarm'])
    expect(await rig.lines((await rig.card()).id)).toContain('homesWarned')
  })

  test('safety 14: gas makes no device of the home sound, not even to comfort', async () => {
    await rig.addTablet(rig.cast.homes.li)
    await rig.open('wang')
    await rig.found(li.gas('alarm'))
    await act('wang', 'acknowledge')
    await rig.jobs()
    await rig.found(li.co('alarm'))
    const atHome = rig.commands.filter(({ serial }) => /^(li-|tablet-)/.test(serial))
    expect(new Set(atHome.map(({ command }) => command.kind))).toEqual(new Set(['mute']))
    expect(atHome).toHaveLength(2)
  })

  test('safety 17: a demo at the same home hides nothing that is real', async () => {
    await rig.open('wang', 'zhang', 'zhou', 'zhao')
    await rig.found({ ...li.co('critical'), origin: 'demo' })
    rig.listen()
    await rig.found(li.co('alarm'))
    expect(rig.listen()).toHaveLength(4)
    expect((await rig.cards()).map(({ origin, stage }) => `${origin} ${stage}`).toSorted()).toEqual([
      'demo critical',
      'live alarm',
    ])
  })

  test('nobody of another community is told, whatever they watch', async () => {
    await rig.open('chen', 'guo')
    await rig.found(li.sos())
    await rig.after(5 * minute)
    expect(rig.listen()).toEqual([])
  })
})

describe('a missed check-in', () => {
  const missed = () => li.silence('missed', 'alarm', rig.clock.now())

  test('goes to the steward, then to backup and neighbour, then to the desk', async () => {
    await rig.open('wang', 'zhang', 'zhou', 'zhao')
    await rig.found(missed())
    expect(rig.listen()).toEqual(['wang alarm missed alarm'])
    await rig.after(3 * minute)
    expect(rig.listen()).toEqual(['zhang alarm missed alarm', 'zhou alarm missed alarm'])
    await rig.open('zhao')
    await rig.after(3 * minute)
    expect(rig.listen()).toEqual(['zhao alarm missed alarm'])
    await rig.after(3 * minute)
    expect(rig.listen()).toEqual(['zhao alarm missed alarm'])
    expect(await rig.lines((await rig.card()).id)).toContain('overdue 王红')
  })

  test('safety 2: who cannot be reached is not waited for, and the ladder says so', async () => {
    await rig.open('zhang')
    await rig.found(missed())
    expect(rig.listen()).toEqual(['zhang alarm missed alarm'])
    const lines = await rig.lines((await rig.card()).id)
    expect(lines).toEqual([
      'opened',
      'told 王红',
      'skipped 王红',
      'unreached 王红',
      'told 张伟',
      'told 周阿姨',
      'told 李梅',
      'skipped 周阿姨',
      'unreached 周阿姨',
      'skipped 李梅',
      'unreached 李梅',
      'heard 张伟',
    ])
  })

  test('去不了 goes on with the ladder at once', async () => {
    await rig.open('wang', 'zhang', 'zhou')
    await rig.found(missed())
    await act('wang', 'acknowledge')
    await rig.jobs()
    rig.listen()
    await act('wang', 'decline')
    await rig.jobs()
    expect(rig.listen()).toEqual(['zhang alarm missed alarm', 'zhou alarm missed alarm'])
    expect((await rig.card()).acknowledgedAt).toBeNull()
  })

  test('safety 3: 收到 without 出发 within 3 minutes goes back into the ladder', async () => {
    await rig.open('wang', 'zhang', 'zhou')
    await rig.found(missed())
    await act('wang', 'acknowledge')
    expect(await rig.card()).toMatchObject({ acknowledgedBy: '王红', dueKind: 'depart' })
    rig.listen()
    await rig.after(3 * minute - second)
    expect(rig.listen()).toEqual([])
    await rig.after(second)
    expect(rig.listen()).toEqual(['zhang alarm missed alarm', 'zhou alarm missed alarm'])
    const card = await rig.card()
    expect(card.acknowledgedAt).toBeNull()
    expect(card.assignments.find(({ personName }) => personName === '王红')?.state).toBe('withdrawn')
    // she may still take it
    expect(await act('wang', 'acknowledge')).toEqual({ ok: true })
  })

  test('safety 3: 出发 without 到场 within 15 minutes, and 到场 without a word within 5, ring again', async () => {
    await rig.open('wang', 'zhang', 'zhou', 'zhao')
    await rig.found(missed())
    await act('wang', 'depart')
    await rig.open('wang', 'zhang', 'zhou', 'zhao')
    rig.listen()
    await rig.after(15 * minute)
    expect(rig.listen()).toEqual([
      'wang alarm missed alarm',
      'zhang alarm missed alarm',
      'zhou alarm missed alarm',
    ])
    expect((await rig.card()).acknowledgedAt).toBeNull()
    await act('wang', 'arrive')
    await rig.jobs()
    rig.listen()
    expect((await rig.card()).acknowledgedBy).toBe('王红')
    await rig.after(5 * minute)
    expect(rig.listen()).toEqual(['wang alarm missed alarm', 'zhao alarm missed alarm'])
  })

  test('a late riser is shown to the desk and waits for the second deadline, which is the rules’', async () => {
    await rig.open('wang', 'zhao')
    const dueAt = rig.clock.now()
    await rig.found(li.silence('late', 'notice', dueAt))
    expect(rig.listen()).toEqual(['zhao inform missed notice'])
    await rig.after(56 * minute)
    expect(await rig.card()).toMatchObject({ dueKind: 'secondDeadline', dueAt: dueAt + 60 * minute })
    await rig.after(5 * minute)
    expect(rig.listen()).toEqual([])
    await rig.found(li.silence('missed', 'alarm', dueAt))
    expect(rig.listen()).toEqual(['wang alarm missed alarm'])
  })

  test('safety 8: a blind home is the desk’s first, and the steward’s while there is time to walk', async () => {
    await rig.open('wang', 'zhao')
    await rig.found(li.silence('blind', 'warning', rig.clock.now()))
    expect(rig.listen()).toEqual(['zhao alarm missed warning'])
    await rig.after(14 * minute)
    expect(rig.listen()).toEqual([])
    await rig.after(minute)
    expect(rig.listen()).toEqual(['wang alarm missed warning'])
  })

  test('safety 15: nobody answers at the door: 110 becomes somebody’s task', async () => {
    await rig.open('wang', 'zhao')
    await rig.found(missed())
    await act('wang', 'arrive')
    const { id: incidentId } = await rig.card()
    const byId = rig.cast.persons.wang
    await rig.incidents.respond({ incidentId, byId, act: 'find', finding: 'noAnswer', now: rig.clock.now() })
    expect(await rig.calls()).toMatchObject([{ number: '110', personId: rig.cast.persons.zhao }])
  })

  test('two processes that look at the same deadline take one step', async () => {
    await rig.open('wang', 'zhang', 'zhou')
    await rig.found(missed())
    rig.listen()
    await rig.clock.advance(3 * minute)
    const now = rig.clock.now()
    await Promise.all([rig.dispatch.tick(now), rig.dispatch.tick(now), rig.dispatch.tick(now)])
    await rig.jobs()
    expect(rig.listen()).toEqual(['zhang alarm missed alarm', 'zhou alarm missed alarm'])
  })
})

test('a check-back that nobody makes is brought to the desk again', async () => {
  await rig.open('wang', 'zhao')
  await rig.found(li.co('alarm'))
  await act('wang', 'arrive')
  const { id: incidentId } = await rig.card()
  const byId = rig.cast.persons.wang
  await rig.incidents.close({ incidentId, byId, outcome: 'source_removed', now: rig.clock.now() })
  await rig.jobs()
  rig.listen()
  await rig.after(24 * 60 * minute)
  expect(rig.listen()).toEqual(['zhao inform co alarm'])
})

test('a command to a device that stays away expires, and is not sent late', async () => {
  rig.offline.add('li-button')
  await rig.found(li.co('alarm'))
  await rig.after(14 * minute)
  rig.offline.clear()
  await rig.after(2 * minute)
  expect(rig.commands.map(({ serial }) => serial)).toEqual(['wu-button'])
})

test('safety 2: whether a sleeping phone can be woken is known for each community', async () => {
  expect(await rig.dispatch.canWake(rig.cast.communityId)).toBe(false)
  await rig.addWebhook('zhang', 'https://example.org/hook', true)
  expect(await rig.dispatch.canWake(rig.cast.communityId)).toBe(true)
  expect(await rig.dispatch.canWake(rig.cast.otherCommunityId)).toBe(false)
})
