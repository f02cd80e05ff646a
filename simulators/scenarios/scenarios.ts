// The scenarios of `npm run simulate` and of the testers' page, by name.
import type { DemoResident, DemoWorld } from '#contract/demo.ts'
import { aired, brazier, coPpm, gasLel, hoseOff } from '../models/air.ts'
import { air, flag, minutes, motion, partOf, press, type Happening, type Scenario } from './happening.ts'

/** Everybody in `who` presses once, at a random moment of the first `withinMs`. */
const greetings = (who: readonly DemoResident[], withinMs: number, random: () => number): Happening[] =>
  who.map((resident) => press(Math.floor(random() * withinMs), resident))

const everybodyBut = (world: DemoWorld, ...parts: DemoResident['part'][]) =>
  world.residents.filter((resident) => !parts.includes(resident.part))

const quietMorning: Scenario = {
  name: 'quiet-morning',
  zh: '所有人都报了平安，窗户一扇扇亮起来。',
  en: 'Everybody checks in; the windows light up one by one.',
  happenings: (world, random) => greetings(world.residents, minutes(1), random),
}

const missedCheckIn: Scenario = {
  name: 'missed-check-in',
  zh: '除李奶奶外都报了平安；到时限后红管家收到派单。',
  en: 'Everybody but one checks in; after the deadline her steward is sent.',
  happenings: (world, random) => greetings(everybodyBut(world, 'silent'), minutes(1), random),
}

const brazierCo: Scenario = {
  name: 'brazier-co',
  zh: '夜里的火盆：一氧化碳十分钟升到 270 ppm，探测器报警，开窗后下降。',
  en: 'A brazier at night: CO climbs to 270 ppm in ten minutes, the detector sounds, windows are opened.',
  happenings: (world) => {
    const home = partOf(world, 'co')
    const rising = Array.from({ length: 25 }, (_, step) => {
      const minute = step / 2
      return air(minutes(minute), home, 'co', coPpm(brazier.room, brazier.litresPerHour, minute))
    })
    const top = coPpm(brazier.room, brazier.litresPerHour, 12)
    const falling = Array.from({ length: 40 }, (_, step) =>
      air(minutes(13 + step), home, 'co', aired(top, 6, step + 1)),
    )
    return [
      ...rising,
      flag(minutes(9), home, { kind: 'co', active: true }),
      ...falling,
      flag(minutes(52), home, { kind: 'co', active: false }),
    ]
  },
}

const hose: Scenario = {
  name: 'hose-off',
  zh: '燃气软管脱落：六分钟超过 20 %LEL，关阀开窗后下降。',
  en: 'The gas hose comes off: past 20 %LEL in six minutes; valve closed, windows opened.',
  happenings: (world) => {
    const home = partOf(world, 'gas')
    const leak = (minute: number) => gasLel(hoseOff.room, hoseOff.cubicMetresPerHour, minute)
    const rising = Array.from({ length: 17 }, (_, step) =>
      air(minutes(step / 2), home, 'gas', leak(step / 2)),
    )
    const falling = Array.from({ length: 20 }, (_, step) =>
      air(minutes(9 + step), home, 'gas', aired(leak(8), 6, step + 1)),
    )
    return [
      ...rising,
      flag(minutes(3), home, { kind: 'gas', active: true }),
      ...falling,
      flag(minutes(30), home, { kind: 'gas', active: false }),
    ]
  },
}

const gatewayLost: Scenario = {
  name: 'gateway-lost',
  zh: '一栋楼的设备同时断线两分钟，再一起回来。',
  en: 'All devices of one building drop out for two minutes and come back together.',
  happenings: (world) => {
    const building = partOf(world, 'silent').label.split('-')[0]
    return world.devices
      .filter((device) => device.label.split('-')[0] === building && device.kind !== 'curtain')
      .flatMap((device): Happening[] => {
        const where = { homeId: device.homeId, residentId: device.residentId, device: device.kind }
        return [
          { ...where, atMs: 0, what: { cut: true } },
          { ...where, atMs: minutes(2), what: { plugIn: true } },
        ]
      })
  },
}

const lateRisers: Scenario = {
  name: 'late-risers',
  zh: '四位起晚的人：屋里有动静，时限后自己报了平安，没有派人。',
  en: 'Four late risers: stirring indoors, press after the deadline by themselves, nobody is sent.',
  happenings: (world, random) => {
    const late = world.residents.filter((resident) => resident.part === 'lateRiser')
    return [
      ...greetings(everybodyBut(world, 'lateRiser'), minutes(0.5), random),
      ...late.map((resident, index) => motion(10_000 + index * 1500, resident)),
      ...late.map((resident, index) => press(minutes(1.5) + index * 4000, resident)),
    ]
  },
}

const sos: Scenario = {
  name: 'sos',
  zh: '李奶奶按下呼救，收到后又按了一次。',
  en: 'An SOS press, and another after it was acknowledged.',
  happenings: (world) => {
    const resident = partOf(world, 'silent')
    const call = (atMs: number): Happening => ({
      ...press(atMs, resident),
      what: { say: 'sos', body: {} },
    })
    return [call(0), call(45_000)]
  },
}

const selfTest: Scenario = {
  name: 'self-test-then-alarm',
  zh: '探测器自检不惊动任何人；两分钟后是真的报警。',
  en: 'A detector self-test rings nobody; two minutes later the alarm is real.',
  happenings: (world) => {
    const home = partOf(world, 'co')
    return [
      flag(0, home, { kind: 'co', active: true, test: true }),
      flag(15_000, home, { kind: 'co', active: false, test: true }),
      air(minutes(1), home, 'co', 2),
      air(minutes(2), home, 'co', 320),
      flag(minutes(2) + 1000, home, { kind: 'co', active: true }),
    ]
  },
}

export const scenarios: readonly Scenario[] = [
  quietMorning,
  missedCheckIn,
  brazierCo,
  hose,
  gatewayLost,
  lateRisers,
  sos,
  selfTest,
]

export const findScenario = (name: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.name === name)
