// What comes of asking: the product's own plan and ladder, answered by people as the world says they do.
import type { AskStep } from '#domain/ask-plan.ts'
import { ladderFor, whoIsNext, type Around } from '#domain/ladder.ts'
import type { RiskTier } from '#contract/primitives.ts'
import { draw, logNormal } from './draw.ts'
import type { World } from './world.ts'

export type Answers = World['answers']

export type Silent = {
  seed: number
  id: number
  day: number
  tier: RiskTier
  /** When the plan began (minute of the year). */
  dueAt: number
  plan: readonly AskStep[]
  answers: Answers
  /** The device that asks in another way than by phone can be reached. */
  devicesReached: boolean
}

/** Draws of one morning; tries and tellings count up from theirs. */
const what = {
  call: 100,
  neighbour: 120,
  family: 121,
  familyMin: 122,
  familySpeaks: 123,
  ack: 140,
  travel: 160,
} as const

/** From the call to a neighbour until they have looked, and from a told person to the answer: minutes, guess. */
const neighbourLooksMin = 5
const minuteMs = 60_000
const familySigma = 0.7
/** Lognormal about the given median, never longer than half an hour: nobody is paired with a home further away. */
const travelSigma = 0.5
const travelMinMax = 30

export type WellEnd = {
  endedAt: number
  calls: number
  sent: boolean
  by: 'press' | 'resident' | 'near' | 'steward'
}

/** A well person who has not answered yet: until the press comes, or somebody has spoken with them. */
export function askWell(silent: Silent, well: { pressAt: number; isHome: boolean }): WellEnd {
  const { seed, id, day, answers, dueAt } = silent
  const chance = (of: number) => draw(seed, id, day, of)
  let calls = 0
  let tries = 0
  let nearAt = Infinity
  for (const step of silent.plan) {
    const at = dueAt + step.afterMs / minuteMs
    const endedAt = Math.min(well.pressAt, nearAt)
    if (endedAt <= at) return { endedAt, calls, sent: false, by: well.pressAt <= nearAt ? 'press' : 'near' }
    switch (step.whom) {
      case 'resident': {
        const share = step.way === 'phone' ? answers.phoneCallAnsweredPerTry : answers.reminderWorks
        if (step.way === 'phone') calls += 1
        const heard = step.way === 'phone' || (silent.devicesReached && well.isHome)
        if (heard && chance(what.call + tries) < share)
          return { endedAt: at + 1, calls, sent: false, by: 'resident' }
        tries += 1
        break
      }
      case 'nearby':
        calls += 2
        nearAt = Math.min(wellPerNeighbour(at), wellPerFamily(at))
        break
      case 'steward':
        return { endedAt: at + answers.stewardTravelMinMedian, calls, sent: true, by: 'steward' }
    }
  }
  const endedAt = Math.min(well.pressAt, nearAt)
  return { endedAt, calls, sent: false, by: well.pressAt <= nearAt ? 'press' : 'near' }

  /** Safety 7: seen or spoken with. An empty home tells the neighbour nothing; a family may know where she is. */
  function wellPerNeighbour(at: number): number {
    return well.isHome && chance(what.neighbour) < answers.neighbourReachable
      ? at + 1 + neighbourLooksMin
      : Infinity
  }
  function wellPerFamily(at: number): number {
    if (chance(what.family) >= answers.familyReachable) return Infinity
    const speaks = !well.isHome || chance(what.familySpeaks) < answers.phoneCallAnsweredPerTry
    const after = logNormal(answers.familyMinutesToAnswerMedian, familySigma, chance(what.familyMin))
    return speaks ? at + after + 1 : Infinity
  }
}

export type Found = { toldAt: number; sentAt: number; doorAt: number }

/** Somebody who cannot answer any more from `since` on: when a human knows, is sent, and stands at the door. */
export function askSilent(silent: Silent, since: number): Found {
  const { seed, id, day, answers, dueAt } = silent
  const chance = (of: number) => draw(seed, id, day, of)
  let toldAt = Infinity
  let sentAt = Infinity
  let doorAt = Infinity
  for (const step of silent.plan) {
    const at = Math.max(since, dueAt + step.afterMs / minuteMs)
    if (step.whom === 'nearby') {
      if (chance(what.neighbour) < answers.neighbourReachable) {
        toldAt = Math.min(toldAt, at + 1)
        doorAt = Math.min(doorAt, at + 1 + neighbourLooksMin)
      }
      if (chance(what.family) < answers.familyReachable)
        toldAt = Math.min(
          toldAt,
          at + logNormal(answers.familyMinutesToAnswerMedian, familySigma, chance(what.familyMin)),
        )
    }
    if (step.whom === 'steward') {
      sentAt = at
      const door = climb(silent, at)
      toldAt = Math.min(toldAt, door.toldAt)
      doorAt = Math.min(doorAt, door.doorAt)
    }
  }
  return { toldAt, sentAt, doorAt }
}

/** Ids of an imagined pairing. */
const around: Around = { steward: [1], backup: [2], neighbour: [3], family: [], desk: [4] }
const roundsMax = 40
/** The desk itself goes nowhere: it finds somebody, who then walks. */
const deskFindsMin = 7
/** 收到, 出发 and 到场 are due within 3, 3 and 15 minutes; then the next ones are asked (safety 3). */
const overdueMin = 18

/** The ladder of dispatch from the steward on: who is told when, who acknowledges, who stands at the door first. */
export function climb(silent: Pick<Silent, 'seed' | 'id' | 'day' | 'answers'>, from: number): Found {
  const { seed, id, day, answers } = silent
  const ladder = ladderFor({ kind: 'missed', stage: 'alarm', silence: 'missed' })
  const alreadyTold: number[] = []
  let [at, step, telling, doorAt] = [from, 0, 0, Infinity]
  for (let round = 0; round < roundsMax && at < doorAt; round += 1) {
    const next = whoIsNext({ ladder, step, around, alreadyTold })
    let goesUntil = -Infinity
    for (const { personId, role } of next.tell) {
      alreadyTold.push(personId)
      const share = draw(seed, id, day, what.ack + telling)
      const travel = travelMin(answers, draw(seed, id, day, what.travel + telling))
      telling += 1
      if (share >= answers.stewardAcknowledgesWithin60s) continue
      const arrivesAt =
        at + share + (role === 'desk' ? deskFindsMin + travel : role === 'neighbour' ? 3 : travel)
      doorAt = Math.min(doorAt, arrivesAt)
      goesUntil = at + share + overdueMin
    }
    step = next.step + 1
    at = Math.max(at + next.waitMs / minuteMs, goesUntil)
  }
  return { toldAt: from, sentAt: from, doorAt }
}

const travelMin = (answers: Answers, share: number): number =>
  Math.min(travelMinMax, logNormal(answers.stewardTravelMinMedian, travelSigma, share))
