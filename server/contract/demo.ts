// What the server and the demo's simulator process tell each other, and the file that gives the simulator its world.
import { Type, type Static } from 'typebox'
import { DeviceKind, EpochMs, Id, LocalTime, PowerClass, RiskTier, orNull } from './primitives.ts'

export const DemoLogin = Type.Object({
  login: Type.String(),
  password: Type.String(),
  name: Type.String(),
  title: Type.String(),
  personId: Id,
})
export type DemoLogin = Static<typeof DemoLogin>

export const DemoDevice = Type.Object({
  serial: Type.String(),
  secret: Type.String(),
  kind: DeviceKind,
  power: PowerClass,
  homeId: Id,
  residentId: orNull(Id),
  label: Type.String(),
})
export type DemoDevice = Static<typeof DemoDevice>

/** The parts that residents play in the demo morning. */
export const DemoPart = Type.Enum(['silent', 'hospital', 'reminded', 'lateRiser', 'co', 'gas', 'early'])
export type DemoPart = Static<typeof DemoPart>

export const DemoResident = Type.Object({
  id: Id,
  homeId: Id,
  name: Type.String(),
  greeting: Type.String(),
  label: Type.String(),
  tier: RiskTier,
  deadline: LocalTime,
  part: DemoPart,
  /** Path and fragment of the private link. */
  href: Type.String(),
})
export type DemoResident = Static<typeof DemoResident>

/** Written to DATA_DIR/demo-world.json (0600) when the demo community is created. */
export const DemoWorld = Type.Object({
  communityId: Id,
  zone: Type.String(),
  logins: Type.Array(DemoLogin),
  residents: Type.Array(DemoResident),
  devices: Type.Array(DemoDevice),
})
export type DemoWorld = Static<typeof DemoWorld>

export const StoryState = Type.Object({
  state: Type.Enum(['waiting', 'running', 'done']),
  /** waiting, greetings, threeLeft, missed, door, closed, co, gas, done */
  chapter: Type.String(),
  autoplay: Type.Boolean(),
  startedAt: orNull(EpochMs),
})
export type StoryState = Static<typeof StoryState>

export const TesterAct = Type.Enum([
  'press',
  'sos',
  'co',
  'gas',
  'activity',
  'offline',
  'online',
  'selfTest',
  'clear',
])
export type TesterAct = Static<typeof TesterAct>

/** Server to simulator. */
export const DemoOrder = Type.Union([
  Type.Object({ order: Type.Literal('begin'), autoplay: Type.Boolean(), again: Type.Boolean() }),
  Type.Object({ order: Type.Literal('autoplay'), autoplay: Type.Boolean() }),
  Type.Object({ order: Type.Literal('act'), homeId: Id, residentId: orNull(Id), act: TesterAct }),
  Type.Object({ order: Type.Literal('scenario'), name: Type.String(), speed: Type.Number() }),
])
export type DemoOrder = Static<typeof DemoOrder>

/** Simulator to server. */
export const DemoReport = Type.Union([
  Type.Object({ report: Type.Literal('ready') }),
  Type.Object({ report: Type.Literal('story'), story: StoryState }),
  Type.Object({ report: Type.Literal('problem'), text: Type.String() }),
])
export type DemoReport = Static<typeof DemoReport>

/** The scenarios of `npm run simulate`, by name. */
export const scenarioNames = [
  { name: 'quiet-morning', zh: '平静的早晨', en: 'Quiet morning' },
  { name: 'missed-check-in', zh: '未报平安', en: 'Missed check-in' },
  { name: 'brazier-co', zh: '夜里火盆，一氧化碳', en: 'Brazier at night, CO' },
  { name: 'hose-off', zh: '燃气软管脱落', en: 'Gas hose off' },
  { name: 'gateway-lost', zh: '网关失去连接', en: 'Gateway lost' },
  { name: 'late-risers', zh: '起晚的人', en: 'Late risers' },
  { name: 'sos', zh: '呼救', en: 'SOS' },
  { name: 'self-test-then-alarm', zh: '自检后真报警', en: 'Self-test, then a real alarm' },
] as const
