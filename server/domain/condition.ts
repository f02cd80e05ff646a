// The life of one condition, by ISA-18.2 / IEC 62682 (facts 5.1): what a rule sees, apart from what humans do.
import type { IncidentKind } from '#contract/primitives.ts'

/** As in table condition. In the letters of ISA-18.2: A normal, B, C, D, E, F, G shelved, H suppressed, I out of service. */
export type ConditionState =
  | 'normal'
  | 'unacknowledged'
  | 'acknowledged'
  | 'returnedUnacknowledged'
  | 'latchedUnacknowledged'
  | 'latchedAcknowledged'
  | 'shelved'
  | 'suppressed'
  | 'outOfService'

/**
 * `alarm` and `clear` are what the rule sees, `worse` a higher stage or a further SOS press. `reset` is a human who
 * closes with a cause. `putBack` ends shelving, suppression and service, by what the rule sees at that moment. What was
 * shelved was shelved as it was seen then: `worse` ends that.
 */
export type ConditionEvent =
  | { kind: IncidentKind; what: 'alarm' | 'worse' | 'clear' | 'acknowledge' | 'reset' }
  | { kind: IncidentKind; what: 'shelve' | 'suppress' | 'takeOut' }
  | { kind: IncidentKind; what: 'putBack'; process: 'ok' | 'alarm' }

/** The next state, or undefined where the event is not allowed in this state (a refusal, not a fault). */
export function stepCondition(state: ConditionState, event: ConditionEvent): ConditionState | undefined {
  const row = rows[state]
  let next: ConditionState | undefined
  switch (event.what) {
    case 'alarm':
      next = row.alarm
      break
    case 'worse':
      next = isHidden(state) && state !== 'shelved' ? state : 'unacknowledged'
      break
    case 'clear':
      next = isLatched(event.kind) ? row.clearLatched : row.clear
      break
    case 'acknowledge':
      next = row.acknowledge
      break
    case 'reset':
      next = isEvent(event.kind) ? row.resetEvent : row.reset
      break
    case 'shelve':
      next = mayShelve(event.kind) && !isHidden(state) ? 'shelved' : undefined
      break
    case 'suppress':
      next = maySuppress(event.kind) && !isHidden(state) ? 'suppressed' : undefined
      break
    case 'takeOut':
      next = mayTakeOut(state, event.kind) ? 'outOfService' : undefined
      break
    case 'putBack':
      next = isHidden(state) ? putBack[event.process] : undefined
      break
  }
  return next
}

/** Safety 11: only a human closes these, with a cause. Device trouble clears by itself. */
export const isLatched = (kind: IncidentKind): boolean => latched[kind]

const latched: Record<IncidentKind, boolean> = {
  co: true,
  gas: true,
  smoke: true,
  sos: true,
  missed: true,
  device: false,
}

/** Whether somebody should still be told: these states are shown and may ring. */
export const isAnnunciated = (state: ConditionState): boolean =>
  state === 'unacknowledged' || state === 'latchedUnacknowledged'

/** An SOS, and a silence, have no reading that could become normal: the human who closes them is the reading. */
const isEvent = (kind: IncidentKind) => kind === 'sos' || kind === 'missed'

/** Set aside or suppressed: the rule goes on seeing, and nobody is told. */
export const isHidden = (state: ConditionState) =>
  state === 'shelved' || state === 'suppressed' || state === 'outOfService'

/** Safety 11: danger is never shelved; nor is a person who is silent. What is left is equipment. */
const mayShelve = (kind: IncidentKind) => !isLatched(kind)

/** By design, with a reason on record: a device behind a lost gateway, a check-in during an absence (safety 10). */
const maySuppress = (kind: IncidentKind) => kind === 'device' || kind === 'missed'

/** Only equipment is repaired: what a detector under repair says of danger is judged as ever (safety 5 and 11). */
const mayTakeOut = (state: ConditionState, kind: IncidentKind) => !isLatched(kind) && !isHidden(state)

const putBack = { ok: 'normal', alarm: 'unacknowledged' } as const satisfies Record<string, ConditionState>

type Row = {
  alarm: ConditionState
  clear: ConditionState
  clearLatched: ConditionState
  acknowledge?: ConditionState
  /** Refused before somebody has acknowledged, and while the air itself is still bad. */
  reset?: ConditionState
  resetEvent?: ConditionState
}

const stay = <S extends ConditionState>(state: S) => ({ alarm: state, clear: state, clearLatched: state })

const rows: Record<ConditionState, Row> = {
  normal: { ...stay('normal'), alarm: 'unacknowledged' },
  unacknowledged: {
    alarm: 'unacknowledged',
    clear: 'returnedUnacknowledged',
    clearLatched: 'latchedUnacknowledged',
    acknowledge: 'acknowledged',
  },
  acknowledged: {
    alarm: 'acknowledged',
    clear: 'normal',
    clearLatched: 'latchedAcknowledged',
    acknowledge: 'acknowledged',
    resetEvent: 'normal',
  },
  returnedUnacknowledged: {
    ...stay('returnedUnacknowledged'),
    alarm: 'unacknowledged',
    acknowledge: 'normal',
  },
  latchedUnacknowledged: {
    ...stay('latchedUnacknowledged'),
    alarm: 'unacknowledged',
    acknowledge: 'latchedAcknowledged',
  },
  latchedAcknowledged: {
    ...stay('latchedAcknowledged'),
    alarm: 'unacknowledged',
    acknowledge: 'latchedAcknowledged',
    reset: 'normal',
    resetEvent: 'normal',
  },
  shelved: stay('shelved'),
  suppressed: stay('suppressed'),
  outOfService: stay('outOfService'),
}
