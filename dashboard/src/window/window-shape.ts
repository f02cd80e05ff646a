// The window of a home, drawn once: as SVG where people read, on canvas where there are many. Box 44 × 32.
import type { HomeState, IncidentKind } from '#contract/primitives.ts'

/** Colours by token of tokens.css; `alarm-soft` is `var(--alarm-soft)`. */
export type Stroke = {
  d: string
  fill?: string
  stroke?: string
  width?: number
  dash?: readonly number[]
  /** Curtains slide from their own side when a state changes. */
  part?: 'left' | 'right'
}

export const windowBox = { width: 44, height: 32 } as const

const pane = 'M3 1h38a2 2 0 0 1 2 2v26a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z'
const leftAside = 'M2 2h14c-1 11-4.500 20.500-8.500 28H2z'
const rightAside = 'M42 2H28c1 11 4.500 20.500 8.500 28H42z'
const leftClosed = 'M2 2h19.300v28H2z'
const rightClosed = 'M42 2H22.700v28H42z'
const foldsLeft = 'M8 3v26M14.500 3v26'
const foldsRight = 'M36 3v26M29.500 3v26'

const closed = (curtain: string, frame: string, fold: string): readonly Stroke[] => [
  { d: pane, fill: 'surface', stroke: frame, width: 1.5 },
  { d: leftClosed, fill: curtain, part: 'left' },
  { d: rightClosed, fill: curtain, part: 'right' },
  { d: foldsLeft, stroke: fold, width: 1, part: 'left' },
  { d: foldsRight, stroke: fold, width: 1, part: 'right' },
]

/** Each state is a shape of its own before it is a colour (design: shape first, colour second, word third). */
export const windowShapes: Record<HomeState, readonly Stroke[]> = {
  well: [
    { d: pane, fill: 'window-lit', stroke: 'well-line', width: 1.5 },
    { d: leftAside, fill: 'curtain-open', part: 'left' },
    { d: rightAside, fill: 'curtain-open', part: 'right' },
  ],
  notDue: closed('curtain', 'curtain-line', 'curtain-line'),
  late: [
    { d: pane, fill: 'window-lit', stroke: 'late', width: 2.5 },
    { d: leftClosed, fill: 'late', part: 'left' },
    { d: foldsLeft, stroke: 'late-soft', width: 1.5, part: 'left' },
    { d: 'M22 3v26', stroke: 'late', width: 1.5 },
  ],
  missed: [
    { d: pane, fill: 'surface', stroke: 'alarm', width: 2.5 },
    { d: leftClosed, fill: 'alarm', part: 'left' },
    { d: rightClosed, fill: 'alarm', part: 'right' },
    { d: 'M22 2v28', stroke: 'surface', width: 1.5 },
  ],
  hazard: [{ d: pane, fill: 'critical', stroke: 'critical', width: 2.5 }],
  away: [
    { d: pane, fill: 'surface', stroke: 'waiting', width: 1.5 },
    { d: 'M15 16h14', stroke: 'waiting', width: 2.5 },
  ],
  blind: [
    { d: pane, fill: 'blind-soft', stroke: 'blind', width: 2 },
    { d: 'M2.500 29.500 41.500 2.500', stroke: 'blind', width: 2 },
  ],
  unprotected: [{ d: pane, fill: 'surface', stroke: 'waiting', width: 1.5, dash: [4, 3] }],
}

/** What a hazard window, and the badge of its building, carries. The flame stands for gas and for smoke. */
export const hazardSign: Record<IncidentKind, { text: string } | { d: string }> = {
  co: { text: 'CO' },
  sos: { text: 'SOS' },
  gas: {
    d: 'M22 5c1 5 7 7 7 13.500a7 7 0 0 1-14 0c0-3 1.500-5 3-6.500.5 2 1.500 3 2.500 3.500C20 11 20.500 8 22 5z',
  },
  smoke: {
    d: 'M22 5c1 5 7 7 7 13.500a7 7 0 0 1-14 0c0-3 1.500-5 3-6.500.5 2 1.500 3 2.500 3.500C20 11 20.500 8 22 5z',
  },
  missed: { text: '?' },
  device: { text: '!' },
}

/** The letters that a window shows, for its name: what is seen can then be asked for by voice (WCAG 2.5.3). */
export function signText({ state, hazard }: { state: HomeState; hazard: IncidentKind | null }): string {
  const sign = state === 'hazard' && hazard !== null ? hazardSign[hazard] : undefined
  return sign && 'text' in sign ? sign.text : ''
}

/** Worst first; the board, the badges and the aggregated facade share this order. */
export const worstFirst = [
  'hazard',
  'missed',
  'blind',
  'late',
  'unprotected',
  'notDue',
  'away',
  'well',
] as const satisfies readonly HomeState[]

/** 0 is worst. */
export const badness = (state: HomeState): number => worstFirst.indexOf(state)
