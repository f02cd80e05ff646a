// Whom an incident goes to, in which order, and how long each step may take: the policy of dispatch, as data. What is
// asked about a silence before somebody is sent is said by ask-plan.ts; here it begins with the steward.
import type { AssignmentState } from '#contract/acts.ts'
import type { AssignmentRole } from '#contract/incident.ts'
import { isHazard, type IncidentKind, type Silence, type Stage } from '#contract/primitives.ts'
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
}

/** Something to look at today, not now (facts 1.4, notice): the desk is reminded at this interval. */
const noticeRepeatMs = 60 * 60_000
/** Equipment: the desk is reminded once a day. */
const deviceRepeatMs = 24 * 3_600_000
const deskStep: Step = { roles: ['desk'], waitMs: limits.acknowledgeDueMs }
const stewardStep: Step = { roles: ['steward'], waitMs: limits.acknowledgeDueMs }
/** Neighbour and family here too: they were not asked before, where the rules send a steward at once. */
const nearbyStep: Step = { roles: ['backup', 'neighbour', 'family'], waitMs: limits.acknowledgeDueMs }

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

/** Late but active is only asked; whether she is missed is said at the second deadline (safety 6). */
const silenceLadder = ({ silence }: LadderInput): Ladder =>
  silence === 'late' ? desk(noticeRepeatMs) : sending

const sending: Ladder = {
  steps: [stewardStep, nearbyStep, deskStep],
  together: false,
  purpose: 'alarm',
  repeatMs: limits.deskRepeatMs,
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
export type Around = Record<AssignmentRole, number[]>

/**
 * On the way, or having said so. A desk that has taken note has sent nobody yet; one that sets out itself is going as
 * anybody else.
 */
export const isGoing = ({ role, state }: { role: AssignmentRole; state: AssignmentState }): boolean =>
  state === 'enRoute' || state === 'onScene' || (state === 'acknowledged' && role !== 'desk')

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
  const near = reach(around, ['steward', 'backup', 'neighbour', 'desk'])
  // Family never has to watch (product.md); where there is nobody else, it is better than nobody.
  const everyone = near.length > 0 ? near : reach(around, ['family'])
  if (ladder.together) return everyone
  const atDesk = everyone.filter(({ personId }) => around.desk.includes(personId))
  if (atDesk.length > 0) return atDesk.map(({ personId }) => ({ personId, role: 'desk' }))
  if (ladder.purpose === 'alarm') return everyone
  const nearest = everyone[0]
  return everyone.filter(({ role }) => role === nearest?.role)
}

/** Each person once, in the first of these roles that is theirs. */
export function reach(around: Around, roles: readonly AssignmentRole[]): Reach[] {
  const seen = new Map<number, Reach>()
  for (const role of roles) {
    for (const personId of around[role]) if (!seen.has(personId)) seen.set(personId, { personId, role })
  }
  return [...seen.values()]
}
