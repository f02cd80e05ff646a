// Who is asked, told and written down: decided here row by row in memory, for one incident or for thousands, and then
// put down by `writeDraft`, one statement a table. Pure.
import type { AssignmentRole, DueKind } from '#contract/incident.ts'
import type { CommandKind } from '#contract/messages.ts'
import type { TimelineLine, TimelineWhat } from '#db/timeline.ts'
import type { EmergencyNumber, Reach } from '#domain/ladder.ts'
import type { DispatchLimits, Rings } from './parts.ts'
import type { Situation } from './situation.ts'

/** Asked to go, or asked again; `dueAt` in epoch ms. */
export type Asked = { situation: Situation; personId: number; role: AssignmentRole; dueAt: number }
export type Told = { situation: Situation; personId: number; purpose: 'alarm' | 'inform' }
export type NextStep = { step: number; dueAt: number; dueKind: DueKind }
/** The resident is asked through what is in the home; worth carrying out until `expiresAt` (epoch ms). */
export type ResidentAsk = { situation: Situation; expiresAt: number }
/** What the devices of these homes say or show; worth carrying out for so long (ms). */
export type Command = {
  situation: Situation
  homeIds: readonly number[]
  kind: CommandKind
  text: string
  expiresInMs: number
}
/** A number to dial, and who is to dial it by then (epoch ms). */
export type Call = { situation: Situation; number: EmergencyNumber; personId: number | null; dueAt: number }

/** What is about to be written, at one instant (epoch ms). A person stands once under each incident. */
export type Draft = {
  now: number
  sent: Map<string, Asked>
  askedAgain: Map<string, Asked>
  tellings: Map<string, Told>
  residentsAsked: Map<number, ResidentAsk>
  commands: Command[]
  calls: Call[]
  lines: TimelineLine[]
  next: Map<number, NextStep>
  /** Whose card changes with it. */
  touched: Map<number, Situation>
  /** Given, a danger rings the pages that prove themselves with its commit, and has them until then to say so. */
  atOnce: AtOnce | undefined
}

export type AtOnce = Rings & Pick<DispatchLimits, 'ringConfirmMs' | 'presenceProofMsMax'>

export const newDraft = (now: number, atOnce?: AtOnce): Draft => ({
  now,
  sent: new Map(),
  askedAgain: new Map(),
  tellings: new Map(),
  residentsAsked: new Map(),
  commands: [],
  calls: [],
  lines: [],
  next: new Map(),
  touched: new Map(),
  atOnce,
})

/** What was decided aside, after what stands there; who stands there already stays as they are. */
export function addTo(draft: Draft, part: Draft): void {
  draft.sent = new Map([...draft.sent, ...part.sent, ...draft.sent])
  draft.askedAgain = new Map([...draft.askedAgain, ...part.askedAgain, ...draft.askedAgain])
  draft.tellings = new Map([...draft.tellings, ...part.tellings])
  draft.residentsAsked = new Map([...draft.residentsAsked, ...part.residentsAsked])
  draft.commands.push(...part.commands)
  draft.calls.push(...part.calls)
  draft.lines.push(...part.lines)
  draft.next = new Map([...draft.next, ...part.next])
  draft.touched = new Map([...draft.touched, ...part.touched])
}

type Asking = { reach: readonly Reach[]; dueAt: number }

/** These are asked to go: an assignment each, due at `dueAt` (epoch ms), and an alarm. */
export function sendOut(draft: Draft, situation: Situation, { reach, dueAt }: Asking): void {
  if (reach.length > 0) draft.touched.set(situation.id, situation)
  for (const { personId, role } of reach) {
    draft.sent.set(`${situation.id} ${personId}`, { situation, personId, role, dueAt })
    tell(draft, { situation, personId, purpose: 'alarm' })
    say(draft, situation, { what: 'told', personId, detail: { stage: situation.stage, role } })
  }
}

/** These are asked whether they have seen or spoken with her (safety 7); where nobody is sent yet, without an alarm. */
export function askPeople(draft: Draft, situation: Situation, { reach, dueAt }: Asking): void {
  if (reach.length > 0) draft.touched.set(situation.id, situation)
  for (const { personId, role } of reach) {
    draft.sent.set(`${situation.id} ${personId}`, { situation, personId, role, dueAt })
    tell(draft, { situation, personId, purpose: situation.ladder.purpose })
    say(draft, situation, { what: 'asked', personId, detail: { role } })
  }
}

/** She herself is asked, through her button, her tablet, or the light that was agreed on. */
export function askResident(draft: Draft, situation: Situation, expiresAt: number): void {
  draft.touched.set(situation.id, situation)
  draft.residentsAsked.set(situation.id, { situation, expiresAt })
  say(draft, situation, { what: 'residentAsked' })
}

/** These are asked again; one line says so, for each of them would fill the page in a long night. */
export function ringAgain(draft: Draft, situation: Situation, { reach, dueAt }: Asking): void {
  const known = new Set(situation.assignments.map(({ personId }) => personId))
  sendOut(draft, situation, { reach: reach.filter(({ personId }) => !known.has(personId)), dueAt })
  const again = reach.filter(({ personId }) => known.has(personId))
  if (again.length === 0) return
  draft.touched.set(situation.id, situation)
  for (const { personId, role } of again) {
    const key = `${situation.id} ${personId}`
    if (!draft.askedAgain.has(key)) draft.askedAgain.set(key, { situation, personId, role, dueAt })
    tell(draft, { situation, personId, purpose: 'alarm' })
  }
  const detail = { stage: situation.stage, dueKind: 'repeat', people: again.length }
  say(draft, situation, { what: 'told', personId: null, detail })
}

/** These should know; nobody is sent. */
export function inform(draft: Draft, situation: Situation, personIds: readonly number[]): void {
  for (const personId of personIds) {
    tell(draft, { situation, personId, purpose: 'inform' })
    say(draft, situation, { what: 'informed', personId })
  }
}

function tell(draft: Draft, told: Told): void {
  const key = `${told.situation.id} ${told.personId} ${told.purpose}`
  if (!draft.tellings.has(key)) draft.tellings.set(key, told)
}

export function say(
  draft: Draft,
  { communityId, id }: Situation,
  line: { what: TimelineWhat; personId?: number | null; detail?: Record<string, unknown> },
): void {
  draft.lines.push({ communityId, incidentId: id, at: draft.now, ...line })
}
