// Which job fills the screen, which ring, and when the phone must not make a sound.
import type { Job } from '#contract/incident.ts'
import { isWorse } from '#contract/primitives.ts'
import { boardCards } from '../board/board-order.ts'

/**
 * The job in front. A new one, however bad, never takes the place of the one under the thumb: it rings and stands as a
 * bar. Only where the chosen one is over does the worst come forward.
 */
export const jobInFront = (jobs: readonly Job[], chosenId: number | undefined): Job | undefined =>
  jobs.find(({ incident }) => incident.id === chosenId) ?? worstFirst(jobs)[0]

/** All others, worst first. */
export const jobsBehind = (jobs: readonly Job[], front: Job | undefined): Job[] =>
  worstFirst(jobs).filter(({ incident }) => incident.id !== front?.incident.id)

/** In the very order of the desk's board, so that both speak of the same one first (safety 12, 17). */
export const worstFirst = (jobs: readonly Job[]): Job[] =>
  boardCards(jobs.map(({ incident }) => incident))
    .flatMap(({ lead, others }) => [lead, ...others])
    .flatMap(({ id }) => jobs.filter(({ incident }) => incident.id === id))

/** Waits for 收到: rings until it is said. A worse reading brings an acknowledged job back here (safety 3). */
export const isUnanswered = ({ assignment }: Job): boolean => assignment.state === 'told'

/** Safety 14: from 到场 at a home with gas on, no phone may sound or shake, whatever else happens. */
export const mustBeSilent = (jobs: readonly Job[]): boolean =>
  jobs.some(({ incident, assignment }) => incident.kind === 'gas' && assignment.state === 'onScene')

/** Safety 13: from the alarm stage of CO, and for every gas and smoke, the door texts come before all the rest. */
export const isDangerousDoor = ({ incident: { kind, stage } }: Job): boolean =>
  kind === 'gas' || kind === 'smoke' || (kind === 'co' && !isWorse('alarm', stage))
