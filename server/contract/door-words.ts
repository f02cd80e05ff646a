// What stands on the steward's page at the door, in the order of safety.md 13-15, and the advice that goes with air.
import type { Pair } from './labels.ts'
import { isWorse, type IncidentKind, type Language, type Stage } from './primitives.ts'

/** `strict` must not be left out: shown with weight, and never folded away. */
export type DoorStep = { text: string; strict: boolean }

export type Door = { kind: IncidentKind; stage: Stage; deaf: boolean }

/** The steps at this door, first to last. */
export function doorSteps(door: Door, language: Language): DoorStep[] {
  return stepsFor(door).map(({ words, strict }) => ({ text: words[language], strict }))
}

/** What the resident is told by phone or tablet: ventilation goes with every warning (product.md, practice 8). */
export function adviceLines(kind: IncidentKind, language: Language): string[] {
  return (advice[kind] ?? []).map((line) => line[language])
}

type Step = { words: Pair; strict: boolean }

const must = (zh: string, en: string): Step => ({ words: { zh, en }, strict: true })
const should = (zh: string, en: string): Step => ({ words: { zh, en }, strict: false })

function stepsFor({ kind, stage, deaf }: Door): Step[] {
  if (kind === 'device') return deviceSteps
  if (kind === 'gas') return [airFirst, ...gasSteps, deaf ? gasDeaf : gasKnock, gasNoAnswer, kindly]
  const knocking = deaf ? [knockDeaf] : [knock]
  const serious = !isWorse('alarm', stage)
  if (kind === 'co') {
    return [airFirst, ...(serious ? coSerious : coMild), ...knocking, coSymptoms, noAnswer(deaf), kindly]
  }
  if (kind === 'smoke') return [airFirst, ...smokeSteps, ...knocking, noAnswer(deaf), kindly]
  return [airFirst, unknownAir, ...knocking, noAnswer(deaf), authority, kindly]
}

const airFirst = must(
  '先看上面的空气读数和时间；写着“未知”，就当作可能有险',
  'Read the air above, and its age, first; 未知 (unknown) means it may be dangerous',
)
const unknownAir = must(
  '门一开先闻、先通风；头晕或闻到异味，马上退到门外',
  'When the door opens, smell and air first; dizzy, or an odd smell: back out at once',
)

const coSerious = [
  must('在门口喊人，不要独自进去；两人同行', 'Call from the door; never in alone, go in pairs'),
  must(
    '119 未到、手上没有仪器测到低于 35 ppm，不进门',
    'No entry without 119, or your own meter below 35 ppm',
  ),
  must('能从外面打开的门窗都打开', 'Open every door and window that opens from outside'),
]
const coMild = [
  must(
    '请老人开窗、灭掉炉火，到门外来',
    'Ask the resident to open windows, put out the stove and come outside',
  ),
  should('看看炉子、烟道、热水器，提醒邻居', 'Look at stove, flue and heater; tell the neighbours'),
]
const coSymptoms = must(
  '头痛、恶心、站不稳，不论读数都拨 120',
  'Headache, nausea, unsteady: 120, whatever the reading says',
)

const gasSteps = [
  must('在楼外就按“到场”，再往里不碰手机', 'Press 到场 outside the building; beyond it no phone'),
  must('不按门铃、不坐电梯、不碰任何开关和灯', 'No bell, no lift, no switch, no light'),
  must('关掉户外总阀，打开楼道门窗', 'Close the outside valve, open doors and windows of the stairway'),
  must(
    '不叫开锁、不用电钻；退到楼外拨 119 和燃气公司',
    'No locksmith, no drill; from outside the building call 119 and the gas company',
  ),
]
const gasKnock = must('用手敲门、喊人，请里面的人出来', 'Knock by hand and call; ask them to come out')
const gasDeaf = must(
  '老人听不见：用力拍门让门板震动，到窗外挥手；不要用灯',
  'The resident is deaf: thump the door so that it shakes, wave at the window; no light',
)
const gasNoAnswer = must(
  '5 分钟没有应答：在楼外同时联系 119 和家属，不要自己进去',
  'No answer within 5 minutes: from outside, 119 and the family in parallel; do not go in',
)

const smokeSteps = [
  must('先拨 119；门把手烫，不开门', 'Call 119 first; a hot door handle: do not open'),
  must('走楼梯，不坐电梯；叫醒上下邻居', 'Stairs, never the lift; wake the homes above and below'),
]

const knock = should(
  '敲门、喊名字、打电话，再请邻居一起叫',
  'Knock, call her name, phone, then ask the neighbour',
)
const knockDeaf = must(
  '老人听不见：拍门、闪门铃灯、到窗前挥手；电话没接不算数',
  'The resident is deaf: thump the door, flash the bell light, wave at the window; a call not taken means nothing',
)
const noAnswer = (deaf: boolean): Step =>
  deaf
    ? must(
        '5 分钟见不到人：同时拨 110、119，并联系家属',
        'Not seen within 5 minutes: 110 and 119, and the family, in parallel',
      )
    : must(
        '敲门、电话、邻居 5 分钟都没有应答：同时拨 110、119，并联系家属',
        'No answer to knock, phone and neighbour within 5 minutes: 110 and 119, and the family, in parallel',
      )
const authority = should(
  '有钥匙和进门授权再开门，两人在场，记下时间',
  'Open only with key and signed authority, two of you present, and note the time',
)
const kindly = should('见到人先说：来看看您', 'Greet with 来看看您 (we came to see you)')

const deviceSteps = [
  should('先打个招呼：来看看您，再看设备', 'Greet first: 来看看您; then the device'),
  should('查电源、电池和指示灯，换好后测试一次', 'Check power, battery and lamps; test it once afterwards'),
]

const advice: Partial<Record<IncidentKind, Pair[]>> = {
  co: [
    { zh: '打开门窗通风', en: 'Open doors and windows' },
    { zh: '灭掉炉火，关掉热水器', en: 'Put out the stove, turn off the water heater' },
    { zh: '到屋外透气，等人来', en: 'Go outside and wait, somebody is coming' },
    { zh: '头痛、恶心就拨 120', en: 'Headache or nausea: call 120' },
  ],
  gas: [
    { zh: '不要开关任何电器和灯，不要点火', en: 'Touch no switch, light or flame' },
    { zh: '关掉阀门，打开窗户', en: 'Close the valve, open the windows' },
    { zh: '马上到屋外去，不坐电梯', en: 'Leave at once, not by the lift' },
    { zh: '到外面再打电话', en: 'Phone only from outside' },
  ],
  smoke: [
    { zh: '弯腰捂鼻，走楼梯离开', en: 'Stay low, cover the nose, leave by the stairs' },
    { zh: '出不去就关门，到窗口呼救', en: 'If you cannot get out, close the door and call from the window' },
  ],
}
