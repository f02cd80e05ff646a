import { describe, expect, test } from 'vitest'
import type { Evidence } from './incident.ts'
import { outcomes } from './outcomes.ts'
import { HomeState, IncidentKind, Stage, stages } from './primitives.ts'
import {
  adviceLines,
  agoWords,
  doorSteps,
  incidentTitle,
  incidentWhy,
  kindWord,
  originWord,
  outcomeWord,
  roleWord,
  stageWord,
  stateWord,
  timelineWords,
} from './words.ts'

const dueAt = Date.UTC(2026, 0, 12, 8, 0)
const minuteMs = 60_000
const time = (at: number) => new Date(at).toISOString().slice(11, 16)
const why = (evidence: Evidence, kind: IncidentKind) => incidentWhy(evidence, kind, 'zh', time)
const kinds = IncidentKind.enum
const liNainai = { homeLabel: '3-2-501', residents: [{ id: 7, greeting: '李奶奶' }] }

describe('the title of an incident', () => {
  test('says where, who and what', () => {
    const missed = { ...liNainai, kind: 'missed', stage: 'alarm', evidence: { silence: 'missed' } } as const
    expect(incidentTitle(missed, 'zh')).toBe('3-2-501 李奶奶：到点没有报平安')
    expect(incidentTitle(missed, 'en')).toBe('3-2-501 李奶奶: No check-in by the deadline')
    expect(incidentTitle({ kind: 'co', stage: 'alarm', evidence: {} }, 'zh')).toBe('一氧化碳报警')
  })

  test('safety 17: a demo or a drill says so first, the real thing never does', () => {
    const co = { ...liNainai, kind: 'co', stage: 'critical', evidence: {} } as const
    expect(incidentTitle({ ...co, origin: 'demo' }, 'zh')).toBe('【演示】3-2-501 李奶奶：一氧化碳危急')
    expect(incidentTitle({ ...co, origin: 'drill' }, 'en')).toMatch(/^\[Drill\] 3-2-501/)
    expect(incidentTitle({ ...co, origin: 'live' }, 'zh')).toBe('3-2-501 李奶奶：一氧化碳危急')
    expect(originWord('live', 'zh')).toBe('')
  })

  test('names the silent one of a couple, and neither where it is about the home', () => {
    const couple = { ...liNainai, residents: [...liNainai.residents, { id: 8, greeting: '王爷爷' }] }
    const missed = { ...couple, kind: 'missed', stage: 'alarm', evidence: {} } as const
    expect(incidentTitle({ ...missed, residentId: 8 }, 'zh')).toMatch(/^3-2-501 王爷爷：/)
    expect(incidentTitle({ ...couple, kind: 'gas', stage: 'alarm', evidence: {} }, 'zh')).toBe(
      '3-2-501：燃气报警',
    )
  })
})

describe('why we think so, in one sentence', () => {
  test('a missed check-in, with the last sign of life', () => {
    const lastSign = { at: dueAt - 40 * minuteMs, what: 'motion' }
    expect(why({ silence: 'missed', dueAt, lastSign }, 'missed')).toBe(
      '约好 08:00 前报平安，还没有收到；最后动静 07:20，屋里走动。',
    )
    expect(why({ silence: 'missed', dueAt }, 'missed')).toMatch(/近来没有看到别的动静。$/)
  })

  test('asked before the agreed hour, the moment that has passed is not called agreed', () => {
    const early = {
      silence: 'missed',
      task: 'longSilence',
      dueAt: dueAt - 30 * minuteMs,
      agreedAt: dueAt,
    } as const
    expect(why({ ...early, heardAt: dueAt - 25 * 60 * minuteMs }, 'missed')).toMatch(
      /^到 07:30 还没有收到报平安；上一次亲自报平安是 .*，等到约好的 08:00 就太久，所以提前问/,
    )
  })

  test('late, and blind', () => {
    expect(why({ silence: 'late', dueAt, secondDueAt: dueAt + 60 * minuteMs }, 'missed')).toMatch(
      /再等到 09:00/,
    )
    expect(why({ silence: 'blind', dueAt }, 'missed')).toMatch(/监测中断/)
    expect(why({ silence: 'missed', dueAt, lateCheckInAt: dueAt + minuteMs }, 'missed')).toMatch(
      /08:01 已补报平安/,
    )
  })

  test('carbon monoxide, with value, peak, window and band', () => {
    const evidence: Evidence = {
      value: 120.04,
      peak: 151,
      unit: 'ppm',
      window: '100ppm-10min',
      since: dueAt,
      cohb: { estimate: 3.1, low: 1, high: 5.2 },
      flag: true,
    }
    expect(why(evidence, 'co')).toBe(
      '最近读数 120 ppm；最高 151 ppm；探测器自己在报警；100 ppm 以上持续 10 分钟；从 08:00 开始；老人血中一氧化碳估计 1%–5.2%。',
    )
    expect(why({ ...evidence, cleanSince: dueAt }, 'co')).toMatch(/仍须有人确认/)
  })

  test('gas that looks like cooking is still to be looked at', () => {
    expect(why({ value: 6, unit: '%LEL', window: '5%LEL-twice+cooking' }, 'gas')).toMatch(
      /两次达到 5 %LEL；像是做饭引起，仍须查看/,
    )
  })

  test('every window that a rule can name has a sentence in both languages', () => {
    const windows = [
      '9ppm-8h',
      '30ppm-30min',
      '300ppm',
      'cohb-2.5',
      'cohb-active-10',
      '3%LEL-10min',
      '5%LEL-twice',
    ]
    for (const window of [...windows, '10%LEL', 'rise-2%LEL/min']) {
      expect(why({ window }, 'co')).not.toBe(why({}, 'co'))
      expect(incidentWhy({ window }, 'co', 'en', time)).not.toBe(incidentWhy({}, 'co', 'en', time))
    }
  })

  test('safety 9: an unreadable message says so, and is taken as real', () => {
    expect(why({ unreadable: true }, 'sos')).toMatch(/没能读懂，按真的处理/)
  })

  test('a cancelled SOS still wants a voice; a device names its trouble', () => {
    expect(why({ presses: 3, cancelled: true }, 'sos')).toBe(
      '按了 3 次求助；之后按了取消，仍要听到本人声音。',
    )
    expect(why({ trouble: 'lowBattery', battery: 9 }, 'device')).toBe('设备电量低；电量 9%。')
  })

  test('says something for every kind, even with no evidence at all', () => {
    for (const kind of kinds) expect(why({}, kind).length).toBeGreaterThan(3)
  })
})

describe('at the door', () => {
  const texts = (kind: IncidentKind, stage: Stage, deaf: boolean) =>
    doorSteps({ kind, stage, deaf }, 'zh').map(({ text }) => text)
  const all = (kind: IncidentKind, stage: Stage, deaf = false) => texts(kind, stage, deaf).join('\n')

  test('safety 13: every job but a device opens with the air of the home', () => {
    for (const kind of kinds.filter((kind) => kind !== 'device')) {
      for (const stage of stages) {
        const [first] = doorSteps({ kind, stage, deaf: false }, 'zh')
        expect(first).toMatchObject({ strict: true })
        expect(first?.text).toMatch(/空气读数.*未知/)
      }
    }
  })

  test('safety 13: from CO alarm on, call from the door, in pairs, and no entry without 119 or below 35 ppm', () => {
    for (const stage of ['alarm', 'critical'] as const) {
      const steps = doorSteps({ kind: 'co', stage, deaf: false }, 'zh')
      expect(steps.map(({ text }) => text).slice(1, 4)).toEqual([
        expect.stringMatching(/门口喊人.*两人同行/),
        expect.stringMatching(/119.*35 ppm/),
        expect.stringMatching(/从外面打开/),
      ])
      expect(steps.slice(0, 4).every(({ strict }) => strict)).toBe(true)
    }
    expect(all('co', 'warning')).toMatch(/开窗/)
    expect(all('co', 'notice')).toMatch(/120/)
  })

  test('safety 14: gas: 到场 outside, then no phone, bell, lift, switch or light, the valve, and no locksmith', () => {
    for (const deaf of [false, true]) {
      const steps = doorSteps({ kind: 'gas', stage: 'alarm', deaf }, 'zh')
      expect(steps.slice(1, 5).map(({ text }) => text)).toEqual([
        expect.stringMatching(/到场.*不碰手机/),
        expect.stringMatching(/门铃.*电梯.*开关和灯/),
        expect.stringMatching(/户外总阀/),
        expect.stringMatching(/不叫开锁.*不用电钻.*119 和燃气公司/),
      ])
      expect(steps.slice(0, 7).every(({ strict }) => strict)).toBe(true)
    }
    expect(all('gas', 'alarm', true)).toMatch(/不要用灯/)
    expect(all('gas', 'alarm')).not.toMatch(/打电话/)
  })

  test('safety 15: no answer within 5 minutes means 110, 119 and the family in parallel', () => {
    for (const kind of ['missed', 'sos', 'co', 'smoke'] as const) {
      expect(all(kind, 'alarm')).toMatch(/5 分钟.*110、119.*家属/)
    }
  })

  test('safety 18: she is greeted with 来看看您; at a deaf resident a call not taken means nothing', () => {
    for (const kind of kinds) expect(all(kind, 'alarm')).toMatch(/来看看您/)
    expect(all('missed', 'alarm', true)).toMatch(/电话没接不算数/)
    expect(all('missed', 'alarm', true)).not.toMatch(/敲门、电话、邻居/)
  })

  test('advice for air begins with ventilation, and that for gas touches no switch', () => {
    expect(adviceLines('co', 'zh')[0]).toMatch(/通风/)
    expect(adviceLines('gas', 'zh')[0]).toMatch(/不要开关/)
    expect(adviceLines('missed', 'zh')).toEqual([])
  })
})

describe('the words themselves', () => {
  test('every state, stage, kind and outcome has one in both languages', () => {
    for (const language of ['zh', 'en'] as const) {
      for (const state of HomeState.enum) expect(stateWord(state, language)).not.toBe(state)
      for (const stage of Stage.enum) expect(stageWord(stage, language)).not.toBe(stage)
      for (const kind of kinds) expect(kindWord(kind, language)).not.toBe(kind)
      for (const { code } of outcomes) expect(outcomeWord(code, language)).not.toBe(code)
    }
    expect(roleWord('steward', 'zh')).toBe('红管家')
  })

  test('a code that is not known yet is shown as it is', () => {
    expect(outcomeWord('eaten_by_bear', 'zh')).toBe('eaten_by_bear')
    expect(timelineWords('teleported', {}, 'zh')).toBe('teleported')
  })

  test('ages are rough and short', () => {
    expect(agoWords(-5000, 'zh')).toBe('刚刚')
    expect(agoWords(59_000, 'en')).toBe('just now')
    expect(agoWords(5 * minuteMs, 'zh')).toBe('5 分钟前')
    expect(agoWords(119 * minuteMs, 'en')).toBe('1 h ago')
    expect(agoWords(49 * 60 * minuteMs, 'zh')).toBe('2 天前')
  })
})

describe('the timeline', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['opened', { stage: 'alarm' }, '事件建立：报警'],
    ['raised', { from: 'alarm', to: 'critical' }, '情况加重：危急'],
    ['pressedAgain', { presses: 2 }, '又按了求助：2 次'],
    ['found', { finding: 'noAnswer' }, '现场情况：无人应答'],
    ['dialled', { number: '119', text: '十分钟到' }, '已拨打：119，十分钟到'],
    ['dialled', { number: 'gas', text: '已派人' }, '已拨打：燃气公司，已派人'],
    ['call', { to: '李秀英', answered: false }, '打了电话：李秀英，未接'],
    ['handled', { outcome: 'fall_hospital' }, '已处理，待回访：摔倒，已送医'],
    ['assigned', { personId: 3, role: 'backup' }, '派单：后备'],
    ['told', {}, '已通知'],
  ])('%s %j: %s', (what, detail, expected) => {
    expect(timelineWords(what, detail, 'zh')).toBe(expected)
  })
})

test('a doubt about the sensor, and what a home is without, are one sentence in either language', () => {
  const time = () => '8:00'
  const air: Evidence = { value: 12, unit: 'ppm', doubts: ['stuck', 'warmup'] }
  expect(incidentWhy(air, 'co', 'zh', time)).toContain('探测器存疑（读数很久一点没变、还在预热）')
  expect(incidentWhy(air, 'co', 'en', time)).toContain(
    'the sensor is in doubt (its reading has not moved for long, warming up)',
  )
  const gone: Evidence = { trouble: 'silent', inAlarm: true, unprotected: ['co', 'gas'], blind: true }
  expect(incidentWhy(gone, 'device', 'zh', time)).toBe(
    '报警途中探测器没了消息；这户现在未监护：一氧化碳、燃气；这户监测中断，报平安收不到。',
  )
  expect(incidentWhy(gone, 'device', 'en', time)).toContain(
    'this home is unprotected: carbon monoxide and gas',
  )
})
