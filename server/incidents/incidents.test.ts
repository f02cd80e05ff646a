import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Type } from 'typebox'
import {
  allowsAct,
  nextAssignmentState,
  responderActs,
  type AssignmentState,
  type ResponderAct,
} from '#contract/acts.ts'
import { eventsAfter, headOf } from '#db/event-log.ts'
import { sql } from '#db/sql.ts'
import { createResponding, type PersonName, type Responding } from '#testing/responding.ts'

const minute = 60_000

let rig: Responding
let li: Responding['verdicts']
beforeAll(async () => {
  rig = await createResponding()
  li = rig.verdicts
})
beforeEach(() => rig.reset())
afterAll(() => rig.drop())

const missed = () => li.silence('missed', 'alarm', rig.clock.now())
const act = async (who: PersonName, response: ResponderAct) => {
  const { id: incidentId } = await rig.card()
  return rig.incidents.respond({
    incidentId,
    byId: rig.cast.persons[who],
    act: response,
    finding: 'answered',
    now: rig.clock.now(),
  })
}
type Closing = Omit<Parameters<Responding['incidents']['close']>[0], 'incidentId' | 'byId' | 'now'>
const close = async (who: PersonName, closing: Closing) => {
  const open = (await rig.cards()).find(({ state }) => state === 'open')
  const incidentId = open?.id ?? (await rig.card()).id
  return rig.incidents.close({ incidentId, byId: rig.cast.persons[who], now: rig.clock.now(), ...closing })
}
const states = () =>
  rig.db.many(Type.Object({ state: Type.String() }), sql`select state from condition order by id`)

describe('a verdict', () => {
  test('opens one incident for a home and kind, with the evidence copied', async () => {
    const dueAt = rig.clock.now()
    await rig.found(missed(), missed())
    expect(await rig.card()).toMatchObject({
      kind: 'missed',
      stage: 'alarm',
      state: 'open',
      homeLabel: '3-2-501',
      residentId: rig.cast.residents.li,
      evidence: { silence: 'missed', dueAt },
      residents: [{ greeting: '李奶奶' }],
      air: { co: null, gas: null },
    })
    expect(await states()).toEqual([{ state: 'unacknowledged' }])
  })

  test('found by ten processes at once, opens one incident and tells everybody once', async () => {
    await rig.open('wang', 'zhang', 'zhou', 'zhao')
    const now = rig.clock.now()
    const all = Array.from({ length: 10 }, () =>
      rig.db.transaction((tx) => rig.incidents.applyVerdicts(tx, [li.co('alarm')], now)),
    )
    await Promise.all(all)
    await rig.jobs()
    expect(await rig.cards()).toHaveLength(1)
    expect(rig.listen()).toHaveLength(4)
  })

  test('that is written with a failing transaction tells nobody', async () => {
    await rig.open('wang')
    const failing = rig.db.transaction(async (tx) => {
      await rig.incidents.applyVerdicts(tx, [li.co('alarm')], rig.clock.now())
      throw new Error('the readings could not be stored')
    })
    await expect(failing).rejects.toThrow('could not be stored')
    await rig.jobs()
    expect([await rig.cards(), rig.listen()]).toEqual([[], []])
  })

  test('raises the version only for what a human would see', async () => {
    await rig.found(li.co('alarm', { value: 150, unit: 'ppm', lastAt: 1 }))
    const { version } = await rig.card()
    await rig.found(li.co('alarm', { value: 152, unit: 'ppm', lastAt: 2 }))
    expect((await rig.card()).version).toBe(version)
    await rig.found(li.co('alarm', { value: 260, unit: 'ppm', lastAt: 3 }))
    const card = await rig.card()
    expect(card.version).toBeGreaterThan(version)
    expect(card.evidence.peak).toBe(260)
  })

  test('a couple has an incident for each of the two, and CO has one for the home', async () => {
    const { cast } = rig
    const home = { communityId: cast.communityId, homeId: cast.homes.couple, ringsAgain: false }
    const silence = (residentId: number) => ({ ...missed(), ...home, residentId })
    await rig.found(silence(cast.residents.wu), silence(cast.residents.zheng), { ...li.co('alarm'), ...home })
    expect((await rig.cards()).map(({ kind, residentId }) => [kind, residentId])).toEqual([
      ['co', null],
      ['missed', cast.residents.wu],
      ['missed', cast.residents.zheng],
    ])
  })

  test('safety 12: of a silence and a bad reading in one home, the air comes first', async () => {
    await rig.found(missed(), li.co('warning'))
    const [air, silence] = await rig.cards()
    expect([air?.kind, silence?.kind, silence?.foldedInto]).toEqual(['co', 'missed', air?.id])
    const { jobs } = await rig.incidents.jobsOf(rig.cast.persons.wang, rig.clock.now())
    expect(jobs.map(({ incident }) => [incident.kind, incident.evidence.silence])).toEqual([['co', 'missed']])
  })

  test('announces the incident, the home and the ledger, never more', async () => {
    const before = await headOf(rig.db, rig.cast.communityId)
    await rig.db.transaction((tx) => rig.incidents.applyVerdicts(tx, [missed()], rig.clock.now()))
    const events = await eventsAfter(rig.db, rig.cast.communityId, before, 100)
    const { id } = await rig.card()
    expect(events.map(({ kind, id: of }) => [kind, of])).toEqual([
      ['incident', id],
      ['home', rig.cast.homes.li],
      ['ledger', rig.cast.communityId],
    ])
  })
})

describe('what is no longer there', () => {
  test('safety 11: clean air, a press after the alarm: noted, and only a human closes', async () => {
    await rig.open('wang')
    const dueAt = rig.clock.now()
    await rig.found(li.co('alarm'), missed())
    rig.listen()
    await rig.found(li.co(null, { cleanSince: dueAt + minute }), {
      ...li.silence('missed', null, dueAt),
      evidence: { lateCheckInAt: dueAt + minute },
    })
    const [air, silence] = await rig.cards()
    expect(air).toMatchObject({ state: 'open', evidence: { cleanSince: dueAt + minute, value: 150 } })
    expect(silence).toMatchObject({ state: 'open', evidence: { lateCheckInAt: dueAt + minute } })
    expect(rig.listen()).toEqual(['wang inform co alarm'])
    expect(await states()).toEqual([{ state: 'latchedUnacknowledged' }, { state: 'latchedUnacknowledged' }])
    expect(await rig.lines(air?.id ?? 0)).toContain('airClean')
    expect(await rig.lines(silence?.id ?? 0)).toContain('lateCheckIn')
  })

  test('a late riser who presses before the second deadline closes it herself: nobody was sent', async () => {
    await rig.open('wang', 'zhao')
    const dueAt = rig.clock.now()
    await rig.found(li.silence('late', 'notice', dueAt))
    rig.listen()
    await rig.found({ ...li.silence('late', null, dueAt), evidence: { lateCheckInAt: dueAt + minute } })
    const card = await rig.card()
    expect(card).toMatchObject({ state: 'closed', outcome: null, handledBy: null, dueAt: null })
    expect(await rig.lines(card.id)).toEqual([
      'opened',
      'informed 赵敏',
      'residentAsked',
      'heard 赵敏',
      'closedByCheckIn',
    ])
    expect(rig.listen()).toEqual([])
    expect(await states()).toEqual([{ state: 'normal' }])
  })

  test('device trouble closes itself when the last device of the home is well again', async () => {
    const other = rig.cast.devices.liCo.id
    await rig.found(li.device('notice'), li.device('warning', other))
    await rig.found(li.device(null))
    expect(await rig.card()).toMatchObject({ state: 'open', stage: 'warning' })
    await rig.found(li.device(null, other))
    expect(await rig.card()).toMatchObject({ state: 'closed', outcome: null })
  })

  test('what a human has answered is not asked again, however often the rule looks', async () => {
    const dueAt = rig.clock.now()
    const verdict = { ...li.silence('missed', 'alarm', dueAt), pact: { id: 1, on: '2026-03-02' } }
    await rig.found(verdict)
    await close('zhao', { outcome: 'slept_late' })
    await rig.found(verdict)
    expect(await rig.card()).toMatchObject({ state: 'closed' })
    const tomorrow = { ...verdict, evidence: { silence: 'missed' as const, dueAt: dueAt + 24 * 60 * minute } }
    await rig.found({ ...tomorrow, pact: { id: 1, on: '2026-03-03' } })
    expect(await rig.cards()).toHaveLength(2)
  })

  test('代报平安 stands on the card and is heard by those who are on it', async () => {
    await rig.open('wang')
    await rig.found(missed())
    rig.listen()
    const proxy = {
      residentId: rig.cast.residents.li,
      byId: rig.cast.persons.zhao,
      checkInId: 1,
      via: 'phone' as const,
      seenOrSpoken: 'spoken' as const,
      place: '电话',
      now: rig.clock.now(),
    }
    await rig.db.transaction((tx) => rig.incidents.noteProxy(tx, proxy))
    await rig.jobs()
    expect(await rig.card()).toMatchObject({ state: 'open', evidence: { lateCheckInAt: rig.clock.now() } })
    expect(rig.listen()).toEqual(['wang inform missed alarm'])
  })
})

describe('acting', () => {
  test('two press 收到 at once: one has it, the other is told who', async () => {
    await rig.found(li.sos())
    const [first, second] = await Promise.all([act('wang', 'acknowledge'), act('zhang', 'acknowledge')])
    const winner = first.ok ? '王红' : '张伟'
    expect([first, second]).toContainEqual({ ok: true })
    expect([first, second]).toContainEqual({ ok: false, code: 'somebody_was_first', by: winner })
    expect((await rig.card()).acknowledgedBy).toBe(winner)
  })

  test('safety 13: who was not first may set out all the same: into CO one goes in pairs', async () => {
    await rig.found(li.co('alarm'))
    await act('wang', 'acknowledge')
    expect(await act('zhang', 'depart')).toEqual({ ok: true })
    expect((await rig.card()).acknowledgedBy).toBe('王红')
  })

  test('what the desk has taken note of, a responder can still take', async () => {
    await rig.found(li.co('alarm'))
    expect(await act('zhao', 'acknowledge')).toEqual({ ok: true })
    expect(await act('wang', 'acknowledge')).toEqual({ ok: true })
    expect((await rig.card()).acknowledgedBy).toBe('王红')
  })

  test('every act in every state is as the table says', async () => {
    await rig.found(missed())
    const { id } = await rig.card()
    const acts: ResponderAct[] = ['acknowledge', 'depart', 'arrive', 'find', 'decline']
    for (const state of Object.keys(responderActs) as AssignmentState[]) {
      for (const response of acts) {
        await rig.db.run(
          sql`update incident set acknowledged_at = null, acknowledged_by = null where id = ${id}`,
        )
        await rig.db.run(sql`
          update assignment
          set state = ${state}
          where person_id = ${rig.cast.persons.wang}`)
        const next = nextAssignmentState(state, response)
        const result = await act('wang', response)
        expect(result, `${state} ${response}`).toEqual(
          next ? { ok: true } : { ok: false, code: 'not_allowed_now' },
        )
        const own = (await rig.card()).assignments.find(({ personName }) => personName === '王红')
        expect(own?.state, `${state} ${response}`).toBe(next ?? state)
      }
    }
  })

  test('nobody acts on an incident of others: neither a stranger nor 陈静 nor the desk next door', async () => {
    await rig.open('wang')
    await rig.found(missed())
    const { id: incidentId } = await rig.card()
    const now = rig.clock.now()
    for (const who of ['chen', 'guo', 'zhang'] as const) {
      const by = { incidentId, byId: rig.cast.persons[who], now }
      const refused = { ok: false, code: 'not_allowed_now' }
      expect(await rig.incidents.respond({ ...by, act: 'acknowledge' }), who).toEqual(refused)
      expect(await rig.incidents.note({ ...by, text: '…' }), who).toEqual(refused)
      expect(await rig.incidents.logCall({ ...by, to: '…', answered: true }), who).toEqual(refused)
      expect(await rig.incidents.close({ ...by, outcome: 'forgot' }), who).toEqual(refused)
      expect(await rig.incidents.acknowledgeFor({ ...by, personId: rig.cast.persons.wang }), who).toEqual(
        refused,
      )
      expect(await rig.incidents.assign({ ...by, personId: rig.cast.persons.wang }), who).toEqual(refused)
    }
    expect(await rig.incidents.note({ incidentId: 999, byId: 1, text: '…', now })).toMatchObject({
      code: 'not_found',
    })
  })

  test('the desk acknowledges for whom it reached by voice, and sends another, but nobody from elsewhere', async () => {
    await rig.open('zhang')
    await rig.found(missed())
    rig.listen()
    const { id: incidentId } = await rig.card()
    const { zhao, wang, lin, chen, daughter } = rig.cast.persons
    const by = { incidentId, byId: zhao, now: rig.clock.now() }
    expect(await rig.incidents.acknowledgeFor({ ...by, personId: wang })).toEqual({ ok: true })
    expect(await rig.card()).toMatchObject({ acknowledgedBy: '王红', dueKind: 'depart' })
    const [line] = (await rig.incidents.timeline(incidentId)).filter(({ what }) => what === 'acknowledged')
    expect(line).toMatchObject({ actor: '赵敏', detail: { person: '王红' } })
    for (const personId of [chen, daughter])
      expect(await rig.incidents.assign({ ...by, personId })).toMatchObject({ code: 'bad_request' })
    expect(await rig.incidents.assign({ ...by, personId: lin })).toEqual({ ok: true })
    expect(await rig.incidents.assign({ ...by, personId: wang })).toMatchObject({ code: 'not_allowed_now' })
  })

  test('notes and calls are written down with who and when', async () => {
    await rig.found(missed())
    const { id: incidentId } = await rig.card()
    const by = { incidentId, byId: rig.cast.persons.zhao, now: rig.clock.now() }
    await rig.incidents.note({ ...by, text: '女儿说昨晚通过电话' })
    await rig.incidents.logCall({ ...by, to: '李梅', answered: false })
    const lines = await rig.incidents.timeline(incidentId)
    expect(lines.slice(-2)).toMatchObject([
      { what: 'note', actor: '赵敏', at: rig.clock.now(), detail: { text: '女儿说昨晚通过电话' } },
      { what: 'call', actor: '赵敏', detail: { to: '李梅', answered: false } },
    ])
    const audited = await rig.db.many(
      Type.Object({ what: Type.String() }),
      sql`select what from audit order by id`,
    )
    expect(audited.map(({ what }) => what)).toEqual(['incident.note', 'incident.call'])
  })
})

describe('closing', () => {
  test('safety 11: a red case with somebody in trouble awaits a second person, and not the first one', async () => {
    await rig.open('wang')
    await rig.found(missed())
    await act('wang', 'arrive')
    expect(await close('wang', { outcome: 'fall_hospital', note: '送往市医院' })).toEqual({ ok: true })
    const handled = await rig.card()
    expect(handled).toMatchObject({ state: 'handled', outcome: 'fall_hospital', handledBy: '王红' })
    expect(handled).toMatchObject({ dueKind: 'checkBack', dueAt: rig.clock.now() + 24 * 60 * minute })
    expect(handled.assignments.map(({ state }) => state)).toEqual(['done'])
    expect(await states()).toEqual([{ state: 'normal' }])
    const check = (who: PersonName) =>
      rig.incidents.checkBack({
        incidentId: handled.id,
        byId: rig.cast.persons[who],
        note: '已住院，女儿陪护',
        now: rig.clock.now(),
      })
    expect(await check('wang')).toEqual({ ok: false, code: 'not_allowed_now' })
    expect(await check('guo')).toEqual({ ok: false, code: 'not_allowed_now' })
    expect(await check('zhao')).toEqual({ ok: true })
    expect(await rig.card()).toMatchObject({ state: 'closed', handledBy: '王红', closedAt: rig.clock.now() })
    expect(await check('lin')).toEqual({ ok: false, code: 'somebody_was_first', by: '赵敏' })
  })

  test('safety 11: not even the desk confirms what it said itself', async () => {
    await rig.found(li.co('alarm'))
    await close('zhao', { outcome: 'source_removed', note: '社区医生到场处理' })
    const { id: incidentId } = await rig.card()
    const by = { incidentId, byId: rig.cast.persons.zhao, now: rig.clock.now() }
    expect(await rig.incidents.checkBack(by)).toEqual({ ok: false, code: 'not_allowed_now' })
  })

  test('a new danger while a case awaits its check-back is a new incident', async () => {
    await rig.open('wang')
    await rig.found(li.co('alarm'))
    await act('wang', 'arrive')
    await close('wang', { outcome: 'source_removed' })
    rig.listen()
    await rig.found(li.co('alarm'))
    expect((await rig.cards()).map(({ state }) => state)).toEqual(['open', 'handled'])
    expect(rig.listen()).toEqual(['wang alarm co alarm'])
  })

  test('a late riser who was found asleep is closed at once, and everybody hears that it is over', async () => {
    await rig.open('wang', 'zhang', 'zhou')
    await rig.found(missed())
    await rig.after(3 * minute)
    rig.listen()
    await act('wang', 'arrive')
    await rig.jobs()
    rig.listen()
    expect(await close('wang', { outcome: 'slept_late' })).toEqual({ ok: true })
    await rig.jobs()
    expect(rig.listen()).toEqual(['zhang inform missed alarm', 'zhou inform missed alarm'])
    const card = await rig.card()
    expect(card).toMatchObject({ state: 'closed', dueAt: null })
    expect(card.assignments.map(({ state }) => state)).toEqual([
      'done',
      'withdrawn',
      'withdrawn',
      'withdrawn',
    ])
    await rig.after(60 * minute)
    expect(rig.listen()).toEqual([])
  })

  test('a responder closes from the door only, the desk a hazard only with a note', async () => {
    await rig.found(li.co('alarm'))
    await act('wang', 'depart')
    expect(await close('wang', { outcome: 'no_danger_found' })).toEqual({
      ok: false,
      code: 'not_allowed_now',
    })
    expect(await close('zhao', { outcome: 'no_danger_found' })).toEqual({ ok: false, code: 'bad_request' })
    expect(await close('zhao', { outcome: 'slept_late', note: '…' })).toEqual({
      ok: false,
      code: 'bad_request',
    })
    expect(await close('zhao', { outcome: 'no_danger_found', note: '119 到场检测' })).toEqual({ ok: true })
  })

  test('decided on an old version, it is asked again, with the name of who changed it', async () => {
    await rig.found(li.co('alarm'))
    await act('wang', 'arrive')
    const { version, id: incidentId } = await rig.card()
    await rig.incidents.note({
      incidentId,
      byId: rig.cast.persons.zhao,
      text: '119 还有两分钟',
      now: rig.clock.now(),
    })
    const late = await close('wang', { outcome: 'no_danger_found', version })
    expect(late).toEqual({ ok: false, code: 'somebody_was_first', by: '赵敏' })
    const { version: fresh } = await rig.card()
    await rig.found(li.co('critical', { value: 500 }))
    expect(await close('wang', { outcome: 'no_danger_found', version: fresh })).toMatchObject({
      code: 'not_allowed_now',
    })
  })

  test('two close at once: one does, the other is told who', async () => {
    await rig.found(missed())
    await act('wang', 'arrive')
    const results = await Promise.all([
      close('wang', { outcome: 'slept_late' }),
      close('zhao', { outcome: 'forgot' }),
    ])
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    const { handledBy } = await rig.card()
    expect(results).toContainEqual({ ok: false, code: 'somebody_was_first', by: handledBy })
  })

  test('what is over takes no act that the table does not allow', async () => {
    await rig.found(missed())
    await close('zhao', { outcome: 'forgot' })
    const { id: incidentId } = await rig.card()
    const by = { incidentId, byId: rig.cast.persons.zhao, now: rig.clock.now() }
    expect(allowsAct('closed', 'note')).toBe(true)
    expect(await rig.incidents.note({ ...by, text: '后记' })).toEqual({ ok: true })
    const over = { ok: false, code: 'somebody_was_first', by: '赵敏' }
    expect(await rig.incidents.respond({ ...by, act: 'acknowledge' })).toEqual(over)
    expect(await rig.incidents.assign({ ...by, personId: rig.cast.persons.zhang })).toEqual(over)
    expect(await rig.incidents.logCall({ ...by, to: '…', answered: true })).toEqual(over)
    expect(await rig.incidents.close({ ...by, outcome: 'forgot' })).toEqual(over)
    expect(await rig.incidents.checkBack(by)).toEqual(over)
  })
})

describe('a job', () => {
  test('opens with the air of the home, its people and its door', async () => {
    const { cast, db, clock } = rig
    await db.run(sql`
      update device
      set last_co = 180,
        last_co_at = to_timestamp(${(clock.now() - 20 * minute) / 1000}::double precision)
      where id = ${cast.devices.liCo.id}`)
    await db.run(sql`
      update resident
      set file = '{"facts": ["听力不好，敲门要重"]}'
      where id = ${cast.residents.li}`)
    await rig.found(missed())
    const [job, ...others] = (await rig.incidents.jobsOf(cast.persons.wang, clock.now())).jobs
    await db.run(sql`update device set last_co = null, last_co_at = null`)
    expect(others).toEqual([])
    expect(job?.incident.air.co).toEqual({ value: 180, at: clock.now() - 20 * minute, stale: true })
    expect(job?.homePlan).toEqual({
      outsideValve: '门外左侧管井',
      access: '楼道灯在右手',
      fuel: '天然气',
      authorityToEnter: true,
    })
    expect(job?.facts).toEqual(['听力不好，敲门要重'])
    expect(job?.paired.map(({ role, name, holdsKey }) => [role, name, holdsKey])).toEqual([
      ['steward', '王红', false],
      ['backup', '张伟', false],
      ['neighbour', '周阿姨', true],
      ['emergencyContact', '李梅', false],
    ])
  })

  test('is nobody’s who declined it, or was never told', async () => {
    await rig.found(missed())
    await act('wang', 'decline')
    const { wang, chen } = rig.cast.persons
    expect((await rig.incidents.jobsOf(wang, rig.clock.now())).jobs).toEqual([])
    expect((await rig.incidents.jobsOf(chen, rig.clock.now())).jobs).toEqual([])
  })
})
