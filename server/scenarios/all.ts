// Every scenario that the service has learned, in chapters as docs/scenarios.md prints them.
import { asides } from './aside.ts'
import { absences } from './away.ts'
import { airs } from './air.ts'
import { helps } from './help.ts'
import type { Scenario } from './language.ts'
import { manyAtOnce } from './many.ts'
import { mornings } from './morning.ts'
import { silences } from './silence.ts'
import { troubles } from './trouble.ts'

export const chapters: readonly { zh: string; en: string; scenarios: readonly Scenario[] }[] = [
  { zh: '约定', en: 'The pact', scenarios: mornings },
  { zh: '没有报平安', en: 'Silence', scenarios: silences },
  { zh: '外出', en: 'Away', scenarios: absences },
  { zh: '一氧化碳和燃气', en: 'Air', scenarios: airs },
  { zh: '求助', en: 'Help', scenarios: helps },
  { zh: '设备、网络和停机', en: 'Devices, lines and outages', scenarios: troubles },
  { zh: '一下子很多户', en: 'Many at once', scenarios: manyAtOnce },
  { zh: '搁置、停用和报警泛滥', en: 'Set aside, and floods', scenarios: asides },
]

export const scenarios: readonly Scenario[] = chapters.flatMap((chapter) => chapter.scenarios)
