// Whom an incident goes to, in which order, and how long each step may take: the policy of dispatch, as data.
import type { AssignmentRole } from '#contract/incident.ts'
import { isHazard, type IncidentKind, type RiskTier, type Silence, type Stage } from '#contract/primitives.ts'
import { limits } from '../limits.ts'
import { isAtLeast } from './worst.ts'

export type Step = { roles: AssignmentRole[]; waitMs: number }

export type Ladder = {
  steps: Step[]
  /** Everybody at once, and everybody again at each repetition, until somebody has acknowledged (safety 1). */
  together: boolean
  /** `inform` shows and does not ring: nobody is being sent. */
  purpose: 'alarm' | 'inform'
  /** Past the last step it begins again at this interval, for ever. */
  repeatMs: number
}

export type LadderInput = {
  kind: IncidentKind
  stage: Stage
  silence: Silence | null
  tier: RiskTier
  /** Within the first fortnight after enrolment: phone first, except high risk (safety 18). */
  firstFortnight: boolean
}

/** Something to look at today, not now (facts 1.4, notice): the desk is reminded at this interval. */
const noticeRepeatMs = 60 * 60_000
/** Equipment: the desk is reminded once a day. */
const deviceRepeatMs = 24 * 3_600_000
/** From telling a steward to somebody at the door, if everything goes as it should (safety 3). */
const walkMs = limits.acknowledgeDueMs + limits.departDueMs + limits.arriveDueMs

const deskStep: Step = { roles: ['desk'], waitMs: limits.acknowledgeDueMs }
const stewardStep: Step = { roles: ['steward'], waitMs: limits.acknowledgeDueMs }
const nearbyStep: Step = { roles: ['backup', 'neighbour'], waitMs: limits.acknowledgeDueMs }

/** The ladder of an incident as it stands now; a worse stage may have another one. */
export function ladderFor(input: LadderInput): Ladder {
  if (isHazard(input.kind)) return isEverybodys(input) ? everybody : desk(noticeRepeatMs)
  if (input.kind === 'device') return desk(deviceRepeatMs)
  // What an absence asks is no silence: nobody is sent for it.
  if (input.silence === null) return desk(noticeRepeatMs)
  return silenceLadder(input)
}

/** Safety 1: CO, gas and SOS tell everybody. A mild reading is for the desk; an SOS and smoke are never mild. */
const isEverybodys = ({ kind, stage }: LadderInput) =>
  kind === 'sos' || kind === 'smoke' || isAtLeast(stage, 'warning')

const everybody: Ladder = {
  steps: [{ roles: ['steward', 'backup', 'neighbour', 'desk'], waitMs: limits.hazardRepeatMs }],
  together: true,
  purpose: 'alarm',
  repeatMs: limits.hazardRepeatMs,
}

const desk = (repeatMs: number): Ladder => ({
  steps: [{ roles: ['desk'], waitMs: repeatMs }],
  together: false,
  purpose: 'inform',
  repeatMs,
})

function silenceLadder(input: LadderInput): Ladder {
  const phoneFirst = input.firstFortnight && input.tier !== 'high'
  const ladders: Record<Silence, Ladder> = {
    late: desk(limits.secondDeadlineMs),
    blind: climbing([
      { roles: ['desk'], waitMs: deskAloneMs(input.tier) },
      stewardStep,
      nearbyStep,
      deskStep,
    ]),
    missed: climbing([...(phoneFirst ? [deskStep] : []), stewardStep, nearbyStep, deskStep]),
  }
  return ladders[input.silence ?? 'missed']
}

const climbing = (steps: Step[]): Ladder => ({
  steps,
  together: false,
  purpose: 'alarm',
  repeatMs: limits.deskRepeatMs,
})

/** A blind home: the desk tries first, for as long as a steward who is sent then would still be in time (safety 8). */
function deskAloneMs(tier: RiskTier): number {
  const contactMs = tier === 'high' ? limits.blindContactHighRiskMs : limits.blindContactMs
  return Math.max(limits.acknowledgeDueMs, contactMs - walkMs)
}

/** Emergency numbers that somebody is given to dial as soon as it opens or rises to this stage (safety 4). */
export function emergencyNumbers(input: { kind: IncidentKind; stage: Stage }): EmergencyNumber[] {
  const isAlarm = isAtLeast(input.stage, 'alarm')
  const numbers: Record<IncidentKind, EmergencyNumber[]> = {
    co: isAlarm ? ['119', '120'] : [],
    gas: isAlarm ? ['119', 'gas'] : [],
    smoke: ['119'],
    // One press, no confirmation (safety 16): it may be a stroke. Whoever got her voice first writes that down.
    sos: isAlarm ? ['120'] : [],
    // No answer at the door means 110 and 119 (safety 15): that is the responder's to say, not the clock's.
    missed: [],
    device: [],
  }
  return numbers[input.kind]
}

export type EmergencyNumber = '119' | '120' | '110' | 'gas'

export type Reach = { personId: number; role: AssignmentRole }

/** Person ids around a home, by what they are to it; desk is whoever is on duty. */
export type Around = { steward: number[]; backup: number[]; neighbour: number[]; desk: number[] }

/**
 * Whom to tell at this step. `step` is the one to take now, 0 first; the reply names the step that was taken, so the
 * next one is that plus 1 after `waitMs`. Steps that hold nobody, or only people who were told, are skipped at once.
 * Past the end it repeats for ever: everybody where all go together, else the desk, and where there is no desk whoever
 * there is. `nobody` is true when there is no human being to tell at all, which itself must be shown.
 */
export function whoIsNext(input: { ladder: Ladder; step: number; around: Around; alreadyTold: number[] }): {
  tell: Reach[]
  step: number
  waitMs: number
  nobody: boolean
} {
  const { ladder, around } = input
  const told = ladder.together ? [] : input.alreadyTold
  for (let index = input.step; index < ladder.steps.length; index++) {
    const step = ladder.steps[index]
    const tell = step ? reach(around, step.roles).filter(({ personId }) => !told.includes(personId)) : []
    if (step && tell.length > 0) return { tell, step: index, waitMs: step.waitMs, nobody: false }
  }
  const tell = again(ladder, around)
  const step = Math.max(input.step, ladder.steps.length)
  return { tell, step, waitMs: ladder.repeatMs, nobody: tell.length === 0 }
}

function again(ladder: Ladder, around: Around): Reach[] {
  const everyone = reach(around, ['steward', 'backup', 'neighbour', 'desk'])
  if (ladder.together) return everyone
  const atDesk = everyone.filter(({ personId }) => around.desk.includes(personId))
  if (atDesk.length > 0) return atDesk.map(({ personId }) => ({ personId, role: 'desk' }))
  if (ladder.purpose === 'alarm') return everyone
  const nearest = everyone[0]
  return everyone.filter(({ role }) => role === nearest?.role)
}

/** Each person once, in the first of these roles that is theirs. */
function reach(around: Around, roles: readonly AssignmentRole[]): Reach[] {
  const seen = new Map<number, Reach>()
  for (const role of roles) {
    for (const personId of around[role]) if (!seen.has(personId)) seen.set(personId, { personId, role })
  }
  return [...seen.values()]
}
