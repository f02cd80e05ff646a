import type { RuleLine } from '#contract/rule-layers.ts'
import type { RuleChange } from '#contract/rule-set.ts'

export type RuleValue = RuleLine['value']
/** By `part.name`: what was typed, before anybody has saved it. */
export type Edits = Readonly<Record<string, RuleValue>>

export const keyOf = ({ part, name }: RuleLine): string => `${part}.${name}`

/** What the layer says now: an edit, else what is in force. */
export const valueOf = (line: RuleLine, edits: Edits): RuleValue => edits[keyOf(line)] ?? line.value

export const isOwn = (line: RuleLine, edits: Edits): boolean => valueOf(line, edits) !== line.inherited

export const isEdited = (line: RuleLine, edits: Edits): boolean => valueOf(line, edits) !== line.value

/** Everything that this layer does otherwise than those below it, as the server takes it. */
export function changeOf(lines: readonly RuleLine[], edits: Edits): RuleChange {
  const change: Record<string, Record<string, RuleValue>> = {}
  for (const line of lines) {
    if (!isOwn(line, edits)) continue
    change[line.part] = { ...change[line.part], [line.name]: valueOf(line, edits) }
  }
  return change
}

/** Whether a typed number lies within what safety allows; anything that is no number has no bounds. */
export function isAllowed({ from, to, whole }: RuleLine, value: RuleValue): boolean {
  if (typeof value !== 'number') return value !== ''
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) return false
  return (from === null || value >= from) && (to === null || value <= to)
}
