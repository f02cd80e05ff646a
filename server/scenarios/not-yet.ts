// What safety.md and the product ask for and the service has not learned yet: the same language, not played by the tests.
// Whoever builds one moves it to its chapter; until then docs/scenarios.md names it among what is still missing.
import {
  at,
  backlog,
  card,
  flag,
  informs,
  minutes,
  noCard,
  rings,
  scenario,
  type Scenario,
} from './language.ts'
import { everybody } from './people.ts'

export const notYet: readonly Scenario[] = [
  scenario({
    name: 'deaf-in-the-first-fortnight',
    zh: '头两周的聋人：打电话没有用，红管家直接上门',
    en: 'A deaf resident in her first fortnight: a call tells nothing, the steward goes at once',
    safety: [18],
    given: [
      { is: 'deaf', resident: '李奶奶' },
      { is: 'enrolled', resident: '李奶奶', on: '2026-02-25' },
    ],
    begins: '07:31',
    until: '08:01',
    story: [...at('08:00', rings('missed alarm', { who: ['王红'], of: '李奶奶' }))],
    ends: [card('李奶奶', 'missed alarm')],
  }),
  scenario({
    name: 'clean-from-another-sensor',
    zh: '报警的探测器被换掉：新探测器的零不算干净',
    en: 'Clean counts only from the same sensor: a new one in its place says nothing of it',
    safety: [5],
    begins: '15:00',
    until: '15:59',
    story: [
      ...at('15:00:20', flag('李奶奶', 'co'), rings('co alarm', { who: everybody })),
      ...at('15:20', { is: 'line', from: { at: '李奶奶', device: 'co' }, up: false }),
      ...at('15:55', {
        is: 'says',
        from: { at: '李奶奶', device: 'co', mark: 'outdoors' },
        kind: 'readings',
        body: { values: [{ kind: 'co', value: 0 }] },
      }),
      ...at('15:30', informs('device warning', { who: ['赵敏'] })),
    ],
    ends: [card('李奶奶', 'co alarm'), card('李奶奶', 'device warning', { evidence: { trouble: 'tamper' } })],
  }),
  scenario({
    name: 'family-is-asked-too',
    zh: '没有人应：邻居和家属同时被问到',
    en: 'Nobody answers: the family is asked with the neighbour',
    safety: [7],
    begins: '07:31',
    until: '08:04',
    story: [
      ...at('08:00', rings('missed alarm', { who: ['王红'] })),
      ...at('08:03', rings('missed alarm', { who: ['张伟', '周阿姨', '李梅'] })),
    ],
    ends: [card('李奶奶', 'missed alarm')],
  }),
  scenario({
    name: 'new-year-calendar-is-missing',
    zh: '十一月一日起：没有来年的节假日表就提醒值班台',
    en: 'From the first of November the desk is warned that next year’s festival calendar is missing',
    safety: [10],
    on: '2026-11-01',
    begins: '07:31',
    until: '09:01',
    story: [...at('09:00', informs('device notice', { who: ['赵敏'] }))],
    ends: [card('李奶奶', 'device notice')],
  }),
  scenario({
    name: 'buffered-co-that-may-still-harm',
    zh: '断网时的一氧化碳，血里可能还有：当作正在发生',
    en: 'CO of the last hour that may still be in her blood is live, though the air is clean',
    safety: [9],
    begins: '15:00',
    until: '17:01',
    story: [
      ...at(
        '17:00',
        backlog('李奶奶', 'co', { everyMs: minutes(10), values: [310, 310, 310, 0, 0, 0, 0, 0] }),
        rings('co alarm', { who: everybody }),
      ),
      ...at('15:30', noCard),
    ],
    ends: [card('李奶奶', 'co alarm')],
  }),
]
