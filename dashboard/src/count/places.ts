import type { LedgerPlace } from '#contract/community.ts'
import type { HomeState } from '#contract/primitives.ts'

/** As the morning goes: those who are well, those excused, those to come, those who need somebody. */
export const places = [
  'pressed',
  'proxy',
  'phoned',
  'visited',
  'excused',
  'notYetDue',
  'blind',
  'open',
] as const satisfies readonly LedgerPlace[]

/** The window that stands for a place, and the colour of its part of the meter. */
export const placeLook: Record<LedgerPlace, { window: HomeState; color: string }> = {
  pressed: { window: 'well', color: 'var(--well)' },
  proxy: { window: 'well', color: 'color-mix(in srgb, var(--well) 80%, var(--surface))' },
  phoned: { window: 'well', color: 'color-mix(in srgb, var(--well) 65%, var(--surface))' },
  visited: { window: 'well', color: 'color-mix(in srgb, var(--well) 50%, var(--surface))' },
  excused: { window: 'away', color: 'var(--waiting)' },
  notYetDue: { window: 'notDue', color: 'var(--curtain)' },
  blind: { window: 'blind', color: 'var(--blind)' },
  open: { window: 'missed', color: 'var(--alarm)' },
}
