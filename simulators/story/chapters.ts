// The demo morning, told one thing at a time: greetings, three names, one silent, then CO, then gas.
import type { DemoResident } from '#contract/demo.ts'
import type { HazardKind } from '#contract/primitives.ts'
import { goToTheDoor } from './door.ts'
import { cardOf, until, whoPlays, type Stage } from './stage.ts'

/** Milliseconds from the beginning of the story to each deadline; the first alert comes within 60 s of it. */
export const deadlines = { lateRisers: 24_000, everybody: 52_000, remindThree: 40_000 }

/** Tells the whole morning; rejects with StoryStopped when it is begun again. */
export async function tellTheMorning(stage: Stage): Promise<void> {
  stage.chapter('greetings')
  await setDeadlines(stage)
  await greetings(stage)
  stage.chapter('threeLeft')
  await threeNames(stage)
  stage.chapter('missed')
  await silence(stage)
  stage.chapter('closed')
  await signTheMorning(stage)
  await stage.wait(8000)
  stage.chapter('co')
  await badAir(stage, { part: 'co', kind: 'co', values: [38, 92, 186, 268, 342], cleared: [120, 40, 12, 4] })
  await stage.wait(6000)
  stage.chapter('gas')
  await badAir(stage, { part: 'gas', kind: 'gas', values: [1.5, 3.8, 7.2, 12.6], cleared: [6, 2, 0.5, 0] })
  stage.chapter('done')
}

async function setDeadlines(stage: Stage): Promise<void> {
  const lateRisers = whoPlays(stage.world, 'lateRiser').map((resident) => resident.id)
  const others = stage.world.residents.filter((one) => !lateRisers.includes(one.id)).map((one) => one.id)
  await stage.desk.call('demoDeadline', {
    body: { dueInMs: deadlines.everybody, remindInMs: deadlines.remindThree, residentIds: others },
  })
  await stage.desk.call('demoDeadline', {
    body: { dueInMs: deadlines.lateRisers, residentIds: lateRisers },
  })
}

/** 53 greet, four stir indoors and greet after their own earlier deadline: 57 of 60, and nobody was sent. */
async function greetings(stage: Stage): Promise<void> {
  const early = stage.world.residents.filter((one) => ['early', 'co', 'gas'].includes(one.part))
  const late = whoPlays(stage.world, 'lateRiser')
  const said = [
    ...early.map(async (resident) => {
      await stage.wait(800 + stage.random() * 30_000)
      await greet(stage, resident)
    }),
    ...late.map(async (resident, index) => {
      await stage.wait(9000 + index * 2500)
      await stage.fleet.find(resident.homeId, 'motion')?.say('activity', { kind: 'motion' })
      await stage.wait(20_000 + index * 700)
      await greet(stage, resident)
    }),
  ]
  await Promise.all(said)
}

const greet = async (stage: Stage, resident: DemoResident): Promise<void> => {
  const sign = stage.fleet.sign(resident.homeId, resident.id)
  await sign?.say('checkin', { via: sign.device.kind === 'curtain' ? 'curtain' : 'button' })
}

/** One is reminded and presses; one is in hospital, and his son says so; one stays silent. */
async function threeNames(stage: Stage): Promise<void> {
  const [hospital] = whoPlays(stage.world, 'hospital')
  const [reminded] = whoPlays(stage.world, 'reminded')
  if (!hospital || !reminded) throw new Error('the story needs one in hospital and one to be reminded')
  await stage.wait(3500)
  await greet(stage, reminded)
  await stage.wait(2500)
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: stage.world.zone }).format(Date.now())
  await stage.desk.call('declareAbsence', {
    params: { id: hospital.id },
    body: {
      fromOn: today,
      untilOn: inDays(today, 7),
      place: '区人民医院心内科',
      companion: '儿子王磊',
      phone: '138 0000 4003',
    },
  })
}

const inDays = (on: string, days: number): string =>
  new Date(Date.parse(`${on}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

async function silence(stage: Stage): Promise<void> {
  const [silent] = whoPlays(stage.world, 'silent')
  if (!silent) throw new Error('the story needs one who is silent')
  const card = await until(stage, () => cardOf(stage, silent.homeId, 'missed'))
  stage.chapter('door')
  await goToTheDoor(stage, {
    incidentId: card.id,
    outcome: 'fall_hospital',
    note: '卫生间滑倒，神志清楚，120 送区人民医院，女儿已知',
    said: '已与医院和女儿通话，髋部软组织伤，留院观察',
  })
}

/** The morning is signed when every name has an owner. */
async function signTheMorning(stage: Stage): Promise<void> {
  const id = stage.world.communityId
  const ledger = await stage.desk.call('ledger', { params: { id }, query: {} })
  if (!stage.autoplay() || !ledger.signable || ledger.signedAt !== null) return
  await stage.wait(4000)
  await stage.desk.call('signLedger', { params: { id }, body: { on: ledger.on } })
}

type BadAir = {
  part: 'co' | 'gas'
  kind: Extract<HazardKind, 'co' | 'gas'>
  values: number[]
  cleared: number[]
}

async function badAir(stage: Stage, { part, kind, values, cleared }: BadAir): Promise<void> {
  const [home] = whoPlays(stage.world, part)
  const detector = home && stage.fleet.find(home.homeId, kind)
  if (!home || !detector) throw new Error(`the story needs a home with ${kind}`)
  stage.fleet.playing(home.homeId)
  for (const value of values) {
    await detector.say('readings', { values: [{ kind, value }] })
    await stage.wait(4000)
  }
  await detector.say('alarm', { kind, active: true })
  const card = await until(stage, () => cardOf(stage, home.homeId, kind))
  await goToTheDoor(stage, outcomeOf(kind, card.id))
  for (const value of cleared) await detector.say('readings', { values: [{ kind, value }] })
  await detector.say('alarm', { kind, active: false })
  stage.fleet.restored(home.homeId)
}

const outcomeOf = (kind: 'co' | 'gas', incidentId: number) =>
  kind === 'co'
    ? ({
        incidentId,
        outcome: 'source_removed',
        note: '煤炉已移出，119 测得 6 ppm，人已到户外',
        said: '住户清醒，120 检查无碍',
      } as const)
    : ({
        incidentId,
        outcome: 'valve_closed',
        note: '楼道总阀已关，燃气公司更换软管',
        said: '复查无泄漏，住户平安',
      } as const)
