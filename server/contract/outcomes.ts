// What a human can say was found. One list for the server, the buttons and the tests.
import { Type, type Static } from 'typebox'
import type { IncidentKind } from './primitives.ts'

export const OutcomeCode = Type.Enum([
  'slept_late',
  'forgot',
  'away',
  'hospital',
  'fall_hospital',
  'ill_helped',
  'emergency',
  'deceased',
  'source_removed',
  'valve_closed',
  'no_danger_found',
  'cooking',
  'pressed_by_mistake',
  'device_fault',
  'device_test',
  'repaired',
])
export type OutcomeCode = Static<typeof OutcomeCode>

export type Outcome = {
  code: OutcomeCode
  zh: string
  en: string
  /** Offered for these kinds, in this order. */
  kinds: readonly IncidentKind[]
  /** Someone was in trouble: a second person checks back before the incident closes (safety.md 11). */
  serious: boolean
  /** An alarm that need not have been: fed into proposals to change the rule (误报). */
  nuisance: boolean
}

const silence = ['missed'] as const
const air = ['co', 'gas', 'smoke'] as const

export const outcomes: readonly Outcome[] = [
  {
    code: 'slept_late',
    zh: '起晚了，平安',
    en: 'Slept late, is well',
    kinds: silence,
    serious: false,
    nuisance: true,
  },
  {
    code: 'forgot',
    zh: '忘了按，平安',
    en: 'Forgot, is well',
    kinds: silence,
    serious: false,
    nuisance: true,
  },
  {
    code: 'away',
    zh: '外出未报备',
    en: 'Away, not declared',
    kinds: silence,
    serious: false,
    nuisance: true,
  },
  {
    code: 'fall_hospital',
    zh: '摔倒，已送医',
    en: 'Fell, taken to hospital',
    kinds: ['missed', 'sos'],
    serious: true,
    nuisance: false,
  },
  {
    code: 'ill_helped',
    zh: '身体不适，已帮助',
    en: 'Unwell, was helped',
    kinds: ['missed', 'sos', 'co', 'gas', 'smoke'],
    serious: true,
    nuisance: false,
  },
  {
    code: 'hospital',
    zh: '已在医院',
    en: 'Already in hospital',
    kinds: ['missed', 'sos', 'co'],
    serious: true,
    nuisance: false,
  },
  {
    code: 'source_removed',
    zh: '已通风，源头已消除',
    en: 'Aired, source removed',
    kinds: ['co', 'smoke'],
    serious: true,
    nuisance: false,
  },
  {
    code: 'valve_closed',
    zh: '已关阀通风',
    en: 'Valve closed, aired',
    kinds: ['gas'],
    serious: true,
    nuisance: false,
  },
  { code: 'cooking', zh: '做饭引起', en: 'Caused by cooking', kinds: air, serious: false, nuisance: true },
  {
    code: 'no_danger_found',
    zh: '到场检查无险情',
    en: 'Checked, no danger found',
    kinds: [...air, 'sos'],
    serious: false,
    nuisance: true,
  },
  {
    code: 'pressed_by_mistake',
    zh: '误按，已当面确认',
    en: 'Pressed by mistake, confirmed in person',
    kinds: ['sos'],
    serious: false,
    nuisance: true,
  },
  {
    code: 'emergency',
    zh: '危急，已交120/119',
    en: 'Emergency, handed to 120/119',
    kinds: ['missed', 'sos', ...air],
    serious: true,
    nuisance: false,
  },
  {
    code: 'deceased',
    zh: '离世',
    en: 'Deceased',
    kinds: ['missed', 'sos', ...air],
    serious: true,
    nuisance: false,
  },
  { code: 'repaired', zh: '已修复', en: 'Repaired', kinds: ['device'], serious: false, nuisance: false },
  {
    code: 'device_fault',
    zh: '设备故障',
    en: 'Device fault',
    kinds: ['missed', 'sos', ...air, 'device'],
    serious: false,
    nuisance: true,
  },
  {
    code: 'device_test',
    zh: '设备测试',
    en: 'Device test',
    kinds: ['sos', ...air, 'device'],
    serious: false,
    nuisance: true,
  },
]

export const outcomesFor = (kind: IncidentKind): readonly Outcome[] =>
  outcomes.filter((outcome) => outcome.kinds.includes(kind))

/** Undefined when the outcome does not belong to this kind of incident. */
export const findOutcome = (code: OutcomeCode, kind: IncidentKind): Outcome | undefined =>
  outcomes.find((outcome) => outcome.code === code && outcome.kinds.includes(kind))
