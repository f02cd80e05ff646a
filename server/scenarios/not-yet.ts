// What safety.md and the product ask for and the service has not learned yet: the same language, not played by the tests.
// Whoever builds one moves it to its chapter; until then docs/scenarios.md names it among what is still missing.
import { at, card, rings, scenario, type Scenario } from './language.ts'

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
]
