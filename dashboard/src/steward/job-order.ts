// Which job fills the screen, which ring, and when the phone must not make a sound.
import type { Job } from '#contract/incident.ts'
import { isWorse, type IncidentKind } from '#contract/primitives.ts'

/**
 * The job in front. A new one, however bad, never takes the place of the one under the thumb: it rings and stands as a
 * bar. Only where the chosen one is over does the worst come forward.
 */
export const jobInFront = (jobs: readonly Job[], chosenId: number | undefined): Job | undefined =>
  jobs.find(({ incident }) => incident.id === chosenId) ?? worstFirst(jobs)[0]

/** All others, worst first. */
export const jobsBehind = (jobs: readonly Job[], front: Job | undefined): Job[] =>
  worstFirst(jobs).filter(({ incident }) => incident.id !== front?.incident.id)

/** Danger before silence, then the worse stage, then who waits longest for an answer. */
export const worstFirst = (jobs: readonly Job[]): Job[] =>
  [...jobs].sort(
    (a, b) =>
      kinds.indexOf(a.incident.kind) - kinds.indexOf(b.incident.kind) ||
      byStage(a, b) ||
      a.incident.openedAt - b.incident.openedAt,
  )

/** Air that kills without a smell first, as on the desk's board. */
const kinds: readonly IncidentKind[] = ['co', 'gas', 'smoke', 'sos', 'missed', 'device']

function byStage(a: Job, b: Job): number {
  if (isWorse(a.incident.stage, b.incident.stage)) return -1
  return isWorse(b.incident.stage, a.incident.stage) ? 1 : 0
}

/** Waits for 收到: rings until it is said. A worse reading brings an acknowledged job back here (safety 3). */
export const isUnanswered = ({ assignment }: Job): boolean => assignment.state === 'told'

/** Safety 14: from 到场 at a home with gas on, no phone may sound or shake, whatever else happens. */
export const mustBeSilent = (jobs: readonly Job[]): boolean =>
  jobs.some(({ incident, assignment }) => incident.kind === 'gas' && assignment.state === 'onScene')

/** Safety 13: from the alarm stage of CO, and for every gas and smoke, the door texts come before all the rest. */
export const isDangerousDoor = ({ incident: { kind, stage } }: Job): boolean =>
  kind === 'gas' || kind === 'smoke' || (kind === 'co' && !isWorse('alarm', stage))
